cimport cython

cpdef double log_add(double one, double other)
@cython.locals(raw=list, each=double, best=double, scores=list, likeliest=int)
cpdef list reading_scores(emission, double temperature, bint exact=*)
