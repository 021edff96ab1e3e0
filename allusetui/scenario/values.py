"""The value types of a scenario file: numbers, times, spans and names, each refused with the words of what is allowed.

TOML gives int, Decimal (floats are parsed as Decimal), str, bool, date, datetime; everything else is a surprise.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from allusetui.domain.table import By

T = TypeVar("T")

CENT: Final = Decimal("0.01")
LEAST_RANGE: Final = Decimal("0.0001")
LARGEST: Final = Decimal(10) ** 15
LONGEST_MS: Final = 3_660 * 86_400_000
UNIT_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

SPAN: Final = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)", re.ASCII)
SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9]{0,9}(?:\.[A-Z])?", re.ASCII)
ACCOUNT: Final = re.compile(r"(?:A(?:[2-9]|[1-9]\d{1,3})\.)?(?:GEN|REV|COM|MINI-[1-9]\d{0,3})", re.ASCII)
FOLDER: Final = re.compile(r"[^\W_][\w .+-]{0,79}")
FORK: Final = re.compile(r"A\d{1,4}", re.ASCII)

ACCOUNTS_ALLOWED: Final = "GEN, REV, COM, MINI-1, MINI-2 … or a fork's A2.GEN, A2.REV …"


class Problem(ValueError):
    """What is wrong with a value, and what is allowed; `key` leads from the checked table to the value.

    A list's members are numbered from 0 in `key`, as in Python; the error line counts from 1.
    """

    def __init__(self, text: str, *key: str | int) -> None:
        super().__init__(text)
        self.key = key


def shown(value: object) -> str:
    """Gives a value as a short text for an error line: texts in quotes, at most 40 characters."""
    plain = str(value)
    if isinstance(value, str):
        plain = f'"{value}"'
    elif isinstance(value, bool):
        plain = "true" if value else "false"
    elif isinstance(value, dict | list | tuple):
        plain = "a table" if isinstance(value, dict) else "a list"
    elif isinstance(value, date):
        plain = value.isoformat()
    return plain if len(plain) <= 40 else plain[:39] + "…"


def number(value: object, allowed: str) -> Decimal:
    """Gives a finite number as Decimal; raises Problem for all else, `allowed` being what the reader is told."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Problem(f"{shown(value)} is not a number; allowed: {allowed}")
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite() or abs(exact) > LARGEST:
        raise Problem(f"{shown(value)} is out of range; allowed: {allowed}")
    return exact


def margin_rate(value: object) -> Decimal:
    """A share that the journal can hold."""
    return bounded("a number from 0 to 1, four decimals", lambda x: 0 <= x <= 1 and x == round(x, 4))(value)


def bounded(allowed: str, fits: Callable[[Decimal], bool]) -> Callable[[object], Decimal]:
    """Gives a reader of numbers that must fit, `allowed` being what the user is told otherwise."""

    def read(value: object) -> Decimal:
        exact = number(value, allowed)
        if not fits(exact):
            raise Problem(f"{shown(value)} is out of range; allowed: {allowed}")
        return exact

    return read


def whole(allowed: str, fits: Callable[[Decimal], bool]) -> Callable[[object], int]:
    """Gives a reader of whole numbers that must fit."""
    read_number = bounded(allowed, lambda exact: exact == exact.to_integral_value() and fits(exact))
    return lambda value: int(read_number(value))


def as_float(read: Callable[[object], Decimal]) -> Callable[[object], float]:
    """Gives the reader's number as a float."""
    return lambda value: float(read(value))


def or_word(word: str, read: Callable[[object], T]) -> Callable[[object], T | str]:
    """Gives a reader that also takes one word for itself."""
    return lambda value: word if value == word else read(value)


def local_time(value: object) -> datetime:
    """Gives a naive New York date and time; an offset or a bare date is refused."""
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise Problem(f"{shown(value)} is not a New York time; allowed: 2026-03-05T10:30:00, without offset or quotes")
    return value


def day(value: object) -> date:
    """Gives a date; a time of day is refused."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Problem(f"{shown(value)} is not a date; allowed: 2026-03-06, without quotes")
    return value


def days_or_unknown(value: object) -> tuple[date, ...] | Literal["unknown"]:
    """Gives a list of dates, or the word "unknown" for a symbol without a calendar."""
    if value == "unknown":
        return "unknown"
    if not isinstance(value, list | tuple):
        raise Problem(f'{shown(value)} is not a list of dates; allowed: [2026-03-12], [] or "unknown"')
    return tuple(day(member) for member in value)


def span_ms(value: object) -> int:
    """Gives a span such as "15m" in milliseconds (ms, s, m, h, d)."""
    found = SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Problem(
            f'{shown(value)} is not a duration; allowed: a number and ms, s, m, h or d in quotes, such as "15m"'
        )
    length = int(Decimal(found[1]) * UNIT_MS[found[2]])
    if length > LONGEST_MS:
        raise Problem(f'{shown(value)} is too long; allowed: at most "3660d"')
    return length


def worded(pattern: re.Pattern[str], what: str, allowed: str) -> Callable[[object], str]:
    """Gives a reader of texts of one form."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise Problem(f"{shown(value)} is not {what}; allowed: {allowed}")
        return value

    return read


