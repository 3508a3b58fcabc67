"""``python -m dateline`` is the ``dateline`` command."""

import sys

from dateline.rag.command.cli import main

sys.exit(main())
