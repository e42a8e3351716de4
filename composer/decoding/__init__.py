"""Emissions in, tokens out: the lattice of what was seen, the grammar, the search for the text.

What a hypothesis may do next is an arc; what speaks for it is the evidence of the emissions, the
grammar and the language model.
"""
