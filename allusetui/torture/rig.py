"""A program, the broker's house, the machine's disk and clock, and the checker that watches them: what sites act on."""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import Any, Final

from allusetui.advisor.adviser import Adviser
from allusetui.broker.gateway.commands import Command, RestoreLink, SoundAgain
from allusetui.broker.gateway.tickets import Ticket
from allusetui.domain.console import Key
from allusetui.domain.event import Event
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.state import State
from allusetui.journal.error import JournalError, SessionInUse
from allusetui.law.model import Law
from allusetui.scenario.model import Scenario
from allusetui.torture.checker.checker import Checker
from allusetui.torture.checker.gateway import OURS, leaving
from allusetui.torture.checker.witness import Message
from allusetui.torture.disk import Disk, Rows
from allusetui.torture.fooled import Fooled
from allusetui.torture.house import House
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.process import Way
from allusetui.torture.program import Program

Passing = Event | Message
"""What something may be done at: a record that is stored, an order or a cancel that comes to the broker."""
_CLOCK_S: Final = 2.0
_AGES_MS: Final = tuple(seconds * SECOND_MS for seconds in (0, 1, 2, 5, 8, 12, 16, 20, 25, 30))
"""Up to what 8.3 allows."""


class Rig:
    """One run. `moved` is told of all that is stored."""

    def __init__(self, scenario: Scenario, loop: VirtualLoop, folder: Path, law: Law) -> None:
        self.loop = loop
        self.house = House(scenario, loop)
        self.disk = Disk(loop, self._stored, self._die)
        self.program = Program(self.house, folder, self.disk.layer, self._traffic)
        self.program.adviser = self.adviser = Fooled(Adviser(law))
        self.checker = Checker(law, self.house.witness, _AGES_MS)
        self.troubles: list[str] = []
        """What the program died of by itself."""
        self.moved: list[Callable[[Rows], None]] = []
        self.answers: list[Key] = []
        """What was said to prompts."""
        self.newest_order = ""
        """Of which the broker has heard last."""
        self.deadly_sends = 0
        """With how many messages from now the process dies, before it leaves; 0 for never."""
        self._undo: list[Callable[[], None]] = []
        self._awaited: list[tuple[Callable[[Passing], bool], Callable[[], bool]]] = []
        self._heard = 0
        self._down_s = 0.0
        self._was_set = False
        self._context = copy_context()
        self.house.assembly.gateway.tap = self._tap
        loop.set_exception_handler(self._note)

    # What is there

    @property
    def state(self) -> State | None:
        """The engine's; None while no process runs, or has begun."""
        live = self.program.live
        if live is None or self.program.process is None or self.program.process.is_stopped:
            return None
        state = live.session.turn.engine.state
        return state if state.accounts else None

    def orders(self, *, live: bool) -> list[Ticket]:
        """Orders of ours at the broker."""
        tickets = self.house.assembly.book.tickets
        return [each for each in tickets if each.asked.order_ref.startswith(OURS) and each.standing.live == live]

    def filled(self) -> list[Ticket]:
        """Orders of ours that something has filled of."""
        return [each for each in self.house.assembly.book.tickets if each.fills and not each.is_manual]

    # What can be done

    def do(self, command: Command) -> None:
        """Something happens at the broker, or on its wire."""
        self.house.do(command)

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do it after so long, or when the faults end if that is sooner."""
        self._undo.append(work)
        self.loop.call_later(seconds, self._once, work, context=self._context)

    def when(self, on: Callable[[Passing], bool], work: Callable[[], bool]) -> None:
        """Do it as soon as such a thing passes; at the next one where it can't be done, and never in the calm."""
        self._awaited.append((on, work))

    def press(self, key: Key) -> bool:
        """A person presses a key; False where nobody hears it."""
        return self.state is not None and self.press_blindly(key)

    def press_blindly(self, key: Key) -> bool:
        """The same where a process that stands still hears it once it goes on."""
        live = self.program.live
        if live is None:
            return False
        live.inbox.put(key)
        return True

    def kill(self, down_s: float) -> bool:
        """The process dies now, and is begun again after so long; False where it is dead already."""
        if self.program.process is None:
            return False
        self._down_s = down_s
        self._die()
        return True

    def die_at(self, down_s: float) -> None:
        """How long the process is down after it has died where it was told to."""
        self._down_s = down_s

    def set_clock(self, ahead_ms: int) -> None:
        """The machine's clock is set, so far ahead of the market's, or behind it."""
        self._was_set, self.program.skew_ms = True, ahead_ms

    def start_beside(self) -> None:
        """Somebody begins the program a second time on the same session."""
        try:
            self.program.start_beside()
        except SessionInUse:
            return
        self.troubles.append("a second program began on the session")

    def calm(self) -> None:
        """All faults end."""
        self._awaited.clear()
        self.adviser.come_to()
        self.disk.trouble, self.disk.slow_s, self.disk.deadly, self.deadly_sends = None, 0.0, None, 0
        for work in self._undo[:]:
            self._once(work)
        self.do(SoundAgain())
        if not self.house.assembly.book.link_up:
            self.do(RestoreLink())

    def prepare(self) -> None:
        """The session was begun before, with what the scenario's accounts hold."""
        self._stored(self.program.prepare())

    def start(self) -> None:
        """A process begins, where none runs."""
        if self.program.process is None:
            try:
                self.program.start()
            except Exception as error:  # whatever it raises when it begins is a finding
                if self._was_set and isinstance(error, JournalError):
                    self.later(_CLOCK_S, self.start)  # it refuses until the hour has come to its journal's
                else:
                    self.troubles.append(f"the program did not begin: {error!r}")

    def note_trouble(self) -> None:
        """What the program died of, if it did."""
        if self.program.failure is not None:
            self.troubles.append(f"the program died: {self.program.failure!r}")
            self.program.failure = None

    def _note(self, loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        """Something was raised that nobody caught."""
        if (error := told.get("exception")) is not None:
            self.troubles.append(f"nobody caught {error!r} ({told['message']})")

    def _once(self, work: Callable[[], None]) -> None:
        if work in self._undo:
            self._undo.remove(work)
            work()

    def _die(self) -> None:
        if self.program.process is not None:
            self.program.kill()
            self.later(self._down_s, self.start)

    def _stored(self, rows: Rows) -> None:
        for row in self._by_the_market(rows):
            self.checker.take(row)
        self.checker.look(self.house.now_ms() if self._was_set else rows[-1][1])
        for told in self.moved:
            told(rows)
        for _, _, event in rows:
            self._pass(event)

    def _tap(self, at_ms: int, key: int, way: str, fields: Sequence[str]) -> None:
        """At the gateway's door: what comes has not been done yet."""
        witness = self.house.witness
        witness.tap(at_ms, key, way, fields)
        for message in witness.messages(self._heard):
            self._heard += 1
            self.newest_order = message.client_order_id
            self._pass(message)

    def _pass(self, thing: Passing) -> None:
        for on, work in self._awaited[:]:
            # Not in the process whose record it is: what belongs to the broker would stop with it.
            if on(thing) and self._context.copy().run(work):
                self._awaited.remove((on, work))

    def _by_the_market(self, rows: Rows) -> Rows:
        """The records at the market's hour, once the machine's clock has not been it."""
        if not self._was_set:
            return rows
        return [(seq, self.house.now_ms(), event) for seq, _, event in rows]

    def _traffic(self, way: Way, data: bytes) -> None:
        if way is Way.OUT and (name := leaving(data)) is not None:
            self.checker.leaves(name, self.house.now_ms())
        if way is Way.OUT and self.deadly_sends:
            self.deadly_sends -= 1
            if not self.deadly_sends:
                self._die()


def pick(tickets: Sequence[Ticket], at: int) -> Ticket | None:
    """One of them; None where there is none."""
    return tickets[at % len(tickets)] if tickets else None
