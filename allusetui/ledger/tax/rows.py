"""One closed lot as the tax return asks for it: when, for how much, at what cost, short or long."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from allusetui.domain.calendar import months_later
from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.lot import delivered_on
from allusetui.domain.money import ZERO, to_cent
from allusetui.ledger.traces import Closed, Marked, Trace, Went

_YEAR_MONTHS = 12
_AT_EXPIRY = frozenset({Went.EXPIRED, Went.SETTLED})


class Term(StrEnum):
    """How a gain is taxed: by the time it was held, or as an index option by its own rule (§1256)."""

    SHORT = "short"
    LONG = "long"
    INDEX = "1256"


@frozen
class TaxRules:
    """The law's numbers: what of an index option's gain is long, and which symbols are one for wash sales (0.3)."""

    long_share: Decimal
    same_issuer: tuple[tuple[str, ...], ...] = ()

    def issuer(self, symbol: str) -> str:
        """One name for all symbols of an issuer."""
        return next((same[0] for same in self.same_issuer if symbol in same), symbol)


@frozen
class Replacement:
    """Shares, or calls as the shares they may buy, that stand against a loss on the same name (IRC §1091)."""

    account: str
    contract: Contract
    day: date
    shares: int
    seq: int


@frozen
class TaxRow:
    """A lot, or the part of one, that ended. Dollars: gain = proceeds − basis − fees, to the cent.

    `quantity` in shares or contracts; `is_short` when it was sold first. `realized` is what the journal's `lot.closed`
    says; a gain differs from it by what an earlier year's end has taxed already. `wash_quantity` of it is flagged,
    `wash_usd` of its loss with it; the gain is as it is without the flag.
    """

    account: str
    contract: Contract
    quantity: int
    is_short: bool
    acquired: date
    disposed: date
    went: Went
    term: Term
    proceeds: Decimal
    basis: Decimal
    fees: Decimal
    gain: Decimal
    realized: Decimal
    opened_seq: int
    seq: int
    wash_quantity: Decimal = ZERO
    wash_usd: Decimal = ZERO
    replaced_by: tuple[Replacement, ...] = ()

    @property
    def year(self) -> int:
        """The calendar year whose gain it is."""
        return self.disposed.year

    def long_part(self, rules: TaxRules) -> Decimal:
        """What of the gain is long-term: all, nothing, or an index option's share."""
        if self.term is Term.INDEX:
            return to_cent(rules.long_share * self.gain)
        return self.gain if self.term is Term.LONG else ZERO


def long_from(acquired: date) -> date:
    """The first day on which a sale is long-term: held more than a year, counted from the day after it was acquired.

    A month's last day is followed by the first of the next, whatever the year (Rev. Rul. 66-7).
    """
    day = timedelta(days=1)
    return max(months_later(acquired, _YEAR_MONTHS) + day, months_later(acquired + day, _YEAR_MONTHS))


def closed_row(fact: Closed) -> TaxRow:
    """The row of a lot that was closed. What the journal tells exactly stands; the other side is what remains."""
    lot, told = fact.lot, fact.event
    fees = told.fees if lot.mark is None else told.fees - lot.fees_usd
    return _row(fact, lot, fact.went, _disposed(fact), told.realized - lot.marked_usd, fees, told.realized)


def _disposed(fact: Closed) -> date:
    """What an option's expiry ended, or took away, ended on that day, however late it was seen."""
    option = fact.by or (fact.contract if fact.went in _AT_EXPIRY else None)
    return delivered_on(option, fact.day) if isinstance(option, Option) else fact.day


def marked_row(fact: Marked) -> TaxRow:
    """The row of an index option that a year's end taxes as if it were sold at its mark."""
    fees = fact.lot.fees_usd if fact.lot.mark is None else ZERO
    return _row(fact, fact.lot, Went.YEAR_END, fact.day, fact.gain, fees, ZERO)


def _row(
    fact: Closed | Marked, lot: Trace, went: Went, disposed: date, gain: Decimal, fees_usd: Decimal, realized: Decimal
) -> TaxRow:
    start = lot.price if lot.mark is None else lot.mark
    opening = to_cent(start * abs(lot.quantity) * fact.contract.multiplier)
    fees, is_short = to_cent(fees_usd), lot.quantity < 0
    proceeds, basis = (opening, opening - fees - gain) if is_short else (gain + opening + fees, opening)
    return TaxRow(
        fact.account, fact.contract, abs(lot.quantity), is_short, lot.opened, disposed, went,
        _term(fact.contract, lot, disposed), proceeds, basis, fees, gain, realized, lot.seq, fact.seq,
    )  # fmt: skip


def _term(contract: Contract, lot: Trace, disposed: date) -> Term:
    """What was sold first is short-term however long it was open (IRC §1234(b))."""
    if isinstance(contract, Option) and contract.is_index:
        return Term.INDEX
    is_long = lot.quantity > 0 and disposed >= long_from(lot.opened)
    return Term.LONG if is_long else Term.SHORT


def shares_of(contract: Contract, quantity: int) -> int:
    """Shares, or those that options are on."""
    return quantity if isinstance(contract, Stock) else quantity * contract.multiplier
