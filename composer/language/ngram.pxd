cimport cython

from jihwa.composer.language.token_model cimport ModelState
from jihwa.composer.language.trie cimport child_of


cdef class NGramState(ModelState):
    cdef LanguageModel _model
    cdef readonly tuple contexts
    cdef readonly int longest

    cpdef double log_prob(self, int token)


cdef class LanguageModel:
    cdef readonly int order
    cdef const Py_ssize_t[::1] _children
    cdef const unsigned char[::1] _tokens
    cdef const unsigned char[::1] _prob_codes
    cdef const unsigned char[::1] _backoff_codes
    cdef const unsigned char[::1] _is_context
    cdef const int[::1] _n_contexts
    cdef const float[::1] _log_probs
    cdef const float[::1] _log_backoffs
    cdef const float[::1] _unigrams
    cdef dict _states
    cdef dict _short_rows

    cpdef NGramState state(self, tuple contexts)
    @cython.locals(context=int)
    cpdef tuple following(self, tuple contexts, int token)
    @cython.locals(total=double, length=int, context=int, node=int)
    cpdef double log_prob(self, tuple contexts, int token)
    cpdef const float[::1] row(self, tuple contexts)
    cdef const float[::1] _row_of_short(self, tuple contexts)
    @cython.locals(
        n=int, at=int, context=int, node=int, token=int, place=int, own=float, weight=float,
        weights="float[::1]", row="float[::1]",
    )
    cdef const float[::1] _overwritten(self, const float[::1] known, tuple contexts, int length)
    cdef float _log_prob(self, int node, int length)
    cdef float _backoff(self, int context, int length)
    cdef int _child(self, int context, int token)
    cdef int _context(self, int node)
