"""Where a signal comes from: a URI comes in, bytes and the state of the line go out.

A source moves bytes and never interprets them, except to find out whether a port is a glove's.
"""
