cimport cython

cdef int _TOKEN_BITS

@cython.locals(low=int, high=int, middle=int)
cpdef int child_of(const unsigned char[::1] tokens, int begin, int end, int token) noexcept
