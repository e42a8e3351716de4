"""Frames in, emissions out, live: where a hand is held, and how likely each letter is there."""
