"""A sweep: the same results whoever does its trials, in whatever order, and however often it is stopped."""

import json
from multiprocessing import active_children
from pathlib import Path

import pytest

from allusetui.lab.crews import Interrupted, Processes
from allusetui.lab.spread import page, spreads, write
from allusetui.lab.sweep import FILE_NAME, SweepFile, sweep, tasks_of
from allusetui.lab.work import Done, WorkError, own_program, work
from allusetui.reports.page import as_json, text
from allusetui.scenario.load import ScenarioError
from tests.lab.jobs import WEEK, Alone


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, ...]:
    """By one process, the last first."""
    return sweep(WEEK, SweepFile(tmp_path_factory.mktemp("alone")), Alone())


def told(found: tuple[Done, ...]) -> str:
    return as_json(page(WEEK, found))


def test_two_processes_of_which_one_is_killed_come_to_the_same_as_one(done: tuple[Done, ...], tmp_path: Path) -> None:
    ready: list[int] = []

    def kill(count: int) -> None:
        ready.append(count)
        if count == 1:
            active_children()[0].kill()

    found = sweep(WEEK, SweepFile(tmp_path), Processes(2), kill)
    assert ready == [0, 1, 2, 3, 4]
    assert told(found) == told(done)
    assert [each.id for each in found] == [job.id for job in WEEK]
    assert [each.figures for each in found] == [each.figures for each in done]
    write(tmp_path, WEEK, found)
    assert json.loads((tmp_path / "sweep.json").read_text())["groups"][0]["trials"] == 4
    assert len((tmp_path / "sweep.csv").read_text().splitlines()) == 5
    assert max(map(len, text(page(WEEK, found)).splitlines())) <= 100


def test_a_sweep_that_is_stopped_keeps_what_is_done_and_does_the_rest_alone(
    done: tuple[Done, ...], tmp_path: Path
) -> None:
    ready: list[int] = []
    with pytest.raises(Interrupted):
        sweep(WEEK, SweepFile(tmp_path), Processes(1), ready.append, lambda: len(ready) > 1)
    assert active_children() == []
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write('{"id":"torn')  # by a process that was killed while it wrote
    kept = SweepFile(tmp_path)
    assert 1 <= len(kept.done) < 4
    crew = Alone()
    found = sweep(WEEK, kept, crew)
    assert len(crew.did) + ready[-1] == len({*crew.did, *kept.done}) == 4
    assert told(found) == told(done)
    # What is read back is what was written, to the last digit.
    assert [SweepFile(tmp_path).done[job.id].figures for job in WEEK] == [each.figures for each in done]
    assert sweep(WEEK, SweepFile(tmp_path), Alone()) == tuple(SweepFile(tmp_path).done[job.id] for job in WEEK)


def test_what_another_version_did_is_not_gone_on_with(done: tuple[Done, ...], tmp_path: Path) -> None:
    (job, identity), *_ = tasks_of(WEEK)
    with pytest.raises(WorkError, match=r"a worker is of another version: .*; allowed: the same allusetui"):
        work(job, identity, "0" * 64)
    file = SweepFile(tmp_path)
    file.add(Done(job.id, "0" * 64, done[0].figures, 1.0))
    with pytest.raises(WorkError, match=r"seed 1 was done by another version, or of another scenario"):
        sweep(WEEK, SweepFile(tmp_path), Alone())
    (tmp_path / FILE_NAME).write_text('{"id":"x"}\n')
    with pytest.raises(WorkError, match=r"trials\.ndjson: line 1 is damaged; allowed: another --out"):
        SweepFile(tmp_path)


def test_two_trials_that_can_not_be_told_apart_are_refused() -> None:
    with pytest.raises(ScenarioError, match=r"two trials are synthetic .* seed 1; allowed: each once"):
        tasks_of((WEEK[0], WEEK[0]))


def test_a_spread_is_of_those_that_know_the_figure(done: tuple[Done, ...]) -> None:
    found = {row.name: row for row in spreads([each.figures for each in done])}
    wealth = sorted(float(each.figures.final_wealth) for each in done)
    assert found["final_wealth"].mean == pytest.approx(sum(wealth) / 4)
    assert found["final_wealth"].parts[1] == pytest.approx((wealth[1] + wealth[2]) / 2)
    assert "growth_a_year" not in found  # three days are too few to say


def test_the_program_is_known_by_all_that_decides() -> None:
    assert len(own_program()) == 64
