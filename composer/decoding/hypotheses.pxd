cimport cython
from libc cimport math

from jihwa.composer.decoding.arcs cimport Arc
from jihwa.composer.decoding.evidence cimport log_add
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

    cpdef Hypothesis weighing(self, double mass)
    cpdef Hypothesis along(self, Trail trail)


@cython.locals(total=double, hypothesis=Hypothesis, taken=dict, weight=double, step=Trail)
cdef dict _weights(tuple stack, int first)
@cython.locals(
    found=dict, step=Trail, weight=double, arc=Arc, path=tuple, place=int, signs=dict, arcs=dict,
)
cpdef dict shares(tuple stack, edges)
@cython.locals(shared=Trail, other=Trail, hypothesis=Hypothesis, stack=tuple, behind=set)
cpdef Trail common_ancestor(stacks)
@cython.locals(fresh=list, step=Trail, copy=Trail)
cdef Trail _copied(Trail trail, dict copies)
