"""A session of a broker's account put together: its link, its market, its folder, and an engine by the wall's clock."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from allusetui.advisor.adviser import Adviser
from allusetui.broker.ibkr.broker import Account, IbkrBroker
from allusetui.broker.ibkr.cash import FirstLook, first_look
from allusetui.broker.ibkr.known import Known
from allusetui.broker.ibkr.market import IbkrMarket, Terms
from allusetui.broker.ibkr.standstill import Clocks
from allusetui.broker.simulated.fees import COMMISSION
from allusetui.compose.laws import decided_under, taken_up
from allusetui.compose.linked import begun
from allusetui.compose.program import code_digest
from allusetui.compose.provisions import linked_provisions
from allusetui.compose.sessions import FolderReporter, restored, write_out
from allusetui.domain.calendar import Calendar
from allusetui.domain.event import AccountProvisioned
from allusetui.domain.frozen import frozen
from allusetui.domain.input import Started
from allusetui.domain.link import Begun, Link, Linked
from allusetui.domain.moment import MINUTE_MS, SECOND_MS, day_of, iso
from allusetui.domain.money import ZERO
from allusetui.domain.state import State
from allusetui.domain.text import untrusted
from allusetui.engine.engine import Engine
from allusetui.journal.error import JournalError
from allusetui.journal.snapshot import Maker, SnapshotFile
from allusetui.journal.sqlite import FILE_NAME, SqliteJournal
from allusetui.journal.tape import Tape
from allusetui.law.load import Version
from allusetui.law.own import SHIPPED_ALONE, OwnLaws
from allusetui.market.calendars import calendar
from allusetui.ports import HeadlineReader
from allusetui.runtime.asking import Aside
from allusetui.runtime.bell import Bell
from allusetui.runtime.live import Live, Session
from allusetui.runtime.pace import RealTime
from allusetui.runtime.stored import Stand
from allusetui.runtime.tail import TailJournal
from allusetui.runtime.virtual import VirtualRuntime
from allusetui.runtime.world import World
from allusetui.scenario.values import Problem

BARS_FOLDER: Final = "bars"
MARGIN_RATE: Final = Decimal("0.20")
"""Of the underlying's price: what is asked for a short put by the exchanges' rule."""
_OWNER_ONLY: Final = 0o700
_LONGEST_RUN: Final = timedelta(days=365)
_LOOKBACK, _LISTINGS = timedelta(days=420), timedelta(days=800)
_SEED, _MODE = 0, "normal"
_SOON_S, _AGAIN_S = 0.05, 2.0
_MOST_ACCOUNTS: Final = 1_000
_TOKEN_BYTES: Final = 3


class UnfundedError(Exception):
    """Accounts that no session can begin with; one line, to show as it is."""


@frozen
class Wall:
    """The wall's clocks: epoch ms, and seconds that never go back. `token`: a name that nothing had before."""

    now_ms: Callable[[], int]
    now_s: Callable[[], float]
    token: Callable[[], str] = lambda: secrets.token_hex(_TOKEN_BYTES)


@frozen
class Wish:
    """What a session is opened for: where to link to, what was settled, what a person knows, who reads headlines.

    `settings`: the file that names the accounts.
    """

    settings: Path
    link: Link
    found: Linked
    known: Known
    reader: HeadlineReader | None = None


@frozen
class _Stored:
    """What the session's folder holds; `stand` is None where nothing was begun in it yet."""

    journal: TailJournal
    tape: Tape
    keep: Callable[[State], None]
    begun: Begun
    stand: Stand | None
    law: Version


def open_linked(folder: Path, wish: Wish, wall: Wall, laws: OwnLaws = SHIPPED_ALONE) -> Live:
    """The session of a folder, new or as it was left, on the accounts of a link that it may be run on.

    A new one begins once the link is up and its accounts have told what they hold; it ends with an UnfundedError where
    0.1 can't split that. Raises SessionInUse where another process works in the folder, JournalError where what it
    holds is damaged, another law's or of a time to come, OSError where the disk refuses. To be used in the thread, and
    the loop, that opened it.
    """
    folder.mkdir(_OWNER_ONLY, parents=True, exist_ok=True)
    folder.chmod(_OWNER_ONLY)
    with ExitStack() as held:
        journal = SqliteJournal(folder)
        held.callback(journal.close)
        before = begun(folder) or Begun(wish.found.mode, folder.name, wish.link.accounts, wall.token())
        ruling, stand = laws.in_force(), None
        if journal.seq:
            under = decided_under(journal, folder / FILE_NAME, before.session, laws)
            kept = SnapshotFile(folder, journal, Maker(before.session, under.hash, code_digest()))
            stand = _stand(journal, folder / FILE_NAME, kept, wall.now_ms())
            ruling = taken_up(laws, under, days_from(day_of(stand.at_ms)), stand.at_ms)
        snapshot = SnapshotFile(folder, journal, Maker(before.session, ruling.hash, code_digest()))
        tape = Tape(folder, lambda: journal.seq)
        held.callback(tape.close)
        stored = _Stored(TailJournal(journal), tape, snapshot.keep, before, stand, ruling)
        session = _Parts(folder, wish, wall, stored).session()
        held.callback(_write_out, stored.journal, folder)
        session.close = held.pop_all().close
    return Live(session, wall.now_s)


