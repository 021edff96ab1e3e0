"""A message's fields, taken one by one by name: typed, and none may be left over."""

import re
from decimal import Decimal
from typing import Final

from allusetui.broker.gateway.frames import UNSET_WHOLE, WireError
from allusetui.domain.frozen import frozen

_UNSET_FROM: Final = Decimal("1e300")
_MOST: Final = Decimal("1e15")
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_FLAGS: Final = {"1": True, "0": False}
_FIELD_CAP: Final = 500
"""Lists of a message that are longer than this are no order and no request."""


@frozen
class Wanted:
    """A contract as a client describes it; what is empty or 0 is left open. `strike` in dollars a share."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    expiry: str = ""
    strike: Decimal = Decimal(0)
    right: str = ""
    multiplier: str = ""
    exchange: str = ""
    primary_exchange: str = ""
    currency: str = ""
    local_symbol: str = ""
    trading_class: str = ""


@frozen
class Leg:
    """One leg of a combination: `ratio` contracts of `con_id` bought or sold for each unit."""

    con_id: int
    ratio: int
    action: str
    exchange: str


class Fields:
    """The fields after the message's id, in order. Every taker raises WireError for what it can't read."""

    def __init__(self, message_id: int, values: list[str]) -> None:
        self.message_id = message_id
        self._values = values
        self._next = 0

    @property
    def left(self) -> int:
        """How many have not been taken."""
        return len(self._values) - self._next

    def text(self, name: str) -> str:
        """As it stands."""
        if not self.left:
            raise WireError(self.message_id, name, "nothing", "a field")
        value = self._values[self._next]
        self._next += 1
        return value

    def whole(self, name: str) -> int:
        """A whole number that has to be there."""
        value = self.text(name)
        found = _whole(value)
        if found is None:
            raise self._bad(name, value, "a whole number")
        return found

    def whole_or_none(self, name: str) -> int | None:
        """A whole number; None where it is empty or unset."""
        value = self.text(name)
        if value in ("", UNSET_WHOLE):
            return None
        found = _whole(value)
        if found is None:
            raise self._bad(name, value, "a whole number, or nothing")
        return found

    def number(self, name: str) -> Decimal:
        """A number that has to be there."""
        value = self.text(name)
        found = _number(value)
        if found is None or found >= _UNSET_FROM:
            raise self._bad(name, value, "a number")
        return found

    def number_or_none(self, name: str) -> Decimal | None:
        """A number, Infinity where the client says Infinite; None where it is empty or unset."""
        value = self.text(name)
        if value == "Infinite":
            return Decimal("Infinity")
        if not value:
            return None
        found = _number(value)
        if found is None:
            raise self._bad(name, value, "a number, or nothing")
        return None if found >= _UNSET_FROM else found

    def flag(self, name: str) -> bool:
        """1 or 0."""
        value = self.text(name)
        if value not in _FLAGS:
            raise self._bad(name, value, "1 or 0")
        return _FLAGS[value]

    def flag_or_none(self, name: str) -> bool | None:
        """1 or 0; None where it is empty."""
        value = self.text(name)
        if value and value not in _FLAGS:
            raise self._bad(name, value, "1, 0 or nothing")
        return _FLAGS.get(value)

    def count(self, name: str) -> int:
        """How many rows of a list follow; nothing is none."""
        found = self.whole_or_none(name) or 0
        if not 0 <= found <= min(self.left, _FIELD_CAP):
            raise self._bad(name, str(found), f"0 to {min(self.left, _FIELD_CAP)} rows")
        return found

    def version(self, known: int) -> None:
        """A message's own version, which has to be the one that is known."""
        found = self.whole("version")
        if found != known:
            raise self._bad("version", str(found), str(known))

    def contract(self, primary: bool = True) -> Wanted:
        """The twelve fields with which a client describes a contract; eleven, without its `primary` exchange."""
        return Wanted(
            con_id=self.whole_or_none("conId") or 0,
            symbol=self.text("symbol"),
            sec_type=self.text("secType"),
            expiry=self.text("lastTradeDateOrContractMonth"),
            strike=self.number_or_none("strike") or Decimal(0),
            right=self.text("right"),
            multiplier=self.text("multiplier"),
            exchange=self.text("exchange"),
            primary_exchange=self.text("primaryExchange") if primary else "",
            currency=self.text("currency"),
            local_symbol=self.text("localSymbol"),
            trading_class=self.text("tradingClass"),
        )

    def legs(self) -> tuple[Leg, ...]:
        """The legs of a combination in a request of data."""
        return tuple(
            Leg(self.whole("leg conId"), self.whole("leg ratio"), self.text("leg action"), self.text("leg exchange"))
            for _ in range(self.count("legs"))
        )

    def tags(self, name: str) -> tuple[tuple[str, str], ...]:
        """A list that is written `tag=value;tag=value;`."""
        value = self.text(name)
        pairs = [each.partition("=") for each in value.split(";") if each]
        if any(not mark for _, mark, _ in pairs):
            raise self._bad(name, value, "tag=value;")
        return tuple((tag, found) for tag, _, found in pairs)

    def done(self) -> None:
        """Raises WireError where fields are left."""
        if self.left:
            raise WireError(self.message_id, "end", f"{self.left} more: {self._values[self._next]}", "no more fields")

    def _bad(self, name: str, value: str, wanted: str) -> WireError:
        return WireError(self.message_id, name, value, wanted)


def _whole(value: str) -> int | None:
    return int(value) if _WHOLE.fullmatch(value) else None


def _number(value: str) -> Decimal | None:
    """A number that somebody could mean, or one of those that say it is unset."""
    if not _NUMBER.fullmatch(value):
        return None
    found = Decimal(value)
    return found if abs(found) < _MOST or found >= _UNSET_FROM else None
