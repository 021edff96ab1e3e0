"""Wash-sale flags (IRC §1091): losses, and what was bought of the same name within 30 days before or after.

How it is read, where the law leaves a choice. A flag more is better than one too few, and no gain is changed by one.
- A loss is one on shares or on a call that was bought. What was sold first (a short put bought back) has no flag, nor
  has an index option (§1256), nor what the operator accepted as gone or the broker corrected: that was no sale.
- A replacement is a purchase of shares or of a call on them, 100 shares a contract, whatever its strike and expiry,
  in any account of the user. Shares that an assignment brings are bought on its day. A short put is none: ours are
  sold out of the money, and none is likely to be exercised when it is sold (Rev. Rul. 85-87).
- Shares bought before the sale replace only while they are still held after it; those of the very purchase whose part
  is sold do not (Rev. Rul. 56-602).
- The earliest loss is matched first, with the earliest purchase; a share is a replacement once (Reg. §1.1091-1).
"""

from collections import defaultdict
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from allusetui.domain.contract import Contract, Right, Stock
from allusetui.domain.frozen import mutable
from allusetui.domain.money import to_cent
from allusetui.ledger.lots import LotBook
from allusetui.ledger.tax.rows import Replacement, TaxRow, TaxRules, shares_of
from allusetui.ledger.traces import Adjusted, Closed, Fact, Opened, Trace, Went

WINDOW_DAYS = 30
"""Before and after a loss (IRC §1091(a))."""


@mutable
class _Loss:
    """A loss whose replacement is looked for: `shares` in all, `left` not matched yet, both as after every split."""

    seq: int
    account: str
    issuer: str
    day: date
    lot: Trace
    shares: int
    left: int
    flagged: Fraction = Fraction(0)
    found: list[Replacement] = field(default_factory=list)


@mutable
class WashWatch:
    """Sees every fact as it comes, with the book as it stands then."""

    rules: TaxRules
    book: LotBook
    _losses: dict[int, _Loss] = field(default_factory=dict)
    _open: list[_Loss] = field(default_factory=list)
    _used: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """A lot's number → how many of its shares are a replacement already."""
    _split: dict[str, date] = field(default_factory=dict)

    def see(self, fact: Fact) -> None:
        """A loss is matched with what was bought before it, a purchase with the losses before it."""
        match fact:
            case Closed() if is_loss(fact):
                self._lost(fact)
            case Opened() if replaces(fact.contract, fact.lot):
                self._open = [loss for loss in self._open if (fact.day - loss.day).days <= WINDOW_DAYS]
                for loss in self._open:
                    if loss.issuer == self.rules.issuer(fact.contract.symbol):
                        self._match(loss, fact.account, fact.contract, fact.lot)
            case Adjusted():
                self._adjusted(fact)
            case _:
                pass

    def flagged(self, row: TaxRow) -> TaxRow:
        """The row with its flag, where it has one."""
        loss = self._losses.get(row.seq)
        if loss is None or not loss.found:
            return row
        quantity, usd = _part(loss.flagged, row.quantity), to_cent(_part(loss.flagged, -row.gain))
        return replace(row, wash_quantity=quantity, wash_usd=usd, replaced_by=tuple(loss.found))

    def _lost(self, fact: Closed) -> None:
        shares = shares_of(fact.contract, fact.lot.quantity)
        issuer = self.rules.issuer(fact.contract.symbol)
        loss = self._losses[fact.seq] = _Loss(fact.seq, fact.account, issuer, fact.day, fact.lot, shares, shares)
        for account, contract, lot in self._held(loss):
            self._match(loss, account, contract, lot)
        if loss.left:
            self._open.append(loss)

    def _held(self, loss: _Loss) -> list[tuple[str, Contract, Trace]]:
        """What was bought of the name in the days before the loss and is held after it, the earliest first."""
        found = [
            (account, contract, lot)
            for (account, contract), lots in self.book.lots.items()
            if self.rules.issuer(contract.symbol) == loss.issuer
            for lot in lots
            if replaces(contract, lot) and not _same_purchase(loss, account, lot)
        ]
        return sorted(found, key=lambda row: (row[2].opened, row[2].number))

    def _match(self, loss: _Loss, account: str, contract: Contract, lot: Trace) -> None:
        free = shares_of(contract, lot.quantity) - self._used[lot.number]
        shares = min(free, loss.left)
        if shares <= 0 or abs((lot.opened - loss.day).days) > WINDOW_DAYS:
            return
        self._used[lot.number] += shares
        loss.left -= shares
        loss.flagged += Fraction(shares, loss.shares)
        loss.found.append(Replacement(account, contract, lot.opened, shares, lot.seq))

    def _adjusted(self, fact: Adjusted) -> None:
        """After a split each old share is `ratio` new ones, those of the losses too; accounts tell of it one by one."""
        ratio, issuer = fact.ratio, self.rules.issuer(fact.contract.symbol)
        self._used[fact.lot.number] = int(self._used[fact.lot.number] * ratio)
        if self._split.get(issuer) == fact.day:
            return
        self._split[issuer] = fact.day
        for loss in self._open:
            if loss.issuer == issuer and loss.day < fact.day:
                loss.shares, loss.left = int(loss.shares * ratio), int(loss.left * ratio)


def is_loss(fact: Closed) -> bool:
    """Whether a closing may have a flag."""
    return (
        fact.event.realized < 0
        and fact.lot.quantity > 0
        and fact.went not in (Went.ACCEPTED, Went.CORRECTED)
        and _is_of_shares(fact.contract)
    )


def replaces(contract: Contract, lot: Trace) -> bool:
    """Whether a lot may be the replacement of shares that were sold at a loss."""
    return lot.quantity > 0 and _is_of_shares(contract)


def _is_of_shares(contract: Contract) -> bool:
    """Shares, or a call on some."""
    return isinstance(contract, Stock) or (contract.right is Right.CALL and not contract.is_index)


def _same_purchase(loss: _Loss, account: str, lot: Trace) -> bool:
    """Lots of one fill, one order or one assignment were bought together."""
    sold = loss.lot
    return account == loss.account and (lot.seq == sold.seq or (bool(lot.intent) and lot.intent == sold.intent))


def _part(share: Fraction, whole: Decimal | int) -> Decimal:
    return Decimal(share.numerator) * whole / share.denominator
