"""A process that dies at a message of the wire, as it leaves or before it is heard, and is begun again.

At each message the test's own process is forked: the child's program dies there, the parent's lives on to the next.
Between prices and questions, of which a day has ten thousands, a death leaves the same folder and the same orders at
the broker: the first of such messages is tried for all.

A program that has died lives on for a while of trading, one in a few to the end of the scenario; it is compared as far
as it came. What the close of a week decides is left out where it comes while nobody is there (2.6, 9.1).
"""

import asyncio
import json
import os
import traceback
from collections.abc import Iterable, Sequence
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from allusetui.compose.parts import operators
from allusetui.domain.console import Key
from allusetui.domain.event import Event, OperatorKey, OrderIntended
from allusetui.domain.input import OperatorActed
from allusetui.domain.moment import MINUTE_MS, SECOND_MS, day_of
from allusetui.domain.order import Purpose
from allusetui.engine.apply import fold
from allusetui.journal.archive import open_archive
from allusetui.journal.sqlite import FILE_NAME
from allusetui.law.load import load as load_law
from allusetui.ports import Journal
from allusetui.scenario.model import Scenario
from allusetui.torture.checker.checker import judge
from allusetui.torture.house import House
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.process import Way
from allusetui.torture.program import Program
from allusetui.torture.wire import last_ms
from tests.torture.sweeps.crashes import Row, asking_of, differences
from tests.torture.sweeps.dying import Dies

_LATENCY_S: Final = 0.005
_DOWN_S: Final = 2.0
_AGAIN_S: Final = 3.0
"""How long the second one lives that is killed once more."""
_LIVES_ON_MS: Final = 20 * MINUTE_MS
_TO_THE_END: Final = 8
"""How long it then lives on; each so many-th to the end."""
_COMPARED_MS: Final = SECOND_MS
"""As soon after a close the books have been compared."""
_LATE_S: Final = 60.0
"""What was late by the deaths has come by then."""


@dataclass
class Sweep:
    """What came of a scenario's messages. `otherwise`: deaths after which an order came to another end."""

    messages: int = 0
    deaths: int = 0
    otherwise: int = 0
    told: list[str] = field(default_factory=list)


