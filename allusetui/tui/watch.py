"""The screen that watches: polls the newest snapshot and draws what changed of it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from threading import Thread
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType

from allusetui.domain.console import Console
from allusetui.domain.text import untrusted
from allusetui.tui.bells import Bells
from allusetui.tui.frame import keys_line, trouble
from allusetui.tui.life import Life
from allusetui.tui.notes import Notes
from allusetui.tui.prefs import Prefs
from allusetui.tui.screens.main import Frame, Main
from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Cell, Line, Seen, Table, Tone
from allusetui.view.shelf import Shelf, empty_shelf

if TYPE_CHECKING:
    from allusetui.domain.answer import Asking
    from allusetui.domain.snapshot import Snapshot
    from allusetui.tui.inquirer import Inquirer
    from allusetui.view.inquiry import Inquiry

POLL_S = 0.25
_TICK_MS = 900.0
"""What a second changes is drawn at the poll after that: some of those of a whole second come a hair early."""
FIRST_POLL_S = 0.1
"""As long as there is nothing to show yet, and nobody has said that there is."""

T = TypeVar("T")
Lens = Callable[["Snapshot"], Seen]
"""Gives a snapshot the law and the calendar that it is read by."""


class Watch(Life):
    """Shows; sends nothing.

    `grind` makes the lens; it is called once, in a thread, after the first paint, and may be slow. `clock_ms` is the
    monotonic wall clock that a snapshot's `beat_ms` is told on.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide"), (160, "-widest")]  # noqa: RUF012  # as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (16, "-low"), (24, "-usual"), (38, "-tall"), (46, "-tallest")]  # noqa: RUF012  # the same
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(digit), f"account({digit})") for digit in range(1, 10)),
    ]

    def __init__(
        self,
        console: Console,
        grind: Callable[[], Lens],
        clock_ms: Callable[[], float],
        prefs: Prefs | None = None,
        shelf: Shelf = empty_shelf,
        opening: str = "ALL-USE is starting",
        asking: "Asking | None" = None,
    ) -> None:
        super().__init__(console, prefs or Prefs())
        self.wanted = ""
        """The words that the journal's rows have to have."""
        self.account: str | None = None
        self._asking = asking
        self._grind = grind
        self._clock_ms = clock_ms
        self._frame = Frame(
            self._header, self._alert, self._keys, self._alerts, self._journal, lambda: self.wanted, shelf,
            (Cell(" "), Cell(untrusted(opening))), lambda: self._seen,
            lambda: self.inquirer.current,
        )  # fmt: skip
        self.main = Main(self._frame)
        self._lens: Lens | None = None
        self._snapshot: Snapshot | None = None
        self._seen: Seen | None = None
        self._polls = False
        self._drawn_ms = -_TICK_MS
        self._notes = Notes(self.prefs.shell)
        self.bells = Bells(self._tell_terminal, self.prefs)
        self._refusal: str | None = None
        self._read_seq = 0

    @cached_property
    def inquirer(self) -> "Inquirer":
        """Made where somebody first asks, or looks where one would."""
        from allusetui.tui.inquirer import Inquirer, nobody

        return Inquirer(self._asking or nobody, lambda found: self._soon(self._tell_reply, found))

    def _tell_reply(self, found: "Inquiry") -> None:
        """A question has been looked up."""
        self.inquirer.current = found
        if self._seen is not None:
            for pane in self.screen.query("#document").results(Pane):
                pane.show(self._seen)

    # The beginning

    def get_default_screen(self) -> Main:
        return self.main

    def on_mount(self) -> None:
        self._home = asyncio.get_running_loop()
        self.call_after_refresh(self._start)
        if self._left is not None:
            self._leave(self._left)

    def _start(self) -> None:
        Thread(target=self._make_lens, name="lens", daemon=True).start()
        self._await_first()
        if self._complaints:
            more = f" (and {len(self._complaints) - 1} more)" if len(self._complaints) > 1 else ""
            self._refuse(untrusted(f"{self._complaints[0]}{more}"))
        elif self.prefs.greeting:
            self._notes.greeted(self.prefs.greeting, self._clock_ms())
            self._draw(False)

    def _make_lens(self) -> None:
        from allusetui.tui import shown  # noqa: F401  # read here, so that the screen's own thread finds it read

        try:
            self._lens = self._grind()
        except Exception as error:  # shown: without law and calendar nothing else can be
            self._refusal = untrusted(f"Law or calendar can't be read: {error}")
        self.look_soon()

    def look_soon(self) -> None:
        """The first snapshot is there. From any thread; a start does not wait for the clock then."""
        self._soon(self.call_later, self._look_first)

    def _await_first(self) -> None:
        """By the loop's own clock: timers of Textual's take more of a start."""
        if not self._polls:
            self.call_later(self._look_first)
            asyncio.get_running_loop().call_later(FIRST_POLL_S, self._await_first)

    def _look_first(self) -> None:
        if self._polls:
            return
        self.poll()
        if self._seen is not None:
            self._polls = True
            self.set_interval(POLL_S, self.poll)
            self.make_ready()

    def make_ready(self) -> None:
        """Once something is shown: make what keys will show."""

    # What is shown

    def poll(self) -> None:
        """Draw the newest snapshot: all of it if it tells anything new, else what a second changes."""
        snapshot = self._engine.latest()
        lens, is_new = self._lens, False
        if snapshot is not None and snapshot is not self._snapshot and lens is not None:
            self._notes.look(snapshot)
            seen = self._safely(lambda: replace(lens(snapshot), keys=self._labels))
            is_new = seen is not None and self._is_news(seen)
            self._snapshot, self._seen = snapshot, seen or self._seen
            self._keep_account(snapshot)
            self.bells.look(snapshot)
        now_ms = self._clock_ms()
        if (heard := self._seen) is not None:
            self._safely(lambda: self.bells.listen(heard, now_ms))
        if is_new or now_ms >= self._drawn_ms + _TICK_MS:
            self._drawn_ms = now_ms
            self._draw(is_new)
        if is_new and self._seen is not None:
            self._follow_account(self._seen)
            self.asked_of(self._seen)

    def _is_news(self, seen: Seen) -> bool:
        from allusetui.tui.shown import tells_more

        return self._snapshot is None or tells_more(seen, self._snapshot)

    def _tell_terminal(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)

    def _draw(self, is_new: bool) -> None:
        if not self._running:  # what became of a last key is told to nobody
            return
        if self._seen is None:
            self.main.query_one("#alert", Pane).put(lambda width: (self._own_line() or (),))
            return
        for screen in self.screen_stack:
            for pane in screen.query(Pane):
                if pane.display and (is_new or pane.beats or pane.is_blank):
                    pane.show(self._seen)

    def _own_line(self) -> Line | None:
        """What outranks every alert: that nothing can be shown, that no key arrives, what became of the last keys."""
        if self._refusal is not None:
            return (Cell(" "), Cell(self._refusal, Tone.LOUD))
        ended = trouble(self._snapshot, self._labels) if self._snapshot is not None else None
        silent = (Cell(f"! {self.bells.silence}", Tone.LOUD),) if self.bells.silence is not None else None
        own = ended or self._notes.line(self._clock_ms()) or silent
        return (Cell(" "), *own) if own is not None else None

    def _header(self, seen: Seen, width: int) -> tuple[Line, ...]:
        from allusetui.tui.shown import header

        return header(seen, width, self._clock_ms() - seen.snapshot.beat_ms, self._read_seq)

    def _alert(self, seen: Seen, width: int) -> tuple[Line, ...]:
        from allusetui.tui.shown import alert_line

        return (self._own_line() or alert_line(seen, width, self._read_seq),)

    def _alerts(self, seen: Seen, width: int) -> Table:
        from allusetui.tui.shown import alerts

        return alerts(seen, width, self._read_seq)

    def _keys(self, seen: Seen, width: int) -> tuple[Line, ...]:
        return (keys_line(self.account, width, self._labels),)

    def _journal(self, seen: Seen, width: int) -> Table:
        from allusetui.tui.shown import journal

        return journal(seen, width, self.wanted)

    def _safely(self, make: Callable[[], T]) -> T | None:
        """What a view makes; None where it can't, and that is told."""
        try:
            return make()
        except Exception as error:
            self.log.error(error)
            self._refuse(untrusted(f"can't be shown: {type(error).__name__}: {error}"))
            return None

    def asked_of(self, seen: Seen) -> None:
        """What a new snapshot asks of a person, once it is drawn."""

    def _refuse(self, words: str) -> None:
        self._notes.refused(words, self._clock_ms())
        self._draw(False)

    def _miss(self, words: str) -> None:
        self._notes.missing(words, self._clock_ms())
        self._draw(False)

    def _done(self, words: str) -> None:
        self._notes.done(words, self._clock_ms())
        self._draw(False)

    # Which account, which position

    def _keep_account(self, snapshot: "Snapshot") -> None:
        accounts = snapshot.state.accounts
        if self.account not in accounts:
            self.account = next(iter(accounts), None)

    def _follow_account(self, seen: Seen) -> None:
        """Cursors stand on the chosen account and on a position of it: what keys act on is what is marked."""
        risk = self.main.query_one("#risk", Pane)
        self.main.query_one("#sleeves", Pane).choose(self.account)
        if risk.cursor is None or not risk.cursor.startswith(f"{self.account}|"):
            risk.choose(next((key for key in risk.keys if key.startswith(f"{self.account}|")), None))

    def _choose(self, account: str) -> None:
        self.account = account
        if self._seen is not None:
            self._follow_account(self._seen)
        self._draw(False)

    def on_pane_chosen(self, message: Pane.Chosen) -> None:
        if message.pane.id == "sleeves":
            self._choose(message.key)
        elif message.pane.id == "risk":
            message.pane.choose(message.key)
            self._choose(message.key.partition("|")[0])

    def action_account(self, number: int) -> None:
        keys = self.main.query_one("#sleeves", Pane).keys
        if number <= len(keys):
            self._choose(keys[number - 1])
