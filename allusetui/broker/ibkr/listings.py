"""What is listed: expiries of a symbol, strikes of an expiry, price steps; asked once a day, kept for the day."""

import asyncio
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Final, TypeGuard

from ib_async import ContractDetails

from allusetui.broker.ibkr.asks import Asks, UnansweredError
from allusetui.broker.ibkr.naming import INDEX, STOCK, asked, asked_row, is_index
from allusetui.broker.ibkr.survey import Listing
from allusetui.broker.ibkr.translate import SMART, UntranslatableError, classes, day_told, ours
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import day_of
from allusetui.domain.money import CENT
from allusetui.domain.quote import Steps
from allusetui.domain.text import untrusted

_CENTS: Final[Steps] = ((Decimal(0), CENT),)
_MULTIPLIER: Final = "100"


@mutable
class _Day:
    """What has been asked on one day."""

    day: date
    con_ids: dict[str, int] = field(default_factory=dict)
    expiries: dict[str, tuple[date, ...]] = field(default_factory=dict)
    rows: dict[tuple[str, date, Right], Listing] = field(default_factory=dict)


class Listings:
    """Asks, and remembers. What is adjusted after a split or merger has another class, and is none of ours.

    That nothing is listed is not remembered: a gateway that has lost its farm says so too.
    """

    def __init__(self, asks: Asks, calendar: Calendar) -> None:
        self._asks = asks
        self._calendar = calendar
        self._kept = _Day(date.min)
        self._rule_of: dict[str, int] = {}
        self._steps: dict[int, Steps] = {}
        self._one_rule = asyncio.Lock()

    async def con_id(self, symbol: str, at_ms: int) -> int:
        """The broker's id of an underlying. Raises UnansweredError."""
        kept = self._today(at_ms)
        if symbol not in kept.con_ids:
            found = await self._asks.details(asked(Stock(symbol)))
            if len(found) != 1 or found[0].contract is None:
                raise UnansweredError(f"{symbol}: the broker knows {len(found)} underlyings of that name")
            kept.con_ids[symbol] = found[0].contract.conId
        return kept.con_ids[symbol]

    async def expiries(self, symbol: str, at_ms: int) -> tuple[date, ...]:
        """The expiries from today on that the broker lists, ascending. Raises UnansweredError."""
        kept = self._today(at_ms)
        if symbol not in kept.expiries:
            sec_type = INDEX if is_index(Stock(symbol)) else STOCK
            rows = await self._asks.chain(symbol, sec_type, await self.con_id(symbol, at_ms))
            told = (
                text
                for row in rows
                if row.exchange == SMART and row.tradingClass in classes(symbol) and row.multiplier == _MULTIPLIER
                for text in row.expirations
            )
            try:
                found = {day_told(text) for text in told}
            except UntranslatableError as error:
                raise UnansweredError(untrusted(f"{symbol}: {error}")) from None
            expiries = tuple(sorted(each for each in found if each >= kept.day))
            if not expiries:
                return ()
            kept.expiries[symbol] = expiries
        return kept.expiries[symbol]

    async def row(self, symbol: str, expiry: date, right: Right, at_ms: int) -> Listing:
        """The strikes of one expiry and right that really are listed. Raises UnansweredError."""
        kept, key = self._today(at_ms), (symbol, expiry, right)
        if key not in kept.rows:
            found = await self._asks.details(asked_row(symbol, expiry, right))
            strikes = {option.strike for each in found if _is_of(option := ours(each.contract), *key)}
            await self._learn_steps(symbol, found)
            listing = Listing(expiry, right, self._calendar.up_to(expiry).close_ms, tuple(sorted(strikes)))
            if not strikes:
                return listing
            kept.rows[key] = listing
        return kept.rows[key]

    def tick(self, option: Option, price: Decimal) -> Decimal:
        """The price step of an option at a price; a cent where the broker has not said."""
        steps = self._steps.get(self._rule_of.get(option.symbol, -1), _CENTS)
        return next((step for low, step in reversed(steps) if price >= low), steps[0][1])

    def steps(self, symbol: str) -> Steps:
        """The price steps of a symbol's options; none where the broker has not said."""
        return self._steps.get(self._rule_of.get(symbol, -1), ())

    def finest(self, symbol: str) -> Decimal:
        """The finest price step of a symbol's options: every price of theirs lies on it."""
        return min(step for _, step in self._steps.get(self._rule_of.get(symbol, -1), _CENTS))

    async def _learn_steps(self, symbol: str, found: list[ContractDetails]) -> None:
        if symbol in self._rule_of or not found:
            return
        exchanges, rules = found[0].validExchanges.split(","), found[0].marketRuleIds.split(",")
        rule = next((r for e, r in zip(exchanges, rules, strict=False) if e == SMART and r.isdecimal()), None)
        if rule is None:
            return
        number = int(rule)
        async with self._one_rule:  # answers name the rule, not the question: of two only one would be answered
            if number not in self._steps:
                told = await self._asks.steps(number)
                steps = tuple((Decimal(repr(each.lowEdge)), Decimal(repr(each.increment))) for each in told)
                if not steps or any(step <= 0 for _, step in steps):
                    return
                self._steps[number] = tuple(sorted(steps))
        self._rule_of[symbol] = number

    def _today(self, at_ms: int) -> _Day:
        if self._kept.day != day_of(at_ms):
            self._kept = _Day(day_of(at_ms))
        return self._kept


def _is_of(found: Contract | None, symbol: str, expiry: date, right: Right) -> TypeGuard[Option]:
    return isinstance(found, Option) and (found.symbol, found.expiry, found.right) == (symbol, expiry, right)
