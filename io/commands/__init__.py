"""The subcommands of `jihwa`, one module each: a parser and options come in, an exit code goes out.

Each has `configure`, which adds its arguments, and `run`; the modules without are what several of
them share, such as `live` for those that read a glove. Those that need the extra `train` stand
in `training/`.
"""
