"""The tax ledger in a quarterly report: what the quarter closed by term, the year so far, the reserve (10.2, 10.3)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from allusetui.domain.calendar import months_later
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.law.model import Law
from allusetui.ledger.once import Records
from allusetui.ledger.tax.rows import TaxRow, TaxRules, Term
from allusetui.ledger.tax.year import TaxLedger, tax_ledger
from allusetui.reports.marks import TOTAL
from allusetui.reports.page import Grid, money, name_of, number
from allusetui.reports.periods import Span

_TERMS = (Term.SHORT, Term.LONG, Term.INDEX)
_CLOSED = ("Account", "Closed", "Short-term", "Long-term", "Section 1256", "Gain", "Wash sales")
_YEAR = ("Account", "Gain", "Of it short", "Of it long", "Wash sales", "Dividends", "Set aside", "Paid", "Reserve")
_NO_ADVICE = (
    "Lots first in, first out, net of fees. Wash sales are flagged, no gain is changed by them; options on indexes are"
    " 60/40. A ledger, no tax advice."
)
_RESERVE = "The reserve stands as at the quarter's end: what this quarter's gains set aside is booked after it."


@frozen
class Gains:
    """What lots realized, dollars: by term, and with an index option's gain split into its short and its long part."""

    count: int
    by_term: tuple[Decimal, ...]
    long: Decimal
    wash: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.by_term, ZERO)


@frozen
class TaxLine:
    """An account's taxes, or those of all, dollars: its quarter, its year as far as the quarter's end, its reserve.

    `set_aside` less what was released of it, and `paid`, are of the year.
    """

    account: str
    quarter: Gains
    year: Gains
    dividends: Decimal
    set_aside: Decimal
    paid: Decimal
    reserve: Decimal


def taxes(records: Records, span: Span, law: Law) -> tuple[TaxLine, ...]:
    """The tax ledger as it stands at a quarter's end, an account a line, then all.

    What is bought within 30 days after a loss may flag it: the month after the quarter is looked at for that.
    """
    until = months_later(span.last.replace(day=1), 2)
    ledger = tax_ledger((row for row in records if day_of(row[1]) < until), rules_of(law))
    began = date(span.last.year, 1, 1)
    named = tuple(_line(ledger, name, span, began) for name in ledger.accounts)
    return (*(line for line in named if _is_any(line)), _line(ledger, None, span, began))


def rules_of(law: Law) -> TaxRules:
    """What of the law the tax ledger needs."""
    return TaxRules(Decimal(str(law.tax.long_term_share)), law.sizing.same_issuer)


def _line(ledger: TaxLedger, account: str | None, span: Span, began: date) -> TaxLine:
    rows = [row for row in ledger.rows if account in (None, row.account) and row.disposed <= span.last]
    income = [each for each in ledger.income if account in (None, each.account) and began <= each.day <= span.last]
    moves = [each for each in ledger.moves if account in (None, each.account) and each.day <= span.last]
    of_year = [each for each in moves if each.day >= began]
    return TaxLine(
        account=account or TOTAL,
        quarter=_gains([row for row in rows if span.holds(row.disposed)], ledger.rules),
        year=_gains([row for row in rows if row.disposed >= began], ledger.rules),
        dividends=sum((each.amount for each in income), ZERO),
        set_aside=sum((each.amount for each in of_year if each.reason != "paid"), ZERO),
        paid=-sum((each.amount for each in of_year if each.reason == "paid"), ZERO),
        reserve=sum((each.amount for each in moves), ZERO),
    )


def _gains(rows: Iterable[TaxRow], rules: TaxRules) -> Gains:
    told = list(rows)
    by_term = tuple(sum((row.gain for row in told if row.term is term), ZERO) for term in _TERMS)
    long = sum((row.long_part(rules) for row in told), ZERO)
    return Gains(len(told), by_term, long, sum((row.wash_usd for row in told), ZERO))


def _is_any(line: TaxLine) -> bool:
    return bool(line.year.count or line.dividends or line.reserve or line.paid)


def blocks_of(lines: tuple[TaxLine, ...]) -> tuple[Grid, ...]:
    """The quarter's closings, then the year so far with the reserve."""
    return (
        Grid("Taxes: closed in the quarter", _CLOSED, tuple(map(_closed_cells, lines)), (_NO_ADVICE,)),
        Grid("Taxes: the year so far", _YEAR, tuple(map(_year_cells, lines)), (_RESERVE,)),
    )


def data(lines: tuple[TaxLine, ...]) -> list[dict[str, object]]:
    """The same for JSON."""
    return [
        {
            "account": line.account,
            "quarter": _gains_data(line.quarter),
            "year": _gains_data(line.year),
            "dividends": number(line.dividends),
            "set_aside": number(line.set_aside),
            "paid": number(line.paid),
            "reserve": number(line.reserve),
        }
        for line in lines
    ]


def _closed_cells(line: TaxLine) -> tuple[str, ...]:
    found = line.quarter
    return (name_of(line.account), str(found.count), *map(money, (*found.by_term, found.total, found.wash)))


def _year_cells(line: TaxLine) -> tuple[str, ...]:
    found = line.year
    sums = (found.total, found.total - found.long, found.long, found.wash)
    return (name_of(line.account), *map(money, (*sums, line.dividends, line.set_aside, line.paid, line.reserve)))


def _gains_data(found: Gains) -> dict[str, object]:
    terms = {term.value: number(gain) for term, gain in zip(_TERMS, found.by_term, strict=True)}
    return {"count": found.count, "gain": number(found.total), "wash_sales": number(found.wash), **terms}
