"""A glove without a glove: a synthetic signer behind the firmware's own protocol.

In come texts, commands and mishaps; out come the bytes that a real one would send, at a port.
"""
