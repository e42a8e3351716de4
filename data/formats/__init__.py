"""Recordings on disk and lines of a glove in, frames out, and the way back."""
