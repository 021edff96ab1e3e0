"""First in, first out by hand: the lots that the journal's public lines tell of, and what each closing has to say."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

ZERO, CENT, FOURTH = Decimal(0), Decimal("0.01"), Decimal("0.0001")
Key = tuple[str, str]
"""Account and contract, the contract as text."""


@dataclass
class Row:
    """A lot: signed quantity, price a share, what it cost to open, and its day."""

    quantity: int
    price: Decimal
    fees: Decimal
    opened: str


@dataclass
class Closing:
    """What the next `lot.closed` of a contract must show: whole lots, the oldest first."""

    quantity: int
    opened: str
    price: Decimal
    close: Decimal
    opening: Decimal
    fees: Decimal


@dataclass
class Pencil:
    """Lots by account and contract, and the closings that the journal still owes."""

    lots: dict[Key, list[Row]] = field(default_factory=lambda: defaultdict(list))
    due: dict[Key, list[Closing]] = field(default_factory=lambda: defaultdict(list))
    booked: set[str] = field(default_factory=set)

    def book(self, record: dict[str, Any]) -> Iterator[str]:
        """One record; sentences about a `lot.closed` that is not what the lots say."""
        data, day = record["data"], record["ts"][:10]
        ident = data.get("exec_id") or data.get("settlement")
        if ident in self.booked:
            return
        if ident:
            self.booked.add(ident)
        account = record["account"]
        match record["kind"]:
            case "account.provisioned":
                self._provision(account, data)
            case "order.filled":
                signed = data["quantity"] if data["side"] == "BUY" else -data["quantity"]
                self._trade(account, data["contract"], signed, money(data["price"]), money(data["commission"]), day)
            case "expired.received":
                held = sum(row.quantity for row in self.lots[key_of(account, data["contract"])])
                signed = -data["quantity"] if held > 0 else data["quantity"]
                self._trade(account, data["contract"], signed, money(data["price"]), ZERO, day)
            case "assignment.received":
                self._assigned(account, data, day)
            case "called_away.received":
                self._called_away(account, data)
            case "position.adjusted":
                self._adjusted(account, data, day)
            case "lot.closed":
                yield from self._closed(record)

    def _provision(self, account: str, data: dict[str, Any]) -> None:
        for holding in data["holdings"]:
            row = Row(holding["shares"], money(holding["basis"]), ZERO, data["opened"])
            self.lots[key_of(account, {"symbol": holding["symbol"]})].append(row)
        for option in data["options"]:
            row = Row(option["quantity"], money(option["price"]), ZERO, option["opened"])
            self.lots[key_of(account, option["contract"])].append(row)

    def _take(self, key: Key, quantity: int) -> list[Row]:
        """`quantity` of the same sign as the lots, from the oldest on; fees of a part rounded towards nothing."""
        taken: list[Row] = []
        while quantity:
            head = self.lots[key][0]
            part = head.quantity if abs(head.quantity) <= abs(quantity) else quantity
            fees = head.fees if part == head.quantity else (head.fees * part / head.quantity // CENT) * CENT
            taken.append(Row(part, head.price, fees, head.opened))
            head.quantity, head.fees, quantity = head.quantity - part, head.fees - fees, quantity - part
            if not head.quantity:
                self.lots[key].pop(0)
        return taken

    def _trade(self, account: str, contract: Any, signed: int, price: Decimal, paid: Decimal, day: str) -> None:
        key = key_of(account, contract)
        held = sum(row.quantity for row in self.lots[key])
        closes = 0
        if held and (held > 0) != (signed > 0):
            closes = max(signed, -held) if signed < 0 else min(signed, -held)
        closing = paid if closes == signed else to_cent(paid * closes / signed)
        self._owe(key, self._take(key, -closes), price, closing)
        if closes != signed:
            self.lots[key].append(Row(signed - closes, price, paid - closing, day))

    def _owe(self, key: Key, taken: list[Row], price: Decimal, closing_fees: Decimal) -> None:
        quantity, left = sum(abs(row.quantity) for row in taken), closing_fees
        for number, row in enumerate(taken, start=1):
            own = left if number == len(taken) else to_cent(closing_fees * abs(row.quantity) / quantity)
            left -= own
            self.due[key].append(Closing(row.quantity, row.opened, row.price, price, row.fees, row.fees + own))

    def _assigned(self, account: str, data: dict[str, Any], day: str) -> None:
        contract = data["contract"]
        for row in self._take(key_of(account, contract), -data["quantity"]):
            shares = Row(-row.quantity * 100, money(contract["strike"]) - row.price, row.fees, day)
            self.lots[key_of(account, {"symbol": contract["symbol"]})].append(shares)

    def _called_away(self, account: str, data: dict[str, Any]) -> None:
        contract, units = data["contract"], data["shares"]
        calls = self._take(key_of(account, contract), -data["quantity"])
        premium = sum((-row.quantity * row.price for row in calls), ZERO) * 100
        proceeds = money(contract["strike"]) + (premium - sum((row.fees for row in calls), ZERO)) / units
        stock = key_of(account, {"symbol": contract["symbol"]})
        self._owe(stock, self._take(stock, units), proceeds, ZERO)

    def _adjusted(self, account: str, data: dict[str, Any], day: str) -> None:
        key, into = key_of(account, data["contract"]), key_of(account, data["into"])
        if data["reason"] == "split":
            self._split(key, into, Fraction(data["to"], data["from"]))
            return
        # Accepted from the broker: without a price; what is gone is gone for nothing, its money is in the cash.
        more, held = data["to"] - data["from"], sum(row.quantity for row in self.lots[key])
        gone = 0 if not held or (held > 0) == (more > 0) else min(abs(held), abs(more)) * (1 if held > 0 else -1)
        self._owe(key, self._take(key, gone), ZERO, ZERO)
        if more + gone:
            self.lots[key].append(Row(more + gone, ZERO, ZERO, day))

    def _split(self, key: Key, into: Key, ratio: Fraction) -> None:
        """Each lot keeps its cost, fees and day; only where a lot ends in a fraction does the next one have it."""
        old, seen, given = self.lots.pop(key), 0, 0
        for row in old:
            seen += row.quantity
            quantity = int(seen * ratio) - given
            given += quantity
            self.lots[into].append(Row(quantity, row.price * row.quantity / quantity, row.fees, row.opened))

    def _closed(self, record: dict[str, Any]) -> Iterator[str]:
        data, key = record["data"], key_of(record["account"], record["data"]["contract"])
        if not self.due[key]:
            yield f"{record['seq']}: a lot of {key} closed that nothing closes"
            return
        due = self.due[key].pop(0)
        units = abs(due.quantity) * data["contract"].get("multiplier", 1)
        stock = "strike" not in data["contract"]
        opening = due.opening / units if stock else ZERO
        proceeds, basis = (due.close, due.price + opening) if due.quantity > 0 else (due.price, due.close)
        told = (data["quantity"], data["opened"], money(data["fees"]))
        if told != (abs(due.quantity), due.opened, due.fees):
            yield f"{record['seq']}: {told}, the lots say {due}"
        for name, value in (("proceeds", proceeds), ("basis", basis)):
            if abs(money(data[name]) - value) > FOURTH / 2:
                yield f"{record['seq']}: {name} {data[name]}, the lots say {value}"
        realized = (proceeds - basis) * units - (due.fees - due.opening if stock else due.fees)
        if abs(money(data["realized"]) - realized) > CENT:
            yield f"{record['seq']}: realized {data['realized']}, the lots say {realized}"


def key_of(account: str, contract: dict[str, Any]) -> Key:
    return account, " ".join(
        str(contract[name]) for name in ("symbol", "expiry", "strike", "right") if name in contract
    )


def money(value: float | str) -> Decimal:
    return Decimal(str(value))


def to_cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT)
