"""A disk whose n-th step fails, once or for good: what the session makes of it, and what its next start finds."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from allusetui.compose.run import Run
from allusetui.compose.sessions import open_session
from allusetui.domain.account import Latch
from allusetui.engine.apply import fold
from allusetui.law.load import load as load_law
from allusetui.scenario.model import Scenario
from allusetui.torture.checker.checker import judge
from tests.torture.sweeps.crashes import Point, Row, Seen, differences, watched
from tests.torture.sweeps.disk import Disk

_NEEDS_ROOM: Final = frozenset({"open", "write", "replace", "mkdir"})
PASSING: Final = frozenset({Latch.DISK, Latch.BROKER})


@dataclass(frozen=True)
class Fault:
    """The `nth` step and, `for_good`, every later one fails with the error of this number."""

    nth: int
    number: int
    for_good: bool

    def __str__(self) -> str:
        return f"step {self.nth} {errno.errorcode[self.number]}{' for good' if self.for_good else ''}"


@dataclass
class Failing:
    """A disk with one fault; `what` came of it, as a step and its file, empty where the run was over before."""

    fault: Fault
    steps: int = 0
    what: str = ""
    mended: bool = False

    def __call__(self, what: str, path: Path) -> int:
        self.steps += 1
        due = self.steps == self.fault.nth or (self.fault.for_good and self.steps > self.fault.nth)
        if self.mended or not due:
            return 0
        self.what = self.what or f"{what} {path.name}"
        return self.fault.number if what in _NEEDS_ROOM else errno.EIO


@dataclass
class Outcome:
    """What came of one fault. `told`: what was wrong; `refused`: the session did not begin, and said why."""

    what: str = ""
    refused: bool = False
    latched: bool = False
    told: list[str] = field(default_factory=list)


def suffered(
    scenario: Scenario, folder: Path, fault: Fault, whole: tuple[Row, ...], left: Point | None = None
) -> Outcome:
    """A session on a disk with a fault, and its next start on a sound one; `left` is what it is taken up from."""
    failing, live = Failing(fault), folder / "session"
    if left is not None:
        shutil.copytree(left.folder, live)
    found, seen = Outcome(), None
    with Disk(live, failing):
        with ExitStack() as held:
            try:
                run = open_session(scenario, live)
                held.callback(run.close)
                earlier = left.seen if left is not None else None
                seen = watched(run, earlier)
                run.begin()
            except OSError:
                found.refused = True
            else:
                found.told += [f"in the run: {wrong}" for wrong in _lived(run, seen, failing, found, whole)]
        found.what = failing.what
        failing.mended = True
        found.told += [f"at the next start: {wrong}" for wrong in _began_anew(scenario, live, seen, whole)]
    return found


def _lived(run: Run, seen: Seen, failing: Failing, found: Outcome, whole: tuple[Row, ...]) -> Iterator[str]:
    """What is wrong with the rest of a run that could begin."""
    watch = _Watch(run, seen, found)
    run.runtime.world.progress = watch
    watch(run.runtime.now_ms)
    run.runtime.go_on(run.end_ms)
    yield from watch.told
    if failing.fault.for_good and failing.what:
        return
    if any(PASSING & account.latches for account in run.runtime.engine.state.accounts.values()):
        yield "still latched at its end"
    yield from _judged(run, seen, tuple(run.runtime.world.journal.read()), whole)


class _Watch:
    """Looks after every instant: while the disk refuses every account is latched, and nothing but cancels leaves."""

    def __init__(self, run: Run, seen: Seen, found: Outcome) -> None:
        self._turn, self._seen, self._found = run.runtime, seen, found
        self._refused_at: int | None = None
        self.told: list[str] = []

    def __call__(self, at_ms: int) -> None:
        latches = [account.latches for account in self._turn.engine.state.accounts.values()]
        self._found.latched |= any(PASSING & held for held in latches)
        if self._turn.refusal is None:
            self._refused_at = None
            return
        placed = sum(not message.cancels for message in self._seen.messages())
        if not all(Latch.DISK in held for held in latches):
            self.told.append(f"not every account is latched at {at_ms}, though the disk refuses")
        if self._refused_at not in (None, placed):
            self.told.append(f"an order left by {at_ms}, though the disk refuses")
        self._refused_at = placed


def _judged(run: Run, seen: Seen, rows: tuple[Row, ...], whole: tuple[Row, ...]) -> Iterator[str]:
    if run.runtime.engine.state != fold(rows):
        yield "the state is not the fold of its journal"
    yield from (wrong.line for wrong in judge(rows, load_law(), seen, run.end_ms))
    intents = {event.intent for _, _, event in (*whole, *rows) if hasattr(event, "intent")}
    yield from differences(whole, rows, intents)[1]


def _began_anew(scenario: Scenario, live: Path, earlier: Seen | None, whole: tuple[Row, ...]) -> Iterator[str]:
    run = open_session(scenario, live)
    seen = watched(run, earlier)
    run.go()
    yield from _judged(run, seen, tuple(run.runtime.world.journal.read()), whole)
    run.close()
