"""The broker's list: which contract has which id, and which contracts a client may mean."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import Final
from zlib import crc32

from allusetui.broker.gateway.fields import Wanted
from allusetui.broker.gateway.instruments import (
    CURRENCY,
    INDEX,
    OPTION,
    PENNY,
    STOCK,
    Listed,
    PriceSteps,
    classes,
    facts,
    local_head,
    local_symbol,
    rule_id,
    symbol_of,
)
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.moment import day_of
from allusetui.ports import Market

NO_DEFINITION: Final = "No security definition has been found for the request"
"""What is said where nothing fits, with code 200."""
_FIRST_MADE: Final = 200_000_000
_MADE: Final = 1_900_000_000
_OSI: Final = re.compile(r"([A-Z0-9]{1,6}) *([0-9]{6})([CP])([0-9]{8})")
_RIGHTS: Final = {"C": Right.CALL, "CALL": Right.CALL, "P": Right.PUT, "PUT": Right.PUT}
_ANY_RIGHT: Final = ("", "0", "?")
Strikes = Callable[[str, date, int], tuple[Decimal, ...]]
"""What is listed of a symbol's expiry at an instant, ascending. A chain would have to be priced for it."""


class Registry:
    """Contracts of `market` under the broker's ids.

    `strikes`: what is listed of a symbol's expiry at an instant; `steps`: the price steps of a symbol's options.

    An id is the same in every run: it follows from the contract's name.
    """

    def __init__(
        self, market: Market, calendar: Calendar, strikes: Strikes, steps: Callable[[str], PriceSteps]
    ) -> None:
        self.calendar = calendar
        self.symbols = market.symbols
        self._market = market
        self._strikes = strikes
        self._steps = steps
        self._by_id: dict[int, Listed] = {}
        self._by_name: dict[tuple[Contract, str], Listed] = {}
        self._met: defaultdict[str, defaultdict[date, list[Listed]]] = defaultdict(lambda: defaultdict(list))
        """The options of a symbol that have been met so far, by expiry."""
        for symbol in sorted(market.symbols):
            self.listed(Stock(symbol))

    def listed(self, contract: Contract, trading_class: str | None = None) -> Listed:
        """A contract's line; of two classes the one that settles as our exchange does, unless one is named."""
        if isinstance(contract, Stock):
            named = contract.symbol
        else:
            named = trading_class or classes(contract.symbol, contract.expiry, self.calendar)[-1]
        found = self._by_name.get((contract, named))
        return found or self._enter(contract, named)

    def by_id(self, con_id: int, at_ms: int) -> Listed | None:
        """The line of an id; one that has not been met yet is looked for among all that is listed."""
        if con_id not in self._by_id and _FIRST_MADE <= con_id < _FIRST_MADE + _MADE:
            for option, name in self._named(con_id - _FIRST_MADE, at_ms):
                self.listed(option, name)
        return self._by_id.get(con_id)

    def listing(self, symbol: str, at_ms: int) -> Iterator[tuple[date, tuple[Decimal, ...]]]:
        """A symbol's expiries with their strikes."""
        for expiry in self._expiries(symbol, at_ms):
            yield expiry, self._strikes(symbol, expiry, at_ms)

    def _expiries(self, symbol: str, at_ms: int) -> Sequence[date]:
        chain = self._market.chain(symbol, at_ms)
        return () if chain is None else chain.expiries

    def steps(self, listed: Listed) -> PriceSteps:
        """The price steps of a contract."""
        return self._steps(listed.symbol) if listed.sec_type == OPTION else PENNY

    def rule(self, number: int) -> PriceSteps | None:
        """The price steps that a market rule says; None where none of our contracts has that rule."""
        known = {PENNY, *map(self._steps, self.symbols)}
        return next((steps for steps in known if rule_id(steps) == number), None)

    def find(self, wanted: Wanted, at_ms: int, expired_too: bool = False) -> list[Listed]:
        """Every contract that fits: none, the one that was meant, or all that it could have been."""
        if wanted.con_id:
            found = self.by_id(wanted.con_id, at_ms)
            return [] if found is None or not _traded(found, wanted) else [found]
        wanted = _with_local_symbol(wanted)
        if wanted.currency not in ("", CURRENCY):
            return []
        if wanted.sec_type in (STOCK, INDEX):
            return [each for each in self._underlyings(wanted) if _fits(each, wanted)]
        if wanted.sec_type != OPTION or wanted.right not in (*_ANY_RIGHT, *_RIGHTS):
            return []
        symbol = wanted.symbol or symbol_of(wanted.trading_class)
        return self._listed_options(replace(wanted, symbol=symbol), at_ms, expired_too)

    def _underlyings(self, wanted: Wanted) -> Iterator[Listed]:
        symbol = wanted.symbol or wanted.local_symbol.strip()
        if symbol in self.symbols:
            listed = self.listed(Stock(symbol))
            if listed.sec_type == wanted.sec_type and wanted.primary_exchange in ("", facts(symbol).exchange):
                yield listed

    def _listed_options(self, wanted: Wanted, at_ms: int, expired_too: bool) -> list[Listed]:
        """Those of the chain, and those that have been met before and have not expired."""
        chained = {
            self.listed(option, name)
            for option in self._options(wanted, at_ms)
            for name in classes(option.symbol, option.expiry, self.calendar)
        }
        day = day_of(at_ms)
        met = {
            each
            for expiry, listed in self._met[wanted.symbol].items()
            if (expired_too or expiry >= day) and _expires(expiry, wanted)
            for each in listed
            if isinstance(each.contract, Option) and _means(each.contract, wanted)
        }
        fitting = (each for each in chained | met if _fits(each, wanted))
        return sorted(fitting, key=lambda each: (each.described()[0], each.local_symbol))

    def _options(self, wanted: Wanted, at_ms: int) -> Iterator[Option]:
        """What a symbol's chain lists of what is wanted."""
        rights = tuple(Right) if wanted.right in _ANY_RIGHT else (_RIGHTS[wanted.right],)
        for expiry in self._expiries(wanted.symbol, at_ms):
            if _expires(expiry, wanted):
                for right, strike in product(rights, self._strikes(wanted.symbol, expiry, at_ms)):
                    if wanted.strike in (0, strike):
                        yield Option(wanted.symbol, expiry, strike, right)

    def _named(self, made: int, at_ms: int) -> Iterator[tuple[Option, str]]:
        """The listed options whose names make an id, with their classes.

        A name's checksum goes on from that of its head, so that a hundred thousand names need not be written.
        """
        for symbol in sorted(self.symbols):
            for expiry, strikes in self.listing(symbol, at_ms):
                texts = _texts(strikes)
                for right, name in product(Right, classes(symbol, expiry, self.calendar)):
                    head = crc32(local_head(name, expiry, right).encode())
                    rows = [row for row, text in enumerate(texts) if crc32(text, head) % _MADE == made]
                    yield from ((Option(symbol, expiry, strikes[row], right), name) for row in rows)

    def _enter(self, contract: Contract, trading_class: str) -> Listed:
        if isinstance(contract, Stock):
            name, con_id = contract.symbol, facts(contract.symbol).con_id
        else:
            head = local_head(trading_class, contract.expiry, contract.right)
            name, con_id = local_symbol(head, contract.strike), 0
        con_id = con_id or _made_id(name)
        while con_id in self._by_id:
            con_id += 1
        listed = Listed(con_id, contract, trading_class, name)
        self._by_id[con_id] = self._by_name[contract, trading_class] = listed
        if isinstance(contract, Option):
            self._met[contract.symbol][contract.expiry].append(listed)
        return listed


