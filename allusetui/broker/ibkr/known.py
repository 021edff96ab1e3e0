"""What a person knows of the market and writes down, in a TOML file, checked: rate, breadth, reports, dividends.

What is not in it is *unknown*: no report calendar keeps puts on that stock out (1.6), an unknown breadth neither opens
nor holds a hedge (5.5), without a rate money costs nothing. Where the file names the stocks of the index their breadth
is counted overnight.
"""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allusetui.domain.quote import Breadth, Payout
from allusetui.domain.text import untrusted

FILE_NAME: Final = "market.toml"
_LONGEST_LINE: Final = 500
_LARGEST_BYTES: Final = 1_000_000
_MOST_STOCKS: Final = 1_000
Symbol = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9.]{0,11}$")]


class KnownError(Exception):
    """The file can't be used; one line: file, key, what is wrong, what is allowed."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Width(_Table):
    """Percent of the index's stocks above their 50-day average, at the close of `day`."""

    day: date
    value: Decimal = Field(ge=0, le=100)


class Report(_Table):
    day: date
    after_close: bool = False


class Dividend(_Table):
    ex: date
    amount: Decimal = Field(gt=0, lt=1000)


class Known(_Table):
    """The file. `rate`: continuously compounded, a year; `constituents`: the stocks that breadth is counted of."""

    rate: Decimal | None = Field(default=None, ge=Decimal("-0.05"), le=Decimal("0.5"))
    breadth: Width | None = None
    constituents: Annotated[tuple[Symbol, ...], Field(max_length=_MOST_STOCKS)] = ()
    earnings: dict[Symbol, tuple[Report, ...]] = Field(default_factory=dict)
    dividends: dict[Symbol, tuple[Dividend, ...]] = Field(default_factory=dict)

    def reports(self, symbol: str, today: date) -> tuple[Report, ...] | None:
        """The reports of a symbol; None without one to come: a list that has run out knows nothing of the next."""
        rows = self.earnings.get(symbol, ())
        return rows if any(row.day >= today for row in rows) else None

    def payouts(self, symbol: str) -> tuple[Payout, ...]:
        return tuple(Payout(row.ex, row.amount) for row in self.dividends.get(symbol, ()))

    def width(self) -> Breadth | None:
        return None if self.breadth is None else Breadth(self.breadth.day, self.breadth.value)


def read(file: Path) -> Known:
    """What a file says; nothing where there is none. Raises KnownError."""
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise _error(file, "(file)", f"is too large; allowed: up to {_LARGEST_BYTES} bytes")
        table = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        return Known()
    except OSError as error:
        raise _error(file, "(file)", f"can't be read ({error.strerror})") from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise _error(file, "(file)", f"is not TOML in UTF-8 ({error})") from None
    try:
        return Known.model_validate(_as_rows(table))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise _error(file, key, f"{first['input']!r} does not fit; allowed: {first['msg']}") from None


def _as_rows(table: dict[str, Any]) -> dict[str, Any]:
    """A bare day stands for a report of that day; TOML's lists are tuples here, its whole numbers decimals."""
    found = dict(table)
    for name in ("earnings", "dividends"):
        if isinstance(found.get(name), dict):
            rows = found[name].items()
            found[name] = {k: tuple(map(_row, v)) if isinstance(v, list) else v for k, v in rows}
    if isinstance(found.get("constituents"), list):
        found["constituents"] = tuple(found["constituents"])
    if "rate" in found:
        found["rate"] = _decimal(found["rate"])
    if isinstance(found.get("breadth"), dict):
        found["breadth"] = {k: _decimal(v) for k, v in found["breadth"].items()}
    return found


def _row(value: Any) -> Any:
    if type(value) is date:
        return {"day": value}
    return {k: _decimal(v) for k, v in value.items()} if isinstance(value, dict) else value


def _decimal(value: Any) -> Any:
    return Decimal(value) if type(value) is int else value


def _error(file: Path, key: str, text: str) -> KnownError:
    return KnownError(untrusted(f"{file}: {key}: {text}", _LONGEST_LINE))
