cimport cython
from libc cimport math

from jihwa.composer.language.ngram cimport LanguageModel, NGramState
from jihwa.composer.language.profanity cimport Profanity
from jihwa.composer.language.token_model cimport ModelState
from jihwa.composer.language.trie cimport child_of


cdef class MixtureState(ModelState):
    cdef Mixture _model
    cdef readonly NGramState n_gram
    cdef readonly tuple nodes
    cdef readonly tuple steps
    cdef readonly int spotter


cdef class Mixture:
    cdef LanguageModel _n_gram
    cdef object _lexicon
    cdef Profanity _profanity
    cdef object _shares
    cdef list _known
    cdef object _roots
    cdef const unsigned char[::1] _tokens
    cdef const unsigned char[::1] _ends
    cdef const unsigned char[::1] _prob_codes
    cdef const unsigned char[::1] _sizes
    cdef const int[::1] _begins
    cdef double _alone
    cdef tuple _first
    cdef tuple _later
    cdef dict _states

    cdef MixtureState _state(self, NGramState n_gram, tuple nodes, tuple steps, int spotter)
    @cython.locals(
        root=int, node=int, child=int, is_first=int, n_gram=double, left=double, alone=double,
        goes_on=double, gain=double, log_odds=double, expected=double, stored=int,
    )
    cpdef MixtureState following(self, MixtureState state, int token)
    @cython.locals(
        root=int, node=int, child=int, token=int, begin=int, against=double, n_gram=double,
        ended=double, leaves=double, share=double, log_ended=double, log_prob=double,
        more="double[::1]", row="float[::1]", known="const float[::1]",
    )
    cpdef const float[::1] expected(self, MixtureState state)
    @cython.locals(begin=int)
    cdef int _child(self, int node, int token)


cdef double _odds(int stored)
cdef int _stored(double log_odds, int is_first)
