cimport cython

from jihwa.composer.decoding.arcs cimport Arc, Move
from jihwa.composer.decoding.evidence cimport log_add
from jihwa.composer.decoding.hypotheses cimport Hypothesis, Trail
from jihwa.composer.language.token_model cimport ModelState

cdef int BOUNDARY, NO_TOKEN, _NO_SIGN, _SPACE_STATE
cdef double _NEVER, _ROUNDING
cdef tuple IS_LONE, IS_SPACE, WORD_IS_OVER


cdef class _Allowed:
    cdef readonly int kind
    cdef readonly int following
    cdef readonly double cost
    cdef readonly bint is_space
    cdef readonly double surer


cdef class _Candidates:
    cdef list found
    cdef double limit


cdef class Search:
    cdef int _beam
    cdef double _window
    cdef double _arc_window
    cdef double _lm_weight
    cdef bint _recombine
    cdef double _repeated
    cdef double _paired
    cdef double _worst_space
    cdef double _most
    cdef tuple _consuming
    cdef object _model
    cdef list _allowed
    cdef list _free
    cdef list _ends

    @cython.locals(
        missed=double, segmented=double, looks=double, weight=double, scores=list, arc=Arc,
        place=int, sign=int,
    )
    cdef list _moves(self, tuple path, double least)
    cdef double _lm(self, Hypothesis hypothesis, Move move)
    @cython.locals(
        most=double, of_kind=list, hypothesis=Hypothesis, state=int, has_rested=bint, is_best=bint, least_space=double,
        kind=int, allowed=_Allowed, is_space=bint, gap=double, before=double,
        move=Move, arc=Arc, row="const float[::1]", score=double, found=list, limit=double,
    )
    cdef _try(
        self, _Candidates candidates, tuple stack, list moves, list evidence, int nth_free
    )
    @cython.locals(
        most=double, ranked=list, best=list, taken=list, negative=double, before=Hypothesis,
        move=Move, following=int,
    )
    cdef list _taken(self, _Candidates candidates, int n)
    @cython.locals(arc=Arc, model=ModelState, writes=bint)
    cdef Hypothesis _stepped(self, double score, Hypothesis before, Move move, int following)
    @cython.locals(each=Hypothesis, better=Hypothesis, least=double, distinct=dict)
    cdef tuple _best(self, ranked)


@cython.locals(move=Move, kinds=list)
cdef list _by_kind(list moves)
cdef bint _introduces(Hypothesis before, Move move)
