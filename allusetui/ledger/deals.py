"""Options sold, on shares: what each brought and cost, and a part of it for a part of the shares."""

from collections import deque
from collections.abc import Iterator
from dataclasses import field, replace
from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Contract, Option
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.money import share_of, to_cent
from allusetui.ledger.traces import Closed, Trace, Went

ASSIGNED = "assigned"
_ENDS = {Went.TRADED: "bought back", Went.EXPIRED: "expired", Went.SETTLED: "settled", Went.ACCEPTED: "accepted"}


@frozen
class Step:
    """One record's part in a story: `shares` of it at `price` a share; `cash_usd` without the fees, out below zero."""

    seq: int
    day: date
    what: str
    contract: Contract
    shares: int
    price: Decimal
    cash_usd: Decimal
    fees_usd: Decimal

    @property
    def is_premium(self) -> bool:
        """Whether the money is an option's own, and not that of the shares."""
        return isinstance(self.contract, Option) and self.what != ASSIGNED


@mutable
class Deal:
    """An option sold and what ended it, on `shares`, with the deals that were rolled into it."""

    shares: int
    steps: list[Step]
    before: "deque[Deal]" = field(default_factory=deque)

    def part(self, shares: int) -> "Deal":
        """Take some of the shares out, with their part of every amount."""
        parts = [_part(step, shares, self.shares) for step in self.steps]
        self.steps = [_rest(step, part) for step, part in zip(self.steps, parts, strict=True)]
        found = Deal(shares, parts, deque(taken(self.before, shares)))
        self.shares -= shares
        return found

    def scale(self, ratio: Decimal) -> None:
        """After a split the same money is on more shares."""
        self.shares = int(self.shares * ratio)
        for deal in self.before:
            deal.scale(ratio)

    def all_steps(self) -> Iterator[Step]:
        for deal in self.before:
            yield from deal.all_steps()
        yield from self.steps


def opening(lot: Trace, option: Option) -> Step:
    """What an option lot brought when it was sold, or cost when it was bought."""
    shares, short = abs(lot.quantity) * option.multiplier, lot.quantity < 0
    cash = to_cent(lot.price * shares)
    return Step(
        lot.seq, lot.opened, f"{_name(option)} {'sold' if short else 'bought'}", option, shares, lot.price,
        cash if short else -cash, lot.fees_usd,
    )  # fmt: skip


def closed_deal(fact: Closed, option: Option) -> Deal:
    """A short option, from its sale to its end."""
    sold, told = opening(fact.lot, option), fact.event
    fees = told.fees - fact.lot.fees_usd
    cash = told.realized + told.fees - sold.cash_usd
    what = f"{_name(option)} {_ENDS[fact.went]}"
    closing = Step(fact.cause, fact.day, what, option, sold.shares, told.basis, cash, fees)
    return Deal(sold.shares, [sold, closing])


def _name(option: Option) -> str:
    return "put" if option.is_put else "call"


def taken(deals: deque[Deal], shares: int) -> list[Deal]:
    """Deals on so many shares, the oldest first, out of what is there."""
    found: list[Deal] = []
    while shares and deals:
        head = deals.popleft() if deals[0].shares <= shares else deals[0].part(shares)
        shares -= head.shares
        found.append(head)
    return found


def _part(step: Step, shares: int, whole: int) -> Step:
    """A step's part on some of its shares, to the cent."""
    cash, fees = share_of(step.cash_usd, shares, whole), share_of(step.fees_usd, shares, whole)
    return replace(step, shares=step.shares * shares // whole, cash_usd=cash, fees_usd=fees)


def _rest(step: Step, part: Step) -> Step:
    """What a part leaves: every share and cent that it has not."""
    return replace(
        step, shares=step.shares - part.shares, cash_usd=step.cash_usd - part.cash_usd,
        fees_usd=step.fees_usd - part.fees_usd,
    )  # fmt: skip
