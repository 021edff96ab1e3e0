"""A process that dies before a step of its disk, and is started again: what its folder then tells, once and twice."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from allusetui.broker.simulated.store import FILE_NAME as BOOK
from allusetui.compose.run import Run
from allusetui.compose.sessions import open_session
from allusetui.domain.account import Latch
from allusetui.domain.event import Event, OperatorKey, OrderFilled
from allusetui.domain.money import ZERO
from allusetui.domain.state import State
from allusetui.engine.apply import fold
from allusetui.journal.snapshot import FILE_NAME as SNAPSHOT
from allusetui.journal.sqlite import FILE_NAME as JOURNAL
from allusetui.law.load import load as load_law
from allusetui.scenario.model import Scenario
from allusetui.torture.checker.checker import judge
from allusetui.torture.checker.exchange import AtTheExchange
from allusetui.torture.checker.pairs import folded, resumes_alike
from tests.torture.sweeps.disk import Disk

Row = tuple[int, int, Event]
_READ = (JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-journal", BOOK, SNAPSHOT)
"""What a start reads; what lies beside it is of a file that was never finished."""


class Seen(AtTheExchange):
    """A witness that goes on where another one's process has died."""

    def after(self, other: "Seen") -> None:
        self._messages, self._orders, self._deals = [*other._messages], {**other._orders}, {**other._deals}


@dataclass(frozen=True)
class Point:
    """Where it died: before its `number`th step. `seen`: what had come to the broker by then; None for nothing."""

    number: int
    step: str
    folder: Path
    seen: Seen | None


@dataclass
class Sweep:
    """What came of a scenario's crash points. `told`: what was wrong, each with its point.

    `otherwise`: runs in which an order that worked at the crash came to another end, each judged by all but 9.
    """

    points: int = 0
    states: int = 0
    runs: int = 0
    otherwise: int = 0
    told: list[str] = field(default_factory=list)


def watched(run: Run, earlier: Seen | None = None) -> Seen:
    """The session's broker, watched, by whoever watched it before."""
    journal, world = run.runtime.world.journal, run.runtime.world
    seen = Seen(world.broker, run.exchange, run.market, lambda: getattr(journal, "seq", 0))
    if earlier is not None:
        seen.after(earlier)
    world.broker = seen
    return seen


