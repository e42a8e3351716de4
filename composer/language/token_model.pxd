cdef class ModelState:
    cdef const float[::1] _row
    cdef readonly long long key

    cpdef ModelState after(self, int token)
    cpdef bint is_profane(self, int token)
    cpdef const float[::1] row(self)
    cpdef const float[::1] _expect(self)
