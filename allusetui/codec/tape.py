"""What an engine was told, a line each, so that another one can be told the same: exact, in the order in which it was.

A line is a JSON array: a checksum of what follows and of the line before; how many records the journal had; the name of
the input; the input. A file begins with a line that names the format, and the checksum of the line before it where it
goes on with another file. Of a look only the quotes are written that have changed since the one before.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from operator import is_
from typing import Any, Final, get_args, get_type_hints
from zlib import crc32

from allusetui.codec.exact import Exact, exact
from allusetui.codec.shape import CodecError
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.input import Input, MarketSeen
from allusetui.domain.quote import Quote

_HEAD: Final = "tape"
_INPUTS: Final = {cls.__name__: exact(cls) for cls in get_args(Input)}
_LAYOUT: Final = ",".join(f"{name}:{part.layout}" for name, part in _INPUTS.items())
FORMAT: Final = f"1-{sha256(_LAYOUT.encode()).hexdigest()[:12]}"
"""A tape is read by a program that names the same."""
_JSON: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))
_LOOK: Final = MarketSeen.__name__
_RATE, _BREADTH = (exact(get_type_hints(MarketSeen)[name]) for name in ("rate", "breadth"))
_TEXT, _WHOLE, _MONEY = exact(str), exact(int), exact(Decimal)
_SELDOM: Final = {name: exact(get_type_hints(Quote)[name]) for name in ("confirmed", "tick", "feed", "steps")}
"""What of a quote hardly ever changes."""
_SUM: Final = slice(2, 10)
_BODY: Final = slice(12, -1)
_WRONG: Final = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)


@frozen
class Heard:
    """An input, and the last record that the journal had before it.

    `follows`: nothing that the engine was told before it in its process is missing.
    """

    seq: int
    item: Input
    follows: bool


class TapeWriter:
    """Writes the lines of one process's tape, each without its line end."""

    def __init__(self) -> None:
        self._sum = ""
        self._look = _Look()

    def begin(self) -> str:
        """The first line of a file."""
        before, self._sum, self._look = self._sum, "", _Look()
        return self._line([0, _HEAD, [FORMAT, before]])

    def line(self, seq: int, item: Input) -> str:
        """The line of an input. Raises CodecError for one that no tape can hold."""
        name = type(item).__name__
        told = self._look.write(item) if isinstance(item, MarketSeen) else _INPUTS[name].write(item)
        return self._line([seq, name, told])

    def _line(self, row: list[Any]) -> str:
        try:
            body = _JSON.encode(row)[1:-1]
        except ValueError as error:
            raise CodecError(str(error)) from None
        self._sum = _sum(body, self._sum)
        return f'["{self._sum}",{body}]'


class TapeReader:
    """Reads what a `TapeWriter` wrote, file after file."""

    def __init__(self) -> None:
        self._sum = ""
        self._look = _Look()
        self._follows = False

    def read(self, line: str) -> Heard | None:
        """The input of a line; None for the first of a file. Raises CodecError for any other line."""
        try:
            found, seq, name, told = json.loads(line)
            body = line[_BODY]
            if line[_SUM] != found or found != _sum(body, "" if name == _HEAD else self._sum):
                raise CodecError("is damaged, or does not follow the line before it")
            if name == _HEAD:
                self._begin(*told)
            self._sum = found
            if name == _HEAD:
                return None
            item = self._look.read(told) if name == _LOOK else _INPUTS[name].read(told)
        except CodecError:
            raise
        except _WRONG:
            raise CodecError("is damaged") from None
        return Heard(_WHOLE.read(seq), item, self._follows)

    def _begin(self, form: str, before: str) -> None:
        if form != FORMAT:
            raise CodecError(f"is of the format {form!r}; this version reads {FORMAT}")
        self._follows = not before or (self._follows and before == self._sum)
        self._look = _Look()


def _sum(body: str, before: str) -> str:
    return f"{crc32(body.encode(), int(before or '0', 16)):08x}"


class _Look:
    """What was told of quotes last, of underlyings and of options."""

    def __init__(self) -> None:
        self._stocks, self._options = _Sheet(_TEXT), _Sheet(exact(Option))

    def write(self, seen: MarketSeen) -> list[Any]:
        stocks = self._stocks.write(seen.underlyings, seen.at_ms)
        options = self._options.write(seen.options, seen.at_ms)
        return [seen.at_ms, stocks, options, _RATE.write(seen.rate), _BREADTH.write(seen.breadth)]

    def read(self, told: list[Any]) -> MarketSeen:
        at_ms, stocks, options, rate, breadth = told
        _WHOLE.read(at_ms)
        underlyings, quotes = self._stocks.read(stocks, at_ms), self._options.read(options, at_ms)
        return MarketSeen(at_ms, underlyings, quotes, _RATE.read(rate), _BREADTH.read(breadth))


@frozen
class _Row:
    """A quote as it is written; `seldom`: what of it hardly ever changes."""

    bid: str
    ask: str
    at_ms: int
    seldom: list[Any]


class _Sheet:
    """Quotes by name as they were told last: what has not changed since is not told again."""

    def __init__(self, name: Exact) -> None:
        self._name = name
        self._names: list[Any] = []
        self._rows: dict[Any, _Row] = {}
        self._quotes: Mapping[Any, Quote] = {}

    def write(self, quotes: Mapping[Any, Quote], at_ms: int) -> list[Any]:
        """The names where they are others than before, and what has changed: its place, bid, ask, age, the rest."""
        names, changed, rows = self._others(quotes), [], {}
        for place, (name, quote) in enumerate(quotes.items()):
            before = self._rows.get(name)
            row = _Row(str(quote.bid), str(quote.ask), quote.at_ms, self._seldom(name, quote))
            if row != before:
                rest = [] if before is not None and row.seldom == before.seldom else row.seldom
                changed.append([place, row.bid, row.ask, at_ms - row.at_ms, *rest])
            rows[name] = row
        self._rows, self._quotes = rows, quotes
        return [names, changed]

    def read(self, told: list[Any], at_ms: int) -> dict[Any, Quote]:
        names, changed = told
        known = [*self._quotes] if names is None else [self._name.read(each) for each in names]
        new = {known[place]: row for place, *row in changed}
        found = {
            name: _quote(new[name], at_ms, self._quotes.get(name)) if name in new else self._quotes[name]
            for name in known
        }
        self._quotes = found
        return dict(found)

    def _others(self, quotes: Mapping[Any, Quote]) -> list[Any] | None:
        """The names where they are not the same as before. Equal is not enough: a decimal may have more zeros."""
        if len(quotes) == len(self._quotes) and all(map(is_, quotes, self._quotes)):
            return None
        before, self._names = self._names, [self._name.write(each) for each in quotes]
        return None if self._names == before else self._names

    def _seldom(self, name: Any, quote: Quote) -> list[Any]:
        before = self._quotes.get(name)
        if before is not None and all(getattr(quote, each) is getattr(before, each) for each in _SELDOM):
            return self._rows[name].seldom
        return [part.write(getattr(quote, each)) for each, part in _SELDOM.items()]


def _quote(row: list[Any], at_ms: int, before: Quote | None) -> Quote:
    bid, ask, age_ms, *written = row
    if written:
        seldom = {name: part.read(value) for (name, part), value in zip(_SELDOM.items(), written, strict=True)}
    elif before is None:
        raise CodecError("tells of a quote what has changed, and nothing was told of it before")
    else:
        seldom = {name: getattr(before, name) for name in _SELDOM}
    return Quote(_MONEY.read(bid), _MONEY.read(ask), at_ms - _WHOLE.read(age_ms), **seldom)
