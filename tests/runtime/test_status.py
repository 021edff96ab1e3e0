"""What a watchdog is told: silence, and nothing else."""

from dataclasses import replace

import pytest

from allusetui.domain.moment import SECOND_MS
from allusetui.domain.snapshot import Link, Snapshot
from allusetui.domain.volatile import Volatile
from allusetui.runtime.status import silences, status
from tests.runtime.engines import AT_MS, state

ALIVE = Snapshot(1, "demo", "SIM", AT_MS, 1.0, 100.0 * SECOND_MS, 0.0, state(), Volatile(), Link(True, 0.4, 2_000.0))


def told(snapshot: Snapshot, wall_s: float = 101.0, max_age_s: float = 60.0) -> list[str]:
    return silences(status(snapshot, wall_s), max_age_s)


def test_who_lives_is_not_silent() -> None:
    assert told(ALIVE) == []
    assert told(replace(ALIVE, link=Link())) == []


@pytest.mark.parametrize(
    ("snapshot", "wall_s", "said"),
    [
        (ALIVE, 158.0, []),
        (ALIVE, 159.0, ["no data for 61 s"]),
        (ALIVE, 175.0, ["no heartbeat for 75 s", "no data for 77 s"]),
        (replace(ALIVE, link=Link(True, 0.4, 60_001.0)), 100.0, ["no data for 60 s"]),
        (replace(ALIVE, link=Link(False, None, 5_000.0)), 101.0, []),
        (replace(ALIVE, link=Link(False, None, 90_000.0)), 101.0, ["no link to the broker for 91 s"]),
        (replace(ALIVE, ended=True), 101.0, ["the engine has ended"]),
    ],
)
def test_heartbeat_link_and_data_are_told_once_they_are_older_than_the_limit(
    snapshot: Snapshot, wall_s: float, said: list[str]
) -> None:
    assert told(snapshot, wall_s) == said
