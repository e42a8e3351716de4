"""Where else the text goes: the changes of a text in, keys for another terminal program out.

An `outlet` is a sink that types what has become final; `targets` are the programs that take keys,
`desktop` those of the desktop, and the `clipboard` is one more place for the text.
"""
