"""The kinds of value that the law is made of, and the limits that come with each."""

from collections.abc import Callable
from datetime import time
from decimal import Decimal
from math import isfinite
from typing import Annotated, Generic, TypeVar

from allusetui.domain.frozen import frozen
from allusetui.domain.table import By, Long, Table


def _whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError("a valid integer")
    return value


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("a number")
    return Decimal(value)


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("a number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _clock(value: object) -> time:
    if not isinstance(value, time):
        raise ValueError("a valid time")
    return value


T = TypeVar("T")
N = TypeVar("N", int, float, Decimal)


def _within(
    kind: Callable[[object], N], above: int | None = None, least: int | None = None, below: int | None = None,
    most: int | None = None,
) -> By:  # fmt: skip
    """A number between limits; without them no infinite one, and none that is no number, is one either."""

    def read(value: object) -> N:
        number = kind(value)
        if not isfinite(number):
            raise ValueError("a finite number")
        if above is not None and not number > above:
            raise ValueError(f"greater than {above}")
        if least is not None and not number >= least:
            raise ValueError(f"greater than or equal to {least}")
        if below is not None and not number < below:
            raise ValueError(f"less than {below}")
        if most is not None and not number <= most:
            raise ValueError(f"less than or equal to {most}")
        return number

    return By(read)


Count = Annotated[int, _within(_whole, least=1)]
Days = Annotated[int, _within(_whole, least=0)]
Weekday = Annotated[int, _within(_whole, least=0, most=4)]  # Monday is 0
Usd = Annotated[Decimal, _within(_exact, above=0)]
Share = Annotated[Decimal, _within(_exact, above=0, most=1)]  # a part of money: 0.25, never 25
Multiple = Annotated[Decimal, _within(_exact, above=0)]
Real = Annotated[float, _within(_real, above=0)]
Chance = Annotated[float, _within(_real, above=0, below=1)]  # a delta or a probability
Text = Annotated[str, By(_text)]
Flag = Annotated[bool, By(_yes_or_no)]
Clock = Annotated[time, By(_clock)]
Symbols = Annotated[tuple[Text, ...], Long(1)]


@frozen(kw_only=True)
class Section(Table):
    """A table of numbers and the clauses that they come from."""

    clauses: Symbols


@frozen(kw_only=True)
class Band(Table, Generic[N]):
    """A closed interval."""

    low: N
    high: N

    def check(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}; allowed: low <= high")

    @property
    def middle(self) -> float:
        """The number halfway between both ends."""
        return (float(self.low) + float(self.high)) / 2

    def __contains__(self, value: N) -> bool:
        """Whether a value lies in the band, ends included."""
        return self.low <= value <= self.high


@frozen(kw_only=True)
class PerSleeve(Table, Generic[T]):
    """One value for each kind of sleeve; `["gen"]` and `.gen` are the same."""

    gen: T
    rev: T
    com: T
    mini: T

    def __getitem__(self, kind: str) -> T:
        """The value of a kind of sleeve: gen, rev, com or mini; KeyError for any other."""
        match kind:  # asked at every look: no table is made for it
            case "gen":
                return self.gen
            case "rev":
                return self.rev
            case "com":
                return self.com
            case "mini":
                return self.mini
        raise KeyError(kind)


@frozen(kw_only=True)
class Hours(Table):
    """A stretch of a session's day."""

    opens: Clock
    closes: Clock

    def check(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"opens {self.opens} is not before closes {self.closes}; allowed: opens < closes")
