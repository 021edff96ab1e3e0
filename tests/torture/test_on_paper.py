"""15.1: `run --mode paper` as the product puts it together decides what the same market decides in one process."""

import re
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from allusetui.codec.records import to_record
from allusetui.journal.archive import open_archive
from allusetui.scenario.load import parse
from allusetui.torture.paper import on_paper
from tests.replaying import Replayed, replay_text
from tests.torture.agreement import Row, disagreements

WEEK = """
[scenario]
name = "paper"
start = 2026-03-05T09:44:00
end = 2026-03-05T{end}
capital = 1_000_000
[market]
kind = "scripted"
[market.symbols.AAPL]
spot = 200.0
iv = 0.3
atr = 20.0
volume = 5000
strike_step = 0.5
[market.symbols.VIX]
spot = 18.0
"""
IDS = re.compile(r"AU-[0-9a-f]{6}-")


@dataclass
class Told(Replayed):
    """What a session's folder tells, under the names of the run that it is compared with."""

    rows: list[Row] = field(default_factory=list)

    @property
    def records(self) -> list[Row]:
        return self.rows


def paper(text: str, folder: Path, here: Replayed) -> Told:
    folder = on_paper(parse(text, "test.toml"), folder).folder
    with closing(open_archive(folder)) as archive:
        rows = [to_record(*row) for row in archive.select()]
    name = IDS.search(str(here.records))
    for row in rows:
        if name is not None and "client_order_id" in row["data"]:
            row["data"]["client_order_id"] = IDS.sub(name[0], row["data"]["client_order_id"])
    return Told(here.scenario, here.run, here.journal, rows)


@pytest.mark.clause("15.1")
def test_15_1_the_product_on_paper_decides_what_one_process_does(tmp_path: Path) -> None:
    text = WEEK.format(end="09:46:00")
    here = replay_text(text)
    there = paper(text, tmp_path / "main", here)
    assert [each for each in disagreements(here, there) if " session." not in each] == []
    assert [row["data"]["quantity"] for row in there.of("order.filled")] == [5]
    assert there.of("session.linked") != []
