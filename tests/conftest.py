"""What the tests' command line knows."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--crashes", type=int, default=12, metavar="N", help="how many instants of March 2020 are crashed at (12)"
    )
    parser.addoption("--seeds", type=int, default=20, metavar="N", help="how many random scenarios are thrown (20)")
