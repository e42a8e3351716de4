cimport cython

from jihwa.composer.decoding.arcs cimport Arc
from jihwa.composer.decoding.hypotheses cimport Hypothesis, Trail
from jihwa.composer.language.token_model cimport ModelState


cdef class Move:
    cdef readonly double weight
    cdef readonly Arc arc
    cdef readonly int following
    cdef readonly bint spelled


cdef class _Candidates:
    cdef list found
    cdef double limit


cdef class Search:
    cdef object _options
    cdef object _arcs
    cdef object _model
    cdef object _grammar

    @cython.locals(looks=double, at_least=double, segmented=double, missed=double, arc=Arc)
    cdef list _seen(self, tuple path)
    @cython.locals(arc=Arc, evidence=double)
    cdef list _moves(self, int state, list seen)
    @cython.locals(
        window=double, lm_weight=double, highest=double, rank=int, state=int, hypothesis=Hypothesis,
        least_space=double, move=Move, arc=Arc, score=double, limit=double, moves=list,
    )
    cdef _try(
        self, _Candidates candidates, tuple stack, seen, tuple path, int place, bint keeps_space
    )
    cdef double _score(self, Hypothesis hypothesis, Move move)
    @cython.locals(ranked=list, taken=list, best=list, least=double)
    cdef list _taken(self, _Candidates candidates, int n)
    cdef bint _introduces(self, Hypothesis before, Move move)
    @cython.locals(
        before=Hypothesis, arc=Arc, move=Move, model=ModelState, score=double, writes=bint,
    )
    cdef Hypothesis _stepped(self, candidate)
    @cython.locals(each=Hypothesis, least=double, recombine=bint)
    cdef tuple _best(self, ranked)