class Deaths:
    """A session from its beginning to its end, and what each of its steps would have left behind."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.points: list[Point] = []
        self._live, self._copies = folder / "session", folder / "copies"
        self._run: Run | None = None
        self._digest = ""
        with Disk(self._live, self._before):
            self._run = open_session(scenario, self._live)
            self._seen = watched(self._run)
            self._run.go()
            self.rows = tuple(self._run.runtime.world.journal.read())
            self._run.close()

    def _before(self, what: str, path: Path) -> int:
        number, digest = len(self.points) + 1, _digest(self._live)
        if digest != self._digest or not self.points:
            self._digest = digest
            self._copied(number)
        folder, seen = self._last
        self.points.append(Point(number, f"{what} {path.name}", folder, seen))
        return 0

    def _copied(self, number: int) -> None:
        copy = self._copies / str(number) / self._live.name
        if self._live.exists():
            shutil.copytree(self._live, copy)
        seen = None
        if self._run is not None and hasattr(self, "_seen"):
            seen = Seen(self._run.exchange, self._run.exchange, self._run.market, lambda: 0)
            seen.after(self._seen)
        self._last = copy, seen


def _digest(folder: Path) -> str:
    found = sha256()
    for name in _READ:
        found.update((folder / name).read_bytes() if (folder / name).exists() else b"none")
    return found.hexdigest()


def swept(scenario: Scenario, folder: Path) -> Sweep:
    """Each crash point of a scenario, gone on from once and twice."""
    deaths, done, found = Deaths(scenario, folder), set[object](), Sweep()
    found.points = len(deaths.points)
    opened = None
    for point in deaths.points:
        if point.folder == opened:
            continue
        opened = point.folder
        found.states += 1
        try:
            wrong = list(_gone_on(scenario, point, deaths.rows, done, found))
        except Exception as error:
            wrong = [f"{type(error).__name__}: {error}"]
        found.told += [f"before step {point.number}, {point.step}: {each}" for each in wrong]
    return found


def _gone_on(
    scenario: Scenario, point: Point, whole: tuple[Row, ...], done: set[object], found: Sweep
) -> Iterator[str]:
    """What is wrong with the runs that go on from a point: resumed, and killed again once it has resumed."""
    once, twice = point.folder.parent / "once", point.folder.parent / "twice"
    if point.folder.exists():
        shutil.copytree(point.folder, once)
    run = open_session(scenario, once)
    journal = run.runtime.world.journal
    key = journal.seq, journal.hash_at(journal.seq), (once / BOOK).read_bytes(), run.stand and run.stand.findings
    if key in done:
        run.close()
        return
    done.add(key)
    working = () if run.stand is None else tuple(run.stand.state.intents)
    asking = asking_of(tuple(journal.read()), run.stand.state) if run.stand else frozenset()
    seen = watched(run, point.seen)
    run.begin()
    shutil.copytree(once, twice)
    again = open_session(scenario, twice)
    seen_again = watched(again, seen)
    again.begin()
    for each, witness, name in ((run, seen, "once"), (again, seen_again, "twice")):
        each.runtime.go_on(each.end_ms)
        found.runs += 1
        rows = tuple(each.runtime.world.journal.read())
        if each.runtime.engine.state != fold(rows):
            yield f"{name}: the state is not the fold of its journal"
        yield from (f"{name}: {wrong.line}" for wrong in judge(rows, load_law(), witness, each.end_ms))
        otherwise, wrong_lines = differences(whole, rows, working, asking)
        found.otherwise += otherwise
        yield from (f"{name}: {line}" for line in wrong_lines)
        each.close()


@dataclass
class _Fate:
    """What became of what was wanted: what was traded of it, and for how much."""

    account: str | None = None
    traded: Counter[object] = field(default_factory=Counter)
    money: Decimal = ZERO


def asking_of(rows: Sequence[Row], state: State) -> frozenset[str]:
    """The accounts whose reset had not heard the broker yet: they stay latched, and show the difference once more."""
    pressed = {
        event.account for _, at_ms, event in rows
        if isinstance(event, OperatorKey) and event.action == "reset" and at_ms == rows[-1][1]
    }  # fmt: skip
    latched = (account.name for account in state.accounts.values() if Latch.MISMATCH in account.latches)
    return frozenset(name for name in latched if pressed & {name, None})


def differences(
    whole: Sequence[Row], rows: Sequence[Row], working: Iterable[str],
    asking: frozenset[str] = frozenset(), later: Iterable[str] = (), lapsing: Iterable[str] = (),
) -> tuple[bool, list[str]]:  # fmt: skip
    """Whether an intent that was `working`, or a key that was `asking`, came to another end, and what else differs.

    An order that works when the process dies is asked for first, and what of it is not found is sent anew seconds
    later: at another price, so that its account's cash differs; or, where its window has closed by then, not at all.
    What came `later` than a crash that lasted may have come at another price too, and what was `lapsing` not at all:
    its cause was over when the process was back.
    """
    dearer = set[str | None]()
    other: set[str | None] = {name for name in asking if "mismatch" in folded(rows).accounts[name].latches}
    for intent in (*working, *lapsing):
        was, now = _fate(whole, intent), _fate(rows, intent)
        if was.traded != now.traded:
            other |= {was.account, now.account}
        elif was.money != now.money:
            dearer.add(was.account)
    dearer |= {was.account for each in later if (was := _fate(whole, each)).money != _fate(rows, each).money}
    found = []
    for violation in resumes_alike(whole, rows):
        account, _, what = violation.text.partition(": ")
        if account not in other and not (account in dearer and what.startswith("cash")):
            found.append(violation.line)
    return bool(dearer | other), found


def _fate(rows: Iterable[Row], intent: str) -> _Fate:
    fate = _Fate()
    for _, _, event in rows:
        if isinstance(event, OrderFilled) and event.intent == intent:
            fate.account = event.account
            fate.traded[event.contract, event.side] += event.quantity
            fate.money += event.price * event.quantity
    return fate
