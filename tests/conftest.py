"""What the tests' command line knows, and how properties are tried.

The same commit gets the same verdict everywhere: examples are drawn alike in each run. `--hypothesis-profile explore`
draws others each time, to look for what the usual ones don't find.
"""

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--crashes", type=int, default=12, metavar="N", help="how many instants of March 2020 are crashed at (12)"
    )
    parser.addoption("--seeds", type=int, default=20, metavar="N", help="how many random scenarios are thrown (20)")
    parser.addoption("--all-plants", action="store_true", help="try every planted bug by its seed, not some")
