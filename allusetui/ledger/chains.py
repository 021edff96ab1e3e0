"""Assignments as stories: each lot of assigned shares, from the put that was sold to the day the last share is gone.

Put sold → rolled → assigned → calls sold on the shares → called away, or sold. Quantities are in shares, so that a part
of an assignment, or one call over two lots, has its part of every amount; dollars are shared to the cent and none is
counted twice. Which lot a call is on is nowhere told: it is on the oldest shares that no other open call is on.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import field
from datetime import date
from decimal import Decimal

from allusetui.domain.contract import Option, Right, Stock
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.money import ZERO, to_cent
from allusetui.ledger.deals import ASSIGNED, Deal, Step, closed_deal, opening, taken
from allusetui.ledger.lots import LotBook, taken_back
from allusetui.ledger.once import Records
from allusetui.ledger.traces import Adjusted, Closed, Delivered, Fact, Opened, Went


@frozen
class Story:
    """One lot of assigned shares. Dollars: `premium` of all options net of what buying them back has cost, `basis` the
    shares' with the put's premium off, `proceeds` what they brought with a call's premium in; `gain` None while shares
    are still held (`left` of them).
    """

    account: str
    symbol: str
    shares: int
    left: int
    steps: tuple[Step, ...]
    premium: Decimal
    fees: Decimal
    basis: Decimal
    proceeds: Decimal
    gain: Decimal | None

    @property
    def began(self) -> date:
        """The day on which the first put was sold."""
        return self.steps[0].day

    @property
    def ended(self) -> date | None:
        """The day on which the last share went; None while some are held."""
        return None if self.left else self.steps[-1].day

    @property
    def days(self) -> int | None:
        """Calendar days from the first step to the last share."""
        return None if self.ended is None else (self.ended - self.began).days


@mutable
class _Tale:
    """A story that is still being told."""

    account: str
    symbol: str
    shares: int
    left: int
    basis: Decimal
    proceeds: Decimal = ZERO
    steps: list[Step] = field(default_factory=list)

    def told(self) -> Story:
        steps = tuple(sorted(self.steps, key=lambda step: step.seq))
        fees = sum((step.fees_usd for step in steps), ZERO)
        gain = sum((step.cash_usd for step in steps), ZERO) - fees
        premium = sum((step.cash_usd for step in steps if step.is_premium), ZERO)
        return Story(
            self.account, self.symbol, self.shares, self.left, steps, premium, fees, self.basis, self.proceeds,
            None if self.left else gain,
        )  # fmt: skip


def stories(records: Records) -> tuple[Story, ...]:
    """The stories of a journal, in the order of their assignments.

    Raises LedgerError, naming the record, where the journal is not whole.
    """
    told = list(records)
    book = LotBook(taken_back(told))
    teller = _Teller(book)
    for fact in book.facts(told):
        teller.hear(fact)
    return tuple(tale.told() for tale in teller.tales.values())


@mutable
class _Teller:
    """Hears the facts in their order; `tales` by the number of their shares' lot."""

    book: LotBook
    tales: dict[int, _Tale] = field(default_factory=dict)
    _rolled: dict[str, deque[Deal]] = field(default_factory=lambda: defaultdict(deque))
    """An order's id → the puts that it bought back: those it sold anew come from them."""
    _covers: dict[int, deque[tuple[int, int]]] = field(default_factory=dict)
    """An open call lot's number → which lots it is on, and how many of their shares."""
    _delivering: dict[tuple[str, Option], deque[Deal]] = field(default_factory=lambda: defaultdict(deque))
    """Calls of a delivery whose shares are still to be told of."""
    _scaled: set[tuple[str, int]] = field(default_factory=set)

    def hear(self, fact: Fact) -> None:
        option = fact.contract if isinstance(fact.contract, Option) else None
        match fact:
            case Opened() if option and option.right is Right.CALL and fact.lot.quantity < 0:
                self._cover(fact, option)
            case Delivered() if option and option.is_put and fact.lot.quantity < 0:
                self._assigned(fact, option)
            case Delivered() if option:
                self._delivered(fact, option)
            case Closed() if option and option.is_put:
                self._put_closed(fact, option)
            case Closed() if option and fact.lot.quantity < 0:
                self._call_closed(fact, option)
            case Closed() if option is None:
                self._shares_gone(fact)
            case Adjusted():
                self._adjusted(fact)
            case _:
                pass

    def _assigned(self, fact: Delivered, option: Option) -> None:
        part, (shares,) = fact.lot, fact.shares
        sold, paid = opening(part, option), option.strike * shares.quantity
        basis = to_cent(paid - sold.cash_usd + part.fees_usd)
        tale = _Tale(fact.account, option.symbol, shares.quantity, shares.quantity, basis)
        for deal in taken(self._rolled[part.intent], shares.quantity) if part.intent else ():
            tale.steps += deal.all_steps()
        tale.steps.append(sold)
        tale.steps.append(Step(fact.seq, fact.day, ASSIGNED, option, shares.quantity, option.strike, -paid, ZERO))
        self.tales[shares.number] = tale

    def _put_closed(self, fact: Closed, option: Option) -> None:
        """Bought back by an order: if it sells another put too, that one goes on with the story."""
        if fact.lot.quantity > 0 or fact.went is not Went.TRADED:
            return
        deal = closed_deal(fact, option)
        if fact.lot.intent:
            deal.before.extend(taken(self._rolled[fact.lot.intent], deal.shares))
        self._rolled[fact.intent].append(deal)

    def _cover(self, fact: Opened, option: Option) -> None:
        self._covers.pop(fact.lot.number, None)  # a corrected sale is told again
        covered: dict[int, int] = defaultdict(int)
        for pairs in self._covers.values():
            for number, shares in pairs:
                covered[number] += shares
        wanted, pairs = -fact.lot.quantity * option.multiplier, deque[tuple[int, int]]()
        for lot in self.book.held(fact.account, Stock(option.symbol)):
            shares = min(wanted, lot.quantity - covered[lot.number])
            if shares > 0:
                pairs.append((lot.number, shares))
                wanted -= shares
        self._covers[fact.lot.number] = pairs

    def _uncover(self, number: int, shares: int) -> Iterator[tuple[int, int]]:
        """Which lots' shares the call is off again, the oldest first."""
        pairs = self._covers.get(number, deque())
        while shares and pairs:
            lot, on = pairs.popleft()
            part = min(on, shares)
            if part < on:
                pairs.appendleft((lot, on - part))
            shares -= part
            yield lot, part

    def _call_closed(self, fact: Closed, option: Option) -> None:
        deal = closed_deal(fact, option)
        for number, shares in self._uncover(fact.lot.number, deal.shares):
            part = deal.part(shares)
            if (tale := self.tales.get(number)) is not None:
                tale.steps += part.steps

    def _delivered(self, fact: Delivered, option: Option) -> None:
        """Its premium belongs to the shares that go, whichever it was on."""
        lot, shares = fact.lot, abs(fact.lot.quantity) * option.multiplier
        for _ in self._uncover(lot.number, shares):
            pass
        self._delivering[fact.account, option].append(Deal(shares, [opening(lot, option)]))

    def _shares_gone(self, fact: Closed) -> None:
        lot, told = fact.lot, fact.event
        tale = self.tales.get(lot.number)
        by = taken(self._delivering[fact.account, fact.by], lot.quantity) if fact.by is not None else []
        if tale is None:
            return
        for deal in by:
            tale.steps += deal.steps
        price = told.proceeds if fact.by is None else fact.by.strike
        what = "sold" if fact.went is Went.TRADED else fact.went.value
        step = Step(
            fact.cause,
            fact.day,
            what,
            fact.contract,
            lot.quantity,
            price,
            price * lot.quantity,
            told.fees - lot.fees_usd,
        )
        tale.steps.append(step)
        tale.proceeds += told.realized + to_cent(lot.price * lot.quantity + lot.fees_usd)
        tale.left -= lot.quantity

    def _adjusted(self, fact: Adjusted) -> None:
        """The same money on more shares. An order's puts are told of lot by lot, and scaled once."""
        lot, ratio = fact.lot, fact.ratio
        if (tale := self.tales.get(lot.number)) is not None:
            tale.left = int(tale.left * ratio)
        if lot.number in self._covers:
            self._covers[lot.number] = deque((number, int(on * ratio)) for number, on in self._covers[lot.number])
        if lot.intent and (lot.intent, fact.seq) not in self._scaled:
            self._scaled.add((lot.intent, fact.seq))
            for deal in self._rolled.get(lot.intent, ()):
                deal.scale(ratio)
