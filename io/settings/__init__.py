"""Everything that can be set: one table for the command line, the file and the help.

In come typed options and the user's file; out go checked values, each with where it comes from,
and the models, profiles and words that they stand for.
"""
