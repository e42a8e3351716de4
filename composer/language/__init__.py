"""What Korean looks like: jamo tokens in, the probability of the next token out.

An n-gram and a lexicon, mixed. The shipped files of both lie beside them; `training` makes them.
"""
