cdef class ModelState:
    cdef dict _followers
    cdef const float[::1] _row
    cdef readonly object key
    cdef readonly bint profane

    cpdef ModelState after(self, int token)
    cpdef const float[::1] row(self)
    cpdef ModelState _follow(self, int token)
    cpdef const float[::1] _expect(self)