class _Mortal:
    """Implements `ports.Journal` over another, until its process dies: the child of a fork shares its parent's disk."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.is_dead = False

    def append(self, at_ms: int, events: Sequence[Event]) -> None:
        if not self.is_dead:
            self._journal.append(at_ms, events)

    def read(self, after: int = 0) -> Iterable[Row]:
        return self._journal.read(after)

    def last(self, count: int, kind: str | None = None) -> Sequence[Row]:
        return self._journal.last(count, kind)


class Deaths:
    """A scenario over the wire, whose program dies wherever `dies` says so, and goes on twice."""

    def __init__(self, scenario: Scenario, folder: Path, dies: Dies) -> None:
        self.found = Sweep()
        self._scenario, self._folder, self._dies = scenario, folder, dies
        self._loop = VirtualLoop(_LATENCY_S)
        self._house = House(scenario, self._loop)
        self._program = Program(self._house, folder / "disk", self._layer, self._traffic)
        self._reports: list[Path] = []
        self._died = ""
        self._deaths: list[tuple[int, int]] = []
        self._pressed: OperatorActed | None = None
        self._outside = copy_context()
        self._over = asyncio.Event()
        self._end_s = self._house.at_s(last_ms(self._house.stage.calendar, self._house.stage.end_ms))

    def swept(self) -> Sweep:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._lived())
        whole = _rows(self._program.folder)
        for path in self._reports:
            self._judge(path, whole)
        return self.found

    def _layer(self, journal: Journal) -> Journal:
        self._mortal = _Mortal(journal)
        return self._mortal

    def _traffic(self, way: Way, data: bytes) -> None:
        if self._died or self._loop.time() > self._end_s:
            return
        self.found.messages += 1
        number = self.found.messages
        if not self._dies(number, self._program.folder, way, data):
            return
        self._reports.append(self._folder / f"{number}.json")
        if child := os.fork():
            os.waitpid(child, 0)
        else:
            asyncio._set_running_loop(self._loop)  # which knows its process by its number
            self._died = f"message {number}, {way} {data[:60]!r}"
            self._die()

    def _die(self) -> None:
        """In the child: dead here, begun again, soon dead once more, begun again."""
        program, loop = self._program, self._loop
        assert program.live is not None
        self._note()
        self._mortal.is_dead = True
        program.live.session.turn.world.keep = lambda state: None
        program._disk = self._reports[-1].with_suffix("")
        program.kill()
        if self._pressed is not None and not self._is_stored(self._pressed):
            loop.call_later(_DOWN_S, self._press, self._pressed, context=self._outside)
        # Not of the process that dies: what is its own waits for ever.
        loop.call_later(_DOWN_S, program.start, context=self._outside)
        loop.call_later(_DOWN_S + _AGAIN_S, self._die_again, context=self._outside)
        loop.call_later(2 * _DOWN_S + _AGAIN_S, program.start, context=self._outside)
        if len(self._reports) % _TO_THE_END:
            loop.call_at(self._house.at_s(self._until_ms()), self._over.set, context=self._outside)

    def _until_ms(self) -> int:
        """A while from now; of the night, where all is told once the books are compared, from the next open."""
        now_ms, calendar = self._house.now_ms(), self._house.stage.calendar
        session = calendar.from_day(day_of(now_ms))
        if now_ms > session.close_ms:
            session = calendar.after(session.day)
        return max(now_ms, session.open_ms) + _LIVES_ON_MS

    def _die_again(self) -> None:
        self._note()
        self._program.kill()

    def _note(self) -> None:
        """When it died, and how far its journal had come."""
        self._deaths.append((self._house.now_ms(), max((seq for seq, _, _ in self._mortal.last(1)), default=0)))

    async def _lived(self) -> None:
        try:
            await self._live()
        except BaseException:
            if not self._died:
                raise
            self._report([traceback.format_exc()])
            os._exit(0)

    async def _live(self) -> None:
        program, house, loop = self._program, self._house, self._loop
        if self._scenario.accounts:
            program.prepare()
        async with house.opened():
            program.start()
            for act in operators(self._scenario):
                loop.call_at(house.at_s(act.at_ms), self._press, act)
            loop.call_at(self._end_s + _LATE_S, self._over.set)
            await self._over.wait()
            if program.live is not None:
                await program.end()
            if self._died:
                self._report(self._wrong())
                os._exit(0)
            program.bury()
        if program.failure is not None:
            raise program.failure

    def _press(self, act: OperatorActed) -> None:
        """A person presses a key, and tries again where nobody is there; so for one that died with the process."""
        if self._program.live is not None:
            self._pressed = act
            self._program.live.inbox.put(Key(act.action, act.account, act.contract))
        else:
            self._loop.call_later(1.0, self._press, act)

    def _is_stored(self, act: OperatorActed) -> bool:
        """Whether a key is in the journal: cancels that it asks for may leave before that."""
        keys = (event for _, _, event in self._mortal.last(1, OperatorKey.kind) if isinstance(event, OperatorKey))
        return any((key.action, key.account) == (act.action, act.account) for key in keys)

    def _wrong(self) -> list[str]:
        """What is wrong with a run that died, by itself."""
        rows = _rows(self._program.folder)
        found = [each.line for each in judge(rows, load_law(), self._house.witness, self._house.now_ms())]
        if self._program.failure is not None:
            found.append(f"it died of {self._program.failure!r}")
        return found

    def _report(self, told: list[str]) -> None:
        folder, over_ms = str(self._program.folder), self._house.now_ms()
        told_of = {"died": self._died, "deaths": self._deaths, "over_ms": over_ms, "told": told, "folder": folder}
        self._reports[-1].write_text(json.dumps(told_of))

    def _judge(self, path: Path, whole: tuple[Row, ...]) -> None:
        self.found.deaths += 1
        if not path.exists():
            self.found.told.append(f"{path.stem}: nothing came of it")
            return
        report = json.loads(path.read_text())
        rows, over_ms = _rows(Path(report["folder"])), report["over_ms"]
        whole = tuple(row for row in whole if row[1] <= over_ms)
        left = [(rows[:written], fold(rows[:written])) for _, written in report["deaths"] if written]
        working = {intent for _, state in left for intent in state.intents} | fold(whole).intents.keys()
        asking = frozenset(name for each, state in left for name in asking_of(each, state))
        later = {e.intent: (at_ms, e.purpose) for _, at_ms, e in whole if isinstance(e, OrderIntended)}
        pressed_ms, late_ms = _pressed_away(whole, report["deaths"]), over_ms - _LATE_S * SECOND_MS
        # What a key forestalls that was pressed meanwhile, what was late by the deaths and would come yet, and hedges:
        # 6.11 asks for one of a breach that is.
        lapsing = [
            name for name, (ms, purpose) in later.items()
            if ms <= pressed_ms or ms > late_ms or purpose is Purpose.HEDGE
        ]  # fmt: skip
        otherwise, wrong = differences(whole, rows, working, asking, later.keys() - working, {*lapsing} - working)
        if self._is_away_at_week_s_end(report["deaths"]):
            otherwise, wrong = True, []
        self.found.otherwise += otherwise
        self.found.told += [f"{report['died']}: {each}" for each in (*report["told"], *wrong)]

    def _is_away_at_week_s_end(self, deaths: Sequence[tuple[int, int]]) -> bool:
        """Whether it was dead as the last session of a week closed, or its books were not compared by then."""
        days = self._house.stage.calendar
        closes = [session.close_ms for session in days.sessions if days.ends_week(session.day)]
        spans = [(died_ms - _COMPARED_MS, died_ms + _DOWN_S * SECOND_MS) for died_ms, _ in deaths]
        return any(start <= close <= end for start, end in spans for close in closes)


def _pressed_away(whole: Iterable[Row], deaths: Sequence[tuple[int, int]]) -> int:
    """When the last key was pressed while the process was away; it was pressed again when it was back."""
    spans = [(died_ms, died_ms + _DOWN_S * SECOND_MS) for died_ms, _ in deaths]
    keys = [at_ms for _, at_ms, event in whole if isinstance(event, OperatorKey)]
    return max((key_ms for key_ms in keys if any(start <= key_ms <= end for start, end in spans)), default=0)


def _rows(folder: Path) -> tuple[Row, ...]:
    if not (folder / FILE_NAME).exists():
        return ()
    with closing(open_archive(folder)) as archive:
        return tuple(archive.select())
