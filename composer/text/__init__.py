"""The text being written: emissions in, edits of the text out.

A `snapshot` is the text at one moment: what is committed is a `record`, and what the decoder keeps
open is shown behind it. `draft` goes on from one to the next, `undo` goes back; `candidates` and
`completions` offer other words; a `transcript` is what it came to.
"""