def yes_or_no(value: object) -> bool:
    """Gives true or false, never a number or a word that looks like it."""
    if not isinstance(value, bool):
        raise Problem(f"{shown(value)} is neither true nor false; allowed: true, false")
    return value


def text(value: object) -> str:
    """Gives a text."""
    if not isinstance(value, str):
        raise Problem(f"{shown(value)} is not a text; allowed: a text in quotes")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Gives a list of texts."""
    if not isinstance(value, list | tuple):
        raise Problem(f"{shown(value)} is not a list; allowed: a list of texts in quotes")
    return tuple(text(member) for member in value)


def text_or_texts(value: object) -> tuple[str, ...]:
    """Gives one text, or a list of at least one, as a tuple."""
    members = (value,) if isinstance(value, str) else texts(value)
    if not members:
        raise Problem("the list is empty; allowed: a text in quotes or a list of them")
    return members


def directory(value: object) -> Path:
    """Gives the path that a text names."""
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise Problem(f"{shown(value)} is not a directory's name; allowed: a text in quotes")
    return Path(value)


def number_or_text(value: object) -> Decimal | str:
    """Gives a number or a text."""
    return value if isinstance(value, str) else number(value, "a number or a text in quotes")


def near_miss(word: str, known: Iterable[str]) -> str:
    """Gives "; did you mean …?" with the known word nearest to this one, or nothing."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


spot = bounded("a number of at least 0.01", lambda exact: exact >= CENT)
positive = bounded("a number above 0", lambda exact: exact > 0)
price = bounded("a number above 0, at most four decimals", lambda exact: exact > 0 and exact == round(exact, 4))
premium = bounded(
    "a number of at least 0, at most four decimals", lambda exact: exact >= 0 and exact == round(exact, 4)
)
not_negative = bounded("a number of at least 0", lambda exact: exact >= 0)
count = whole("a whole number of at least 0", lambda exact: exact >= 0)
volatility = bounded("a number above 0 and at most 10, such as 0.6", lambda exact: 0 < exact <= 10)
spread = bounded("a number from 0 to below 2, such as 0.02", lambda exact: 0 <= exact < 2)
percent = bounded("a number from 0 to 100", lambda exact: 0 <= exact <= 100)
count_or_missing = or_word("missing", whole('a whole number of at least 0, or "missing"', lambda exact: exact >= 0))
range_or_none = or_word("none", bounded('a number of at least 0.0001, or "none"', lambda exact: exact >= LEAST_RANGE))
symbol_name = worded(SYMBOL, "a symbol", "capital letters and digits, such as AAPL")
account_name = worded(ACCOUNT, "an account", ACCOUNTS_ALLOWED)


def account_names(value: object) -> tuple[str, ...]:
    """Gives a list of account names."""
    return tuple(account_name(member) for member in texts(value))


Money = Annotated[Decimal, By(bounded("a number such as 4_000_000", lambda exact: True))]
Amount = Annotated[Decimal, By(not_negative)]
Spot = Annotated[Decimal, By(spot)]
Positive = Annotated[Decimal, By(positive)]
Price = Annotated[Decimal, By(price)]
Premium = Annotated[Decimal, By(premium)]
Percent = Annotated[Decimal, By(percent)]
Volatility = Annotated[float, By(as_float(volatility))]
Spread = Annotated[float, By(as_float(spread))]
Rate = Annotated[float, By(as_float(bounded("a number from -1 to 1", lambda exact: -1 <= exact <= 1)))]
MarginRate = Annotated[Decimal, By(margin_rate)]
Count = Annotated[int, By(count)]
Contracts = Annotated[int, By(whole("a whole number that is not 0", lambda exact: exact != 0))]
Shares = Annotated[int, By(whole("a whole number above 0", lambda exact: exact > 0))]
CountOrMissing = Annotated[int | Literal["missing"], By(count_or_missing)]
RangeOrNone = Annotated[Decimal | Literal["none"] | None, By(range_or_none)]
LocalTime = Annotated[datetime, By(local_time)]
Day = Annotated[date, By(day)]
Days = Annotated[tuple[date, ...] | Literal["unknown"], By(days_or_unknown)]
Span = Annotated[int, By(span_ms)]
YesNo = Annotated[bool, By(yes_or_no)]
Text = Annotated[str, By(text)]
Texts = Annotated[tuple[str, ...], By(texts)]
OneOrMoreTexts = Annotated[tuple[str, ...], By(text_or_texts)]
Symbol = Annotated[str, By(symbol_name)]
Account = Annotated[str, By(account_name)]
Accounts = Annotated[tuple[str, ...], By(account_names)]
RunName = Annotated[str, By(worded(FOLDER, "a name for a folder", "letters, digits, space and - _ . +, at most 80"))]
