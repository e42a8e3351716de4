cdef class Arc:
    cdef public int kind
    cdef public int token
    cdef public int number
    cdef public int letter
    cdef public tuple signs
    cdef public double cost
    cdef public bint advances
    cdef public bint restarts
    cdef public bint corrects
    cdef public bint is_space
    cdef public bint begins_syllable


cdef class Move:
    cdef readonly double weight
    cdef readonly Arc arc
    cdef readonly tuple path
    cdef readonly bint spelled
