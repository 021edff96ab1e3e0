"""The command line."""

import sys


def main() -> None:
    """The console script."""
    # Each way imports its own part: without a word there is nothing to parse, and the dashboard paints the earlier.
    if len(sys.argv) > 1:
        from allusetui.cli.commands import app

        app()
    else:
        from allusetui.cli.session import run_session
        from allusetui.cli.start import Start

        run_session(Start())
