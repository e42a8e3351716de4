cdef class Profanity:
    cdef const int[:, ::1] _following
    cdef readonly int start

    cpdef int follow(self, int state, int token)
    cpdef bint found(self, int state)
