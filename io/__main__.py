"""`jihwa`, and `python -m jihwa.io`: the command line, which an interrupt ends without a word."""

import os
import signal
import sys


def main() -> int:
    """Run the command line; returns the exit code. Ctrl-C may come before all is imported."""
    is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_usual:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # as the other one below
    from jihwa.io import cli

    try:
        if is_usual:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return cli.main()
    except KeyboardInterrupt:
        return cli.INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
