"""What the tests' command line knows, how properties are tried, and where a test's folders are.

The same commit gets the same verdict everywhere: examples are drawn alike in each run. `--hypothesis-profile explore`
draws others each time, to look for what the usual ones don't find.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

_RAM = Path("/dev/shm")
_ROOM_BYTES = 1 << 30

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--crashes", type=int, default=12, metavar="N", help="how many instants of March 2020 are crashed at (12)"
    )
    parser.addoption("--seeds", type=int, default=20, metavar="N", help="how many random scenarios are thrown (20)")
    parser.addoption("--all-plants", action="store_true", help="try every planted bug by its seed, not some")


def pytest_configure() -> None:
    """In memory where it has room, unless TMPDIR names a place: who syncs to a disk for a test only waits for it.

    What becomes of a session whose disk lost what was not synced is swept by `tests.torture.sweeps`.
    """
    if "TMPDIR" not in os.environ and _RAM.is_dir() and shutil.disk_usage(_RAM).free > _ROOM_BYTES:
        tempfile.tempdir = str(_RAM)