@lru_cache(maxsize=1024)
def _texts(strikes: tuple[Decimal, ...]) -> tuple[bytes, ...]:
    """The strikes' part of the names."""
    return tuple(local_symbol("", strike).encode() for strike in strikes)


def _made_id(name: str) -> int:
    return _FIRST_MADE + crc32(name.encode()) % _MADE


def _fits(listed: Listed, wanted: Wanted) -> bool:
    return (
        _traded(listed, wanted)
        and wanted.trading_class in ("", listed.trading_class)
        and wanted.local_symbol.replace(" ", "") in ("", listed.local_symbol.replace(" ", ""))
    )


def _traded(listed: Listed, wanted: Wanted) -> bool:
    """Whether it is to be had where it is asked for."""
    return wanted.exchange in ("", *listed.exchanges)


def _expires(expiry: date, wanted: Wanted) -> bool:
    """Whether a day is that of the description, or of its month."""
    return f"{expiry:%Y%m%d}".startswith(wanted.expiry)


def _means(option: Option, wanted: Wanted) -> bool:
    """Whether the description's terms, but for the expiry, are the option's."""
    right = _RIGHTS.get(wanted.right)
    return (
        wanted.strike in (0, option.strike)
        and right in (None, option.right)
        and wanted.multiplier in ("", str(option.multiplier))
    )


def _with_local_symbol(wanted: Wanted) -> Wanted:
    """A description by an option's name, spelled out."""
    said = _OSI.fullmatch(wanted.local_symbol.strip())
    if wanted.sec_type != OPTION or said is None:
        return wanted
    return replace(
        wanted,
        symbol=wanted.symbol or symbol_of(said[1]),
        trading_class=wanted.trading_class or said[1],
        expiry=wanted.expiry or f"20{said[2]}",
        right=wanted.right or said[3],
        strike=wanted.strike or Decimal(said[4]) / 1000,
    )
