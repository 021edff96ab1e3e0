"""The gateway's part for accounts: who has asked for what of which account, and what they are told as it changes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from allusetui.broker.gateway import account_messages as words
from allusetui.broker.gateway import order_requests as asking
from allusetui.broker.gateway.contracts import NO_DEFINITION, Registry
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.holdings import Holdings, Position
from allusetui.broker.gateway.part import Route
from allusetui.broker.gateway.requests import Nothing, Numbered, bare_number, nothing, numbered
from allusetui.broker.gateway.session import NOBODY, Session, Sessions
from allusetui.domain.contract import Contract
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from allusetui.domain.money import ZERO

MOST_SUMMARIES: Final = 2
_ALL: Final = "All"
_UPDATE_MS: Final = 3 * MINUTE_MS
"""How often values are told where nothing but prices has changed."""
_PNL_MS: Final = SECOND_MS


@mutable
class _Watch:
    """A subscription to gains: of an account, or of one contract in it; `told` is what was said last."""

    account: str
    contract: Contract | None
    told: tuple[Value, ...] = ()


class _Asked:
    """What one connection has subscribed to."""

    def __init__(self) -> None:
        self.positions = False
        self.account: str | None = None
        self.summaries: dict[int, asking.SummaryAsked] = {}
        self.multi: dict[int, asking.AccountAsked] = {}
        self.watches: dict[int, _Watch] = {}

    @property
    def values(self) -> bool:
        """Whether values of accounts are told from time to time."""
        return self.account is not None or bool(self.summaries or self.multi)


class AccountsPart:
    """Implements `Part` for accounts.

    `next_tick(after_ms)` says when prices may change next; `look(at_ms)` asks the exchange what has happened;
    `linked()` whether it can: what changes meanwhile is told afterwards.
    """

    def __init__(
        self,
        registry: Registry,
        holdings: Holdings,
        sessions: Sessions,
        next_tick: Callable[[int], int | None],
        look: Callable[[int], None],
        linked: Callable[[], bool],
        start_ms: int,
    ) -> None:
        self._registry = registry
        self._holdings = holdings
        self._sessions = sessions
        self._next_tick = next_tick
        self._look = look
        self._linked = linked
        self._asked: dict[int, _Asked] = {}
        self._shown = {account: self._held(account, start_ms) for account in holdings.accounts}
        self._mark = holdings.mark(start_ms)
        self._valued_ms = self._gained_ms = start_ms

    def routes(self) -> Mapping[int, Route]:
        return {
            asking.ACCOUNT_UPDATES: Route(asking.updates, self._updates),
            asking.POSITIONS: Route(nothing, self._positions),
            asking.CANCEL_POSITIONS: Route(nothing, self._no_positions),
            asking.SUMMARY: Route(asking.summary, self._summary, id_at=1),
            asking.CANCEL_SUMMARY: Route(numbered(1), self._no_summary, id_at=1),
            asking.UPDATES_MULTI: Route(asking.updates_multi, self._multi, id_at=1),
            asking.CANCEL_MULTI: Route(numbered(1), self._no_multi, id_at=1),
            asking.PNL: Route(asking.pnl, self._pnl, id_at=0),
            asking.PNL_SINGLE: Route(asking.pnl_single, self._pnl, id_at=0),
            asking.CANCEL_PNL: Route(bare_number, self._no_pnl, id_at=0),
            asking.CANCEL_PNL_SINGLE: Route(bare_number, self._no_pnl, id_at=0),
        }

    def joined(self, session: Session, at_ms: int) -> None:
        self._asked[session.key] = _Asked()

    def lost(self, session: Session, at_ms: int) -> None:
        self._asked.pop(session.key, None)

    def next_ms(self, after_ms: int) -> int | None:
        due: list[int | None] = []
        if any(asked.watches for asked in self._asked.values()):
            due.append(self._next_tick(max(after_ms, self._gained_ms + _PNL_MS - 1)))
        if any(asked.values for asked in self._asked.values()):
            due.append(self._next_tick(max(after_ms, self._valued_ms + _UPDATE_MS - 1)))
        return min((ms for ms in due if ms is not None), default=None)

    def advance(self, at_ms: int) -> None:
        if not self._linked():
            return
        self.refresh(at_ms)
        if at_ms - self._gained_ms >= _PNL_MS:
            self._gained_ms = at_ms
            self._tell_gains(at_ms)
        if at_ms - self._valued_ms >= _UPDATE_MS:
            self._valued_ms = at_ms
            self._tell_values(at_ms, self._holdings.accounts)

    def refresh(self, at_ms: int) -> None:
        """Tells what has changed of the positions since the last time; nothing says why it has."""
        mark = self._holdings.mark(at_ms)
        if mark == self._mark or not self._linked():
            return
        self._mark = mark
        touched = []
        for account in self._holdings.accounts:
            held, before = self._held(account, at_ms), self._shown[account]
            changed = [each for contract, each in held.items() if before.get(contract) != each]
            changed += [Position(contract, 0, ZERO) for contract in before if contract not in held]
            self._shown[account] = held
            for position in changed:
                self._tell_position(account, position, at_ms)
            touched += [account] if changed else []
        if touched:
            self._tell_values(at_ms, tuple(touched))

    # Requests

    def _positions(self, session: Session, asked: Nothing, at_ms: int) -> None:
        self._look(at_ms)
        self.refresh(at_ms)
        self._asked[session.key].positions = True
        for account in self._holdings.accounts:
            for position in self._holdings.positions(account, at_ms):
                session.send(*words.position_row(self._registry, account, position))
        session.send(words.POSITION_END, 1)

    def _no_positions(self, session: Session, asked: Nothing, at_ms: int) -> None:
        self._asked[session.key].positions = False

    def _updates(self, session: Session, asked: asking.UpdatesAsked, at_ms: int) -> None:
        account = asked.account or self._holdings.accounts[0]
        if not self._known(session, NOBODY, account):
            return
        if asked.on:
            self._look(at_ms)
            self.refresh(at_ms)
        self._asked[session.key].account = account if asked.on else None
        if asked.on:
            for message in words.updates(self._holdings, self._registry, account, at_ms):
                session.send(*message)
            session.send(words.DOWNLOAD_END, 1, account)

    def _summary(self, session: Session, asked: asking.SummaryAsked, at_ms: int) -> None:
        summaries = self._asked[session.key].summaries
        if asked.request_id in summaries or len(summaries) >= MOST_SUMMARIES:
            text = "Maximum number of account summary requests exceeded"
            session.error(asked.request_id, 322, f"Error processing request.-'cH' : cause - {text}")
            return
        if asked.group != _ALL and not self._known(session, asked.request_id, asked.group):
            return
        summaries[asked.request_id] = asked
        self._tell_summary(session, asked, at_ms)
        session.send(words.SUMMARY_END, 1, asked.request_id)

    def _no_summary(self, session: Session, asked: Numbered, at_ms: int) -> None:
        self._asked[session.key].summaries.pop(asked.number, None)

    def _multi(self, session: Session, asked: asking.AccountAsked, at_ms: int) -> None:
        if self._known(session, asked.request_id, asked.account):
            self._asked[session.key].multi[asked.request_id] = asked
            self._tell_multi(session, asked, at_ms)
            session.send(words.MULTI_END, 1, asked.request_id)

    def _no_multi(self, session: Session, asked: Numbered, at_ms: int) -> None:
        self._asked[session.key].multi.pop(asked.number, None)

    def _pnl(self, session: Session, asked: asking.AccountAsked, at_ms: int) -> None:
        if not self._known(session, asked.request_id, asked.account):
            return
        contract = None
        if asked.con_id is not None:
            listed = self._registry.by_id(asked.con_id, at_ms)
            if listed is None:
                session.error(asked.request_id, 200, NO_DEFINITION)
                return
            contract = listed.contract
        watch = self._asked[session.key].watches[asked.request_id] = _Watch(asked.account, contract)
        self._tell_gain(session, asked.request_id, watch, at_ms)

    def _no_pnl(self, session: Session, asked: Numbered, at_ms: int) -> None:
        self._asked[session.key].watches.pop(asked.number, None)

    def _known(self, session: Session, request_id: int, account: str) -> bool:
        """Whether the account is one of ours; says so where it is not."""
        known = account in self._holdings.accounts
        if not known:
            text = f"Error validating request.-'bR' : cause - Invalid account code '{account}'"
            session.error(request_id, 321, text)
        return known

    # What is told

    def _held(self, account: str, at_ms: int) -> dict[Contract, Position]:
        return {each.contract: each for each in self._holdings.positions(account, at_ms)}

    def _subscribers(self) -> Iterator[tuple[Session, _Asked]]:
        for session in self._sessions:
            asked = self._asked.get(session.key)
            if asked is not None:
                yield session, asked

    def _tell_position(self, account: str, position: Position, at_ms: int) -> None:
        for session, asked in self._subscribers():
            if asked.positions:
                session.send(*words.position_row(self._registry, account, position))
            if asked.account == account and not position.quantity:
                session.send(*words.portfolio(self._holdings, self._registry, account, position, at_ms))

    def _tell_values(self, at_ms: int, accounts: tuple[str, ...]) -> None:
        for session, asked in self._subscribers():
            if asked.account in accounts:
                for message in words.updates(self._holdings, self._registry, asked.account, at_ms):
                    session.send(*message)
            for summary in asked.summaries.values():
                self._tell_summary(session, summary, at_ms)
            for multi in asked.multi.values():
                self._tell_multi(session, multi, at_ms)

    def _tell_summary(self, session: Session, asked: asking.SummaryAsked, at_ms: int) -> None:
        accounts = self._holdings.accounts if asked.group == _ALL else (asked.group,)
        for account in accounts:
            values = words.account_values(self._holdings, account, at_ms)
            for tag in asked.tags:
                if tag in values:
                    session.send(words.SUMMARY, 1, asked.request_id, account, tag, *values[tag])

    def _tell_multi(self, session: Session, asked: asking.AccountAsked, at_ms: int) -> None:
        values = {} if asked.model else words.account_values(self._holdings, asked.account, at_ms)
        for tag, value in values.items():
            session.send(words.MULTI, 1, asked.request_id, asked.account, asked.model, tag, *value)

    def _tell_gains(self, at_ms: int) -> None:
        for session, asked in self._subscribers():
            for request_id, watch in asked.watches.items():
                self._tell_gain(session, request_id, watch, at_ms)

    def _tell_gain(self, session: Session, request_id: int, watch: _Watch, at_ms: int) -> None:
        """Says a gain that is not what was said last."""
        figures: tuple[Value, ...]
        if watch.contract is None:
            kind, figures = words.PNL, words.pnl(self._holdings, watch.account, at_ms)
        else:
            kind, figures = words.PNL_SINGLE, words.pnl_single(self._holdings, watch.account, watch.contract, at_ms)
        if figures != watch.told:
            watch.told = figures
            session.send(kind, request_id, *figures)
