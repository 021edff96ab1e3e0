"""The command line."""

import os
import sys

from allusetui.cli.say import introduce
from allusetui.cli.start import COMPLETING, is_option, start_of

# Read where numpy is first imported: threads for its algebra cost a start more than they ever give back.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Read where pydantic first makes a model: it would look through every installed package for somebody's plugin.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

_OTHERS = 0o077


def main() -> None:
    """The console script."""
    # An account's affairs are its owner's alone, and so is all that is made from here on, whatever the shell's mask is.
    os.umask(os.umask(_OTHERS) | _OTHERS)
    words = sys.argv[1:]
    if COMPLETING in os.environ:
        from allusetui.cli.commands import complete

        complete()
    if not words:
        introduce()
    if not words or is_option(words[0]):
        words = ["run", *words]
    start = start_of(words[1:]) if words[0] == "run" else None
    # Each way imports its own part: the dashboard paints before typer would be there.
    if start is not None:
        from allusetui.cli.say import INTERRUPTED
        from allusetui.cli.session import run_session

        try:
            run_session(start)
        except KeyboardInterrupt:  # before its signals are heeded
            raise SystemExit(INTERRUPTED) from None
    else:
        from allusetui.cli.commands import app

        app(words)
