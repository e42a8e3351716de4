from jihwa.composer.decoding.arcs cimport Arc
from jihwa.composer.language.token_model cimport ModelState


cdef class Trail:
    cdef readonly Trail before
    cdef readonly Arc arc
    cdef readonly tuple path
    cdef readonly int length


cdef class Hypothesis:
    cdef readonly double score
    cdef readonly double mass
    cdef readonly int state
    cdef readonly int letter
    cdef readonly ModelState model
    cdef readonly object written
    cdef readonly bint spelled
    cdef readonly Trail trail
