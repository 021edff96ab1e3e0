"""What the client library does that nobody would expect is shown at the gateway, and lived through by the adapter."""

import re
from pathlib import Path

import pytest

SURPRISES = range(1, 24)
_MARK = re.compile(r"pytest\.mark\.surprise\((\d+)\)")


@pytest.mark.parametrize("room", ["gateway", "ibkr"])
def test_each_surprise_has_a_test_in_both_rooms(room: str) -> None:
    files = (Path(__file__).parent / room).rglob("test_*.py")
    marked = {int(number) for file in files for number in _MARK.findall(file.read_text(encoding="utf-8"))}
    assert marked == set(SURPRISES)
