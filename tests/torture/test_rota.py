"""Whose turn it is goes by the seed's number, and everything has enough of them in a run of ten minutes."""

from collections import Counter
from datetime import time

import pytest

from allusetui.domain.event import StateChanged
from allusetui.torture import run as runs
from allusetui.torture.disk import Rows
from allusetui.torture.plan import draw
from allusetui.torture.rota import scene_of, turns_of
from allusetui.torture.run import run
from allusetui.torture.sites.keys import PAUSE_ALL
from allusetui.torture.sites.site import Scene
from allusetui.torture.sites.table import SITES
from allusetui.torture.tally import OF_STATES, PASSED_OVER, Tally

SEEDS = range(400)
"""What two cores do in ten minutes is half as much again."""


def test_every_site_has_ten_turns_and_every_scene_its_hours() -> None:
    turns = Counter(name for seed in SEEDS for name in turns_of(seed))
    assert {name for name in SITES if turns[name] < 10} == set()
    assert {scene_of(seed) for seed in SEEDS} == set(Scene)


def test_a_site_with_a_scene_of_its_own_has_its_turns_in_it_alone() -> None:
    for seed in SEEDS:
        assert {SITES[name].scene for name in turns_of(seed)} <= {scene_of(seed), Scene.DRAWN}


def test_what_often_finds_nothing_to_be_done_to_has_more_turns_than_the_others_of_its_scene() -> None:
    turns = Counter(name for seed in SEEDS for name in turns_of(seed))
    for scene in {site.scene for site in SITES.values() if site.seldom}:
        there = {name: site.seldom for name, site in SITES.items() if site.scene is scene}
        most = max(turns[name] for name, seldom in there.items() if not seldom)
        assert all(turns[name] >= 1.5 * most for name, seldom in there.items() if seldom)


def test_a_seed_plays_its_scene_and_fires_what_has_its_turn() -> None:
    for seed in range(24):
        plan, scene = draw(seed), scene_of(seed)
        planned = [fault.site for fault in plan.faults]
        assert set(turns_of(seed)) <= set(planned)
        assert (PAUSE_ALL in planned) >= (scene is Scene.ASKED)
        assert (plan.night is not None) >= (scene is Scene.NIGHT)
        assert (plan.begins.time() == time(9, 44)) >= (scene in (Scene.WINDOW, Scene.HALTED, Scene.ASKED))


@pytest.mark.clause("9.1")
def test_9_1_nothing_rests_in_analyzing_so_that_no_halt_finds_it_there(monkeypatch: pytest.MonkeyPatch) -> None:
    ends: Counter[str] = Counter()

    class Watching(Tally):
        def take(self, rows: Rows) -> None:
            super().take(rows)
            last = {event.account: event.to for _, _, event in rows if isinstance(event, StateChanged)}
            ends.update(last.values())

    monkeypatch.setattr(runs, "Tally", Watching)
    outcome = run(draw(9))
    assert PASSED_OVER in OF_STATES and PASSED_OVER not in outcome.states
    assert sum(count for (_, to), count in outcome.states.items() if to == "ANALYZING") > 0
    assert ends["ANALYZING"] == 0 and ends["SCANNING"] > 0
