"""Texts and segments beside the truth.

In come transcripts, signals and what was really spelled; out go error rates and every single error
with its time and its cost, for people and for machines.
"""
