"""Looks at which nothing can be decided are left out of a run, and the journal does not show it (0.12)."""

import pytest

from allusetui.codec.records import line
from allusetui.compose.run import build_run
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from tests.replaying import DATA, Silent

SPAN = """
[scenario]
name = "looks"
start = {first}T09:00:00
end = {last}T17:00:00
capital = 4_000_000
[market]
kind = "history"
data = "{data}"
"""


def run(first: str, last: str, every_tick: bool) -> tuple[list[str], int]:
    """The journal's lines, and how often the market was looked at."""
    journal, looks = MemoryJournal(), 0
    made = build_run(parse(SPAN.format(first=first, last=last, data=DATA), "looks.toml"), journal, Silent())
    world = made.runtime.world
    world.every_tick = every_tick

    def count(at_ms: int) -> None:
        nonlocal looks
        looks += 1

    world.progress = count
    made.go()
    return [line(*row) for row in journal.read()], looks


@pytest.mark.clause("0.12", "6.1")
@pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")
@pytest.mark.parametrize(
    ("first", "last"),
    [("2020-02-26", "2020-02-28"), ("2019-04-15", "2019-04-16")],
    ids=["levels rise", "a calm Monday and Tuesday"],
)
def test_0_12_looks_left_out_leave_no_trace(first: str, last: str) -> None:
    told, few = run(first, last, every_tick=False)
    truth, many = run(first, last, every_tick=True)
    assert told == truth
    assert few < many / 20
