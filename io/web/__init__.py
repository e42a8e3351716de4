"""What is typed, on a page for the other person and as an API for other programs.

The session hands its snapshots to the `server`, which has a thread and a loop of its own: `feed`
makes numbered events of them and keeps them for every reader, `access` tells who may do what, and
`routes` has the page and the API, whose form `openapi` says exactly.
"""
