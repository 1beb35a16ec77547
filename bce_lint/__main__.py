"""`python -m bce_lint`."""

import sys

from bce_lint.cli import main

if __name__ == "__main__":
    sys.exit(main())