def days_from(today: date) -> Calendar:
    """The sessions that a process which begins on a day may look at."""
    return calendar(today - _LOOKBACK, today + _LONGEST_RUN + _LISTINGS)


def _stand(journal: SqliteJournal, path: Path, snapshot: SnapshotFile, now_ms: int) -> Stand:
    """Where a session goes on: its journal's state, now."""
    state, findings = restored(journal, path, snapshot)
    if now_ms < state.at_ms - MINUTE_MS:
        clocks = f"ends at {iso(state.at_ms)}, and this machine's clock says {iso(now_ms)}"
        raise JournalError(f"{path}: {clocks}; set the clock: nothing was connected to")
    return Stand(state, max(state.at_ms, now_ms), findings)


def _write_out(journal: TailJournal, folder: Path) -> None:
    if journal.tail:
        write_out(journal, folder)


class _Parts:
    """One session's parts, joined."""

    def __init__(self, folder: Path, wish: Wish, wall: Wall, stored: _Stored) -> None:
        law, today, told = stored.law.law, day_of(wall.now_ms()), stored.begun
        days = days_from(today)
        self._name, self._wish, self._stored, self._law = folder.name, wish, stored, law
        self._clock = RealTime(days, wall.now_ms, wall.now_s, stored.stand.at_ms if stored.stand else 0)
        self._bell = Bell()
        link = wish.link
        codes = Account(
            link.codes[0], link.accounts, told.foreign, told.spare, told.session, self._parent, law.sizing.margin_cap
        )
        address = link.host, link.port, link.client_id
        clocks = Clocks(self._clock.lead_s, self._clock.behind_s)
        self.broker = IbkrBroker(
            address, codes, self._clock.instant, self._bell.ring, clocks=clocks,
            booked_fee=lambda root: self.turn.engine.state.booked_fee(root),
        )  # fmt: skip
        self.market = IbkrMarket(
            self.broker.connection.library, Terms(days, folder / BARS_FOLDER, wish.known),
            lambda *asked: self.turn.engine.reach(*asked), self._clock.instant, self._bell.ring,
            lambda *asked: self.turn.engine.ahead(*asked),
        )  # fmt: skip
        world = World(
            market=self.market, broker=self.broker, journal=stored.journal, reporter=FolderReporter(folder, law),
            advice=Aside(Adviser(law, wish.reader)), news=self.market.headlines, inquiries=self.market,
            every_tick=True, tape=stored.tape, keep=stored.keep,
        )  # fmt: skip
        self.turn = VirtualRuntime(lambda state: Engine(law, stored.law.hash, days, state), world)
        self.turn.now_ms = self._clock.instant()
        self._looked: FirstLook | None = None
        self._trouble = ""

    def session(self) -> Session:
        """To be closed by whoever opened the journal."""
        end_ms = self._clock.instant() + round(_LONGEST_RUN.total_seconds()) * SECOND_MS
        return Session(
            self._name, self._wish.found.mode, self.turn, self._stored.journal, self._begin, lambda: None, self._clock,
            end_ms, self._bell, self._linked, self._look if self._stored.stand is None else None,
            lambda: (self._trouble or self.broker.trouble, self.broker.connection.round_trip_ms),
        )  # fmt: skip

    @asynccontextmanager
    async def _linked(self) -> AsyncIterator[None]:
        """The link is made, kept and looked after; at the end it is given up."""
        self.broker.open()
        try:
            yield
        finally:
            self.market.close()
            await self.broker.close()

    async def _look(self) -> None:
        """Until the accounts have told all that they hold."""
        broker, codes = self.broker, frozenset(self._wish.link.codes)
        while self._looked is None:
            if not broker.connection.up:
                await asyncio.sleep(_SOON_S)
                continue
            try:
                self._looked, self._trouble = await first_look(broker.connection, codes), ""
            except OSError as error:
                self._trouble = untrusted(str(error))
                await asyncio.sleep(_AGAIN_S)

    def _begin(self) -> None:
        if self._stored.stand is not None:
            self.turn.take_up(self._stored.stand)
            return
        assert self._looked is not None
        now_ms, link, cash = self._clock.instant(), self._wish.link, self._looked.cash
        try:
            accounts = linked_provisions(link.accounts, cash, self._law.sizing, day_of(now_ms))
        except Problem as problem:
            key = ".".join(map(str, problem.key))
            raise UnfundedError(untrusted(f"{self._wish.settings}: {key}: {problem}", 1000)) from None
        spare = sum(cash.values(), ZERO) - sum((account.cash for account in accounts), ZERO)
        self.broker.settle(self._looked.positions, spare)
        found = replace(self._wish.found, foreign=self._looked.positions, spare=spare)
        self.turn.begin(
            Started(now_ms, self._stored.begun.session, _MODE, _SEED, MARGIN_RATE, COMMISSION, accounts, found)
        )

    def _parent(self, account: str) -> str | None:
        """Whose cash an account was given: it lives where that one does."""
        for _, _, event in self._stored.journal.last(_MOST_ACCOUNTS, AccountProvisioned.kind):
            if isinstance(event, AccountProvisioned) and event.account == account:
                return event.parent
        return None
