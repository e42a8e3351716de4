cimport cython
from libc cimport math

from jihwa.composer.language.token_model cimport ModelState


cdef int BOUNDARY, MOST_OPENED, SPACE
cdef int _CODA, _NO_TOKEN, _ONSET, _SPACE, _VOWEL
cdef double LEAST_NATS
cdef dict _NEXT
cdef tuple _KINDS


cdef class Beginning:
    cdef readonly tuple tokens
    cdef readonly double log_prob
    cdef readonly ModelState state
    cdef readonly int kind
    cdef readonly object onsets

    @cython.locals(kind=int)
    cpdef Beginning followed_by(self, int token, double log_prob)


@cython.locals(
    queue=list, number=int, found=dict, least=double, negative=double, first=Beginning, last=int,
    here=Beginning, row="const float[::1]", so_far=double, may_end=bint, ends=double, before=double,
    onsets=dict, token=int, likely=double,
)
cpdef list likeliest_words(model, beginnings, int n)
@cython.locals(state=ModelState, before=int, token=int, kind=int)
cdef bint _is_clean(model, tuple word)
