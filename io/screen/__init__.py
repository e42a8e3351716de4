"""The terminal: the state of a live session in, lines of text out, and keys back as requests.

`full_screen` is the program around it: it gives the state and the `view` of it to `drawing`, which
asks `panels`, `hand` and `large` for theirs, and the keys in the table of `keys` to `controls`. A
`program` that takes the text is shown above, by a terminal `emulator`. Without a full screen,
`lines` prints a session line by line, or a recording hold by hold. Everything is written in `cells`
of the terminal.
"""
