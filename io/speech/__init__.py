"""The voice: the growing text comes in, speech goes out, and what keeps it from being heard.

Speaking has a process of its own, since the engines hang, block and print.
"""
