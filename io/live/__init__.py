"""The live session: bytes of a glove and requests of a user in, a text and its state out.

`session` has the queue and the thread that follows it; `signal` turns bytes into samples, `writing`
samples and requests into text, and `shown` what is seen of it into a `state` for the screen. Before
anything is interpreted or shown, it is in the `journal`, which `archive` finds again. `wearer`
knows whose hand and words are read, and learns them.
"""
