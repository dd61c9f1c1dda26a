"""`python -m rehabfhir` is the command line."""

import sys

from rehabfhir.cli import main

if __name__ == "__main__":
    sys.exit(main())
