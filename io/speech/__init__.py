"""The voice: what is said, how it is pronounced, and the engine that says it."""
