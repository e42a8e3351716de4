"""Recordings in every format that is met: bytes in, frames out, and the way back."""
