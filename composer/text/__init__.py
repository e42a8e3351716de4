"""The text being written: its edits, what it is made of, what can be undone, what it came to."""
