"""Small sweeps, and the crew that does them without a process of its own."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from allusetui.lab.crews import Heard, Interrupted, Task
from allusetui.lab.job import job_of
from allusetui.lab.work import own_program, work
from allusetui.law.load import version

WEEK = tuple(
    job_of("synthetic", date(2026, 3, 2), date(2026, 3, 4), Decimal(1_000_000), seed, version())
    for seed in (1, 2, 3, 4)
)


class Alone:
    """Does the tasks in this process, the last first, and knows which it did."""

    def __init__(self) -> None:
        self.did: list[str] = []

    def __call__(self, tasks: Sequence[Task], heard: Heard, is_stopped: Callable[[], bool]) -> None:
        for job, identity in reversed(tasks):
            if is_stopped():
                raise Interrupted
            self.did.append(job.id)
            heard(work(job, identity, own_program()))
