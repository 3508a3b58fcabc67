"""``python -m rag`` is the ``dateline`` command."""

import sys

from rag.cli import main

sys.exit(main())
