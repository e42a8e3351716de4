"""The subcommands of ``jihwa``, one module each."""
