cimport cython

from jihwa.composer.language.token_model cimport ModelState, child_of



cdef int BOUNDARY, FLAG, N_BACKOFF_CODES, N_PROB_CODES, N_TOKENS
cdef int _NONE, _SHORT, _SPARSE_BITS, _TOKEN_BITS
cdef bytes _BITS_SET


cdef class NGramState(ModelState):
    cdef LanguageModel _model
    cdef readonly int length
    cdef readonly int begin
    cdef readonly int end
    cdef readonly NGramState shorter

    cpdef double log_prob(self, int token)


cdef class LanguageModel:
    cdef readonly int order
    cdef const int[::1] _begins
    cdef const unsigned char[::1] _tokens
    cdef const unsigned char[::1] _prob_codes
    cdef const unsigned char[::1] _backoff_codes
    cdef const unsigned char[::1] _is_context
    cdef const int[::1] _n_contexts
    cdef const float[::1] _log_probs
    cdef const float[::1] _log_backoffs
    cdef NGramState _empty
    cdef dict _short
    cdef dict _long

    @cython.locals(before=NGramState, context=int)
    cpdef NGramState following(self, NGramState state, int token)
    @cython.locals(states=dict, known=NGramState, shorter=NGramState, state=NGramState)
    cdef NGramState _state(self, int context, NGramState before, int token)
    @cython.locals(total=double, node=int, longest=NGramState)
    cpdef double log_prob(self, NGramState state, int token)
    @cython.locals(row="float[::1]")
    cpdef const float[::1] row(self, NGramState state)
    @cython.locals(token=int, node=int, place=int, known="const float[::1]", total=float)
    cdef _fill(self, float[::1] row, NGramState state, float weight, bint is_short_known)
    cdef float _log_prob(self, int node, int length)
    cdef float _backoff(self, NGramState state)
    @cython.locals(state=NGramState, begin=int, end=int, left=int)
    cdef NGramState _made(self, int context, int length, NGramState shorter)
    cdef int _child(self, NGramState state, int token)
    @cython.locals(byte=int, bit=int, before=int)
    cdef int _context(self, int node)
