"""A sweep on a cluster of separate processes: the same results, a worker killed half-way, another version refused."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allusetui.lab import work as at_work
from allusetui.lab.crews import Cluster
from allusetui.lab.sweep import SweepFile, sweep
from allusetui.lab.work import WorkError
from tests.lab.jobs import WEEK, Alone

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, worker_dashboard_address=None
    ) as found:
        yield found


def other_program() -> str:
    return "f" * 64


def be_another_version() -> None:
    """What a worker is on whose machine another version is installed."""
    at_work.own_program = other_program  # type: ignore[assignment] # in the worker's process alone


def test_a_cluster_comes_to_the_same_also_where_a_worker_is_killed(cluster: Any, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    expected = sweep(WEEK, SweepFile(tmp_path / "alone"), Alone())

    def kill(count: int) -> None:
        if count == 1:
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

    found = sweep(WEEK, SweepFile(tmp_path), Cluster(cluster.scheduler_address), kill)
    assert [(each.id, each.figures) for each in found] == [(each.id, each.figures) for each in expected]


def test_a_worker_of_another_version_is_refused_by_its_address(cluster: Any, tmp_path: Path) -> None:
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(2)
        worker = sorted(client.scheduler_info()["workers"])[0]
        client.run(be_another_version, workers=[worker])
        with pytest.raises(WorkError, match=rf"worker {worker} is of another version; allowed: the same allusetui"):
            sweep(WEEK, SweepFile(tmp_path), Cluster(cluster.scheduler_address))
    assert SweepFile(tmp_path).done == {}


def test_a_cluster_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(WorkError, match=rf"--cluster {address}: nobody answers \(.*; allowed: the address"):
            sweep(WEEK, SweepFile(tmp_path), Cluster(address, answer_s=0.5))
