cimport cython
from libc cimport math

from jihwa.composer.language.ngram cimport LanguageModel, NGramState
from jihwa.composer.language.profanity cimport Profanity
from jihwa.composer.language.token_model cimport ModelState, child_of



cdef int BOUNDARY, NOWHERE, N_TOKENS, SPACE
cdef double _STEP_NATS, _LEAST_NATS, _MOST_NATS


cdef class MixtureState(ModelState):
    cdef Mixture _model
    cdef readonly NGramState n_gram
    cdef readonly tuple nodes
    cdef readonly tuple steps
    cdef readonly int spotter
    cdef dict _followers

    @cython.locals(followers=dict, following=MixtureState)
    cpdef MixtureState after(self, int token)
    cdef forget(self)


cdef class Mixture:
    cdef LanguageModel _n_gram
    cdef object _lexicon
    cdef Profanity _profanity
    cdef list _known
    cdef object _roots
    cdef const unsigned char[::1] _tokens
    cdef const unsigned char[::1] _ends
    cdef const unsigned char[::1] _prob_codes
    cdef const unsigned char[::1] _sizes
    cdef const int[::1] _begins
    cdef const float[::1] _probs
    cdef const float[::1] _log_probs
    cdef double _alone
    cdef tuple _nowhere
    cdef tuple _first
    cdef tuple _later
    cdef dict _states
    cdef object _order

    @cython.locals(key="long long", state=MixtureState, oldest=MixtureState)
    cdef MixtureState _state(self, NGramState n_gram, tuple nodes, tuple steps, int spotter)
    cpdef bint is_profane(self, int spotter, int token)
    @cython.locals(nodes=tuple, steps=tuple)
    cpdef MixtureState following(self, MixtureState state, int token)
    @cython.locals(
        root=int, node=int, child=int, is_first=int, n_gram=double, left=double, alone=double,
        goes_on=double, gain=double, log_odds=double, expected=double, stored=int,
        nodes=list, steps=list,
    )
    cdef tuple _weighed(self, MixtureState state, int token)
    @cython.locals(
        nodes=tuple, steps=tuple, known="const float[::1]", row="float[::1]", root=int, node=int,
        stored=int, total=double, ended=double, is_all=double, odds=double, leaves=double,
        alone=double, log_ended=double, token=int, share=double, begin=int, child=int, more=double,
    )
    cpdef const float[::1] expected(self, MixtureState state)
    @cython.locals(
        nodes=list, steps=list, new_nodes=tuple, new_steps=tuple, enters=list, root=int, node=int,
        stored=int, lost=double, log_odds=double,
    )
    cdef tuple _with_entered(self, tuple before, tuple steps_before)
    @cython.locals(begin=int)
    cdef int _child(self, int node, int token)


cdef double _odds(int stored)
@cython.locals(steps=int)
cdef int _stored(double log_odds, int is_first)
