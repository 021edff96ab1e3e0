"""The command line as a user calls it, in the test's own process."""

from pathlib import Path

import pytest

from allusetui.cli import commands


def run(*args: str | Path) -> int:
    """The exit code of the command."""
    with pytest.raises(SystemExit) as ended:
        commands.app([str(arg) for arg in args])
    return int(ended.value.code or 0)
