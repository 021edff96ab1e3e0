"""The words of a statement as values, each refused by its name where it is none."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from allusetui.domain.contract import Contract, Option, Right, Stock
from allusetui.domain.money import ZERO
from allusetui.domain.text import untrusted

USD: Final = "USD"
_NUMBER: Final = re.compile(r"[-+]?(?=[\d.]*\d)\d{0,15}(?:\.\d{0,12})?", re.ASCII)
_DAYS: Final = ("%Y%m%d", "%Y-%m-%d")
_CLOCKS: Final = ("%H%M%S", "%H:%M:%S")
_OSI: Final = re.compile(r"([A-Z]{1,6}) *(\d{6})([PC])(\d{8})", re.ASCII)
_PLAIN: Final = re.compile(r"([A-Z]{1,6}) (\d{2}[A-Z]{3}\d{2}) (\d{1,6}(?:\.\d{1,4})?) ([PC])", re.ASCII)
_TICKER: Final = re.compile(r"[A-Z][A-Z0-9. ]{0,15}", re.ASCII)
_ROOTS: Final = {"SPXW": "SPX", "VIXW": "VIX"}
"""Weekly classes of an index, which are listed under a root of their own (Cboe)."""
_SHOWN: Final = 60


class StatementError(Exception):
    """A file that can't be used as a statement: one line of what, where and the cure."""


def number(text: str, where: str) -> Decimal:
    """A plain number, commas between its thousands allowed; empty is zero."""
    plain = text.strip().replace(",", "")
    if not plain:
        return ZERO
    if _NUMBER.fullmatch(plain) is None:
        raise StatementError(f"{where}: {shown(text)} is not a number")
    return Decimal(plain)


def day(text: str, where: str) -> date:
    """A day as 20260305 or 2026-03-05."""
    for form in _DAYS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    raise StatementError(f"{where}: {shown(text)} is not a day; allowed: yyyyMMdd or yyyy-MM-dd")


def moment(text: str, where: str) -> datetime:
    """A day, or a day and New York's clock after a semicolon, comma or space; without a clock midnight."""
    first, *rest = re.split(r"[;, T]+", text.strip(), maxsplit=1)
    found = datetime.combine(day(first, where), datetime.min.time())
    for form in _CLOCKS if rest else ():
        try:
            clock = datetime.strptime(rest[0].split(" ")[0], form)  # noqa: DTZ007 naive New York time
            return datetime.combine(found, clock.time())
        except ValueError:
            continue
    if rest:
        raise StatementError(f"{where}: {shown(text)} is not a time; allowed: HHmmss or HH:mm:ss")
    return found


def dollars(currency: str, where: str) -> None:
    """Refuse any other currency; a row that names none is in the account's."""
    if currency.strip() not in ("", USD):
        raise StatementError(f"{where}: is in {shown(currency)}; allowed: the statement of an account in USD")


def shown(text: str) -> str:
    """Foreign text, as far as a line has room for it."""
    return untrusted(text, _SHOWN) or "nothing"


def stock(symbol: str) -> Contract | None:
    """Shares; None for what is no symbol of ours."""
    found = symbol.strip()
    return Stock(found) if _TICKER.fullmatch(found) else None


def option(root: str, expiry: date, strike: Decimal, right: str, multiplier: Decimal) -> Contract | None:
    """An option from its parts; None where one of them can't be."""
    name = root.strip()
    if not _TICKER.fullmatch(name) or right not in ("P", "C") or strike <= 0 or multiplier != int(multiplier):
        return None
    return Option(_ROOTS.get(name, name), expiry, strike, Right(right), int(multiplier))


def option_of(symbol: str) -> Contract | None:
    """An option from its symbol, `AAPL  260306P00195000` or `AAPL 06MAR26 195 P`; None for any other text."""
    text = symbol.strip()
    try:
        if (osi := _OSI.fullmatch(text)) is not None:
            expiry = datetime.strptime(osi[2], "%y%m%d").date()  # noqa: DTZ007 a day has no zone
            return option(osi[1], expiry, Decimal(osi[4]) / 1000, osi[3], Decimal(100))
        if (plain := _PLAIN.fullmatch(text)) is not None:
            expiry = datetime.strptime(plain[2].title(), "%d%b%y").date()  # noqa: DTZ007 a day has no zone
            return option(plain[1], expiry, Decimal(plain[3]), plain[4], Decimal(100))
    except ValueError:
        return None  # the 31st of February
    return None
