"""What a rule may look at: the law, the calendar, what is known and what time it is."""

from collections.abc import Callable
from dataclasses import field
from datetime import date, time
from decimal import Decimal
from typing import TypeVar

from allusetui.domain.account import Account
from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.contract import Contract, Option
from allusetui.domain.event import Figure
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.moment import SECOND_MS, at_clock, day_of
from allusetui.domain.quote import Quote
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile
from allusetui.law.model import Law

F = TypeVar("F", bound=Callable[..., object])
VIX = "VIX"
CLAUSES: dict[str, list[str]] = {}
"""Clause id → the functions that enforce it."""


def clause(*ids: str) -> Callable[[F], F]:
    """Mark the function that enforces the clauses."""

    def mark(function: F) -> F:
        for clause_id in ids:
            CLAUSES.setdefault(clause_id, []).append(f"{function.__module__}.{function.__qualname__}")
        return function

    return mark


@frozen
class Refusal:
    """What the law does not allow, why, and the figures that decided it."""

    reason: str
    clauses: tuple[str, ...]
    figures: dict[str, Figure] = field(default_factory=dict)


@mutable
class Situation:
    """All that a decision depends on; it changes nothing."""

    law: Law
    calendar: Calendar
    state: State
    volatile: Volatile
    now_ms: int
    today: date = field(init=False)
    session: Session | None = field(init=False)
    """Today's session, open or not at this hour."""

    def __post_init__(self) -> None:
        self.today = day_of(self.now_ms)
        self.session = self.calendar.on(self.today)

    @property
    def open_session(self) -> Session | None:
        """The session that is open now; its close is no longer part of it."""
        session = self.session
        return session if session and session.open_ms <= self.now_ms < session.close_ms else None

    def clock(self, clock: time) -> int:
        """Today's instant of a New York clock time."""
        return at_clock(self.today, clock)

    def quote(self, symbol: str) -> Quote | None:
        """The last valid value of an underlying."""
        return self.volatile.quotes.get(symbol)

    def age_s(self, quote: Quote | None) -> float:
        """Seconds since the quote was made; infinite for none."""
        return float("inf") if quote is None else max(self.now_ms - quote.at_ms, 0) / SECOND_MS

    def is_fresh(self, symbol: str) -> bool:
        """Whether the last valid value of the underlying is young enough to decide on (8.3)."""
        return self.age_s(self.quote(symbol)) <= self.law.data.stale_s

    def is_doubted(self, symbol: str) -> bool:
        """Whether the latest values of the underlying were thrown away (§8)."""
        told = self.volatile.told_invalid
        return bool(told) and any(each == symbol for each, _ in told)

    def fresh_option(self, option: Option) -> Quote | None:
        """The option's quote where both it and its underlying are young enough to decide on."""
        quote = self.volatile.option_quotes.get(option)
        return quote if self.age_s(quote) <= self.law.data.stale_s and self.is_fresh(option.symbol) else None

    def fresh(self, contract: Contract) -> Quote | None:
        """The quote of what is to be traded, where it is young enough to decide on."""
        if isinstance(contract, Option):
            return self.fresh_option(contract)
        return self.quote(contract.symbol) if self.is_fresh(contract.symbol) else None

    @property
    def vix(self) -> Decimal | None:
        """The VIX; None where it is unknown, or stale while the market is open."""
        quote = self.quote(VIX)
        if quote is None or (self.open_session and not self.is_fresh(VIX)):
            return None
        return quote.mid

    def issuer(self, symbol: str) -> str:
        """GOOG and GOOGL are one symbol where the law says so (0.3)."""
        return next((same[0] for same in self.law.sizing.same_issuer if symbol in same), symbol)

    def same_issuer(self, symbol: str) -> tuple[str, ...]:
        """The symbols of one issuer, this one among them."""
        return next((same for same in self.law.sizing.same_issuer if symbol in same), (symbol,))

    def trading(self) -> list[Account]:
        """The accounts that trade, in their order."""
        return [a for a in self.state.accounts.values() if a.trading]

    @clause("2.1", "3.2", "4.1")
    def universe(self, account: Account) -> tuple[str, ...]:
        return self.law.sleeves[account.type.value].universe

    def symbols_in(self, account: Account, window: str) -> tuple[str, ...]:
        """What the account reports on in a window: its universe, or in COM's only what it holds shares of."""
        if window == account.type.value:
            return self.universe(account)
        return tuple(account.stocks())
