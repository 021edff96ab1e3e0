"""The command line."""

import os
import sys

from allusetui.cli.start import is_option, start_of

# Read where numpy is first imported: its algebra's own threads take longer to begin than ours ever has for them to do.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> None:
    """The console script."""
    words = sys.argv[1:]
    if not words or is_option(words[0]):
        words = ["run", *words]
    start = start_of(words[1:]) if words[0] == "run" else None
    # Each way imports its own part: the dashboard paints before typer would be there.
    if start is not None:
        from allusetui.cli.session import run_session

        run_session(start)
    else:
        from allusetui.cli.commands import app

        app(words)
