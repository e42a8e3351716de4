cimport cython

cdef int _TOKEN_BITS

@cython.locals(low=int, high=int, middle=int)
cpdef int child_of(const unsigned char[::1] tokens, int begin, int end, int token) noexcept


cdef class ModelState:
    cdef const float[::1] _row
    cdef readonly long long key

    cpdef ModelState after(self, int token)
    cpdef bint is_profane(self, int token)
    cpdef const float[::1] row(self)
    cpdef const float[::1] _expect(self)
