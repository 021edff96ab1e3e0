"""Many seeds on all cores: each outcome depends on its seed alone, and they come in the order of the seeds."""

import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import field
from itertools import islice
from multiprocessing import get_context
from typing import Final

from allusetui.domain.frozen import mutable
from allusetui.torture.plan import draw
from allusetui.torture.run import Outcome, run
from allusetui.torture.tally import Change

_AHEAD: Final = 2
"""Seeds a worker has in hand: none waits for the slowest."""


@mutable
class Sum:
    """What came of all seeds so far."""

    seeds: int = 0
    seconds: float = 0.0
    fired: Counter[str] = field(default_factory=Counter)
    states: Counter[Change] = field(default_factory=Counter)
    orders: Counter[Change] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.seeds += 1
        self.seconds += outcome.seconds
        self.fired += outcome.fired
        self.states += outcome.states
        self.orders += outcome.orders
        if outcome.violations:
            self.failed.append(outcome)

    @property
    def violations(self) -> int:
        return sum(len(outcome.violations) for outcome in self.failed)


def outcome_of(seed: int) -> Outcome:
    """What comes of a seed; a run that breaks off is a finding like any other."""
    try:
        return run(draw(seed))
    except Exception as error:
        found = f"the run broke off: {error!r}"
        return Outcome(seed, 0.0, Counter(), Counter(), Counter(), (found,), "")


def outcomes(seeds: Iterable[int], workers: int, goes_on: Callable[[], bool] = lambda: True) -> Iterator[Outcome]:
    """Of each seed in order, as long as it `goes_on`; by as many processes as there are workers."""
    waiting: deque[Future[Outcome]] = deque()
    with ProcessPoolExecutor(workers, get_context("spawn"), _deaf) as pool:
        todo = iter(seeds)
        try:
            waiting.extend(pool.submit(outcome_of, seed) for seed in islice(todo, workers * _AHEAD))
            while waiting:
                yield waiting.popleft().result()
                if goes_on():
                    waiting.extend(pool.submit(outcome_of, seed) for seed in islice(todo, 1))
                else:
                    break
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _deaf() -> None:
    """A key that stops the command is for its parent, which keeps what it has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
