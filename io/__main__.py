"""``python -m jihwa.io`` is ``jihwa``."""

import sys

from jihwa.io.cli import main

sys.exit(main())
