"""A calendar year of the tax ledger as a page: by term and account, row by row as Form 8949 has it, and as stories."""

from collections.abc import Iterator
from decimal import Decimal

from allusetui.domain.money import ZERO
from allusetui.ledger.chains import Story
from allusetui.ledger.deals import Step
from allusetui.ledger.postings import plain
from allusetui.ledger.tax.csv import replaced
from allusetui.ledger.tax.rows import TaxRow, Term
from allusetui.ledger.tax.year import Sums, TaxLedger, YearTax
from allusetui.ledger.traces import Went
from allusetui.reports.marks import TOTAL
from allusetui.reports.page import NOT_KNOWN, Block, Grid, Page, Remark, money, name_of, number
from allusetui.reports.trades import named

_TITLES = {Term.SHORT: "Short-term", Term.LONG: "Long-term", Term.INDEX: "Section 1256"}
_SUMS = ("Term", "Rows", "Proceeds", "Cost", "Fees", "Gain", "Wash sales")
_ACCOUNTS = ("Account", "Short-term", "Long-term", "Section 1256", "Income", "Realized", "Unrealized")
_RESERVE = ("Account", "Opening", "Set aside", "Released", "Paid", "Balance")
_ROWS = ("What", "Acquired", "Disposed", "Proceeds", "Cost", "Gain", "Flag")
_NO_ADVICE = (
    "A ledger, no tax advice. Lots first in, first out; what was sold first is short-term. W: a wash sale is flagged;"
    " no gain is changed by it. M: an index option marked at the year's end, where the next year begins."
)
_REALIZED = "Realized is the journal's own, with income and without year-end marks; unrealized as at the last mark."


def page(ledger: TaxLedger, told: tuple[Story, ...], year: int) -> Page:
    """The year's page; `told` are the journal's assignments, of which those that touch the year are shown."""
    rows, whole = ledger.rows_of(year), ledger.year(year)
    mine = tuple(story for story in told if _touches(story, year))
    marked = f"Marks until {whole.marked_on.isoformat()}" if whole.marked_on else "Nothing was marked"
    tables = (_rows(ledger, rows, term) for term in _TITLES)
    blocks: tuple[Block, ...] = (
        Grid("By term", _SUMS, tuple(_sum_cells(whole)), (_sixty_forty(whole), _NO_ADVICE)),
        Grid("By account", _ACCOUNTS, tuple(_account_cells(ledger, year)), (_REALIZED,)),
        Grid("Tax reserve", _RESERVE, tuple(_reserve_cells(ledger, year))),
        *(grid for grids in tables for grid in grids),
        Remark("Wash-sale flags", tuple(map(_flag, (row for row in rows if row.replaced_by))) or ("none",)),
        *_unmarked(ledger, year),
        Remark("Assignments", tuple(map(_told, mine)) or ("none",)),
    )
    return Page(f"ALL-USE tax ledger {year}", marked, blocks, _data(ledger, mine, year))


def _touches(story: Story, year: int) -> bool:
    return story.began.year <= year and (story.ended is None or story.ended.year >= year)


def _sum_cells(whole: YearTax) -> Iterator[tuple[str, ...]]:
    for title, sums in zip(_TITLES.values(), (whole.short, whole.long, whole.index), strict=True):
        amounts = (sums.proceeds, sums.basis, sums.fees, sums.gain, sums.wash_usd)
        yield title, str(sums.count), *map(money, amounts)


def _sixty_forty(whole: YearTax) -> str:
    return f"With section 1256 split: short-term {money(whole.short_gain)}, long-term {money(whole.long_gain)}."


def _years(ledger: TaxLedger, year: int) -> Iterator[YearTax]:
    """Each account of which the year tells anything, then all."""
    for account in ledger.accounts:
        mine = ledger.year(year, account)
        if mine.marked_on is not None or _has_moved(mine):
            yield mine
    yield ledger.year(year)


def _has_moved(mine: YearTax) -> bool:
    r = mine.reserve
    counts = mine.short.count, mine.long.count, mine.index.count, len(mine.income)
    return any(counts) or any((r.opening, r.set_aside, r.released, r.paid))


def _account_cells(ledger: TaxLedger, year: int) -> Iterator[tuple[str, ...]]:
    for mine in _years(ledger, year):
        amounts = (mine.short.gain, mine.long.gain, mine.index.gain, _income(mine), mine.realized)
        unrealized = NOT_KNOWN if mine.unrealized is None else money(mine.unrealized)
        yield name_of(mine.account or TOTAL), *map(money, amounts), unrealized


def _income(mine: YearTax) -> Decimal:
    return sum((amount for _, amount in mine.income), ZERO)


def _reserve_cells(ledger: TaxLedger, year: int) -> Iterator[tuple[str, ...]]:
    for mine in _years(ledger, year):
        r = mine.reserve
        if any((r.opening, r.set_aside, r.released, r.paid)):
            amounts = (r.opening, r.set_aside, r.released, r.paid, r.balance)
            yield name_of(mine.account or TOTAL), *map(money, amounts)


def _rows(ledger: TaxLedger, rows: tuple[TaxRow, ...], term: Term) -> Iterator[Grid]:
    """A table for each account that has such rows; fees are part of the cost."""
    for account in ledger.accounts:
        mine = tuple(_row_cells(row) for row in rows if row.term is term and row.account == account)
        if mine:
            yield Grid(f"{_TITLES[term]}, {name_of(account)}", _ROWS, mine)


def _row_cells(row: TaxRow) -> tuple[str, ...]:
    code = "M" if row.went is Went.YEAR_END else "W" if row.replaced_by else "-"
    amounts = (row.proceeds, row.basis + row.fees, row.gain)
    what = f"{row.quantity} {named(row.contract)}"
    return what, row.acquired.isoformat(), row.disposed.isoformat(), *map(money, amounts), code


def _flag(row: TaxRow) -> str:
    lost = f"{name_of(row.account)} {row.quantity} {named(row.contract)} sold {row.disposed.isoformat()}"
    by = "; ".join(replaced(each) for each in row.replaced_by)
    return f"{lost}, a loss of {money(-row.gain)}: {plain(row.wash_quantity)} flagged, {money(row.wash_usd)}; {by}"


def _unmarked(ledger: TaxLedger, year: int) -> Iterator[Remark]:
    """What is missing in the year's figures, where anything is."""
    lines = tuple(
        f"{name_of(each.account)} {each.quantity} {named(each.contract)}: not marked at the year's last close; its"
        f" gain until then is not in these figures [#{each.seq}]"
        for each in ledger.unmarked
        if each.day.year == year
    )
    if lines:
        yield Remark("Not marked", lines)


def _told(story: Story) -> str:
    """`GEN 100 AAPL: put sold 2 [#12], assigned 195 [#20] …`: one story, each step with its record."""
    steps = ", ".join(f"{step.day.isoformat()} {_step(step)}" for step in story.steps)
    held = f"{story.left} shares still held" if story.gain is None else f"gain {money(story.gain)} in {story.days} days"
    sums = f"premium {money(story.premium)}, fees {money(story.fees)}, cost {money(story.basis)}"
    return f"{name_of(story.account)} {story.shares} {story.symbol}: {steps}. {held}; {sums}"


def _step(step: Step) -> str:
    return f"{step.what} {step.shares} at {plain(step.price)} [#{step.seq}]"


def _data(ledger: TaxLedger, told: tuple[Story, ...], year: int) -> dict[str, object]:
    """The same for JSON."""
    return {
        "report": "tax",
        "year": year,
        "accounts": [_year_data(mine) for mine in _years(ledger, year)],
        "rows": [_row_data(ledger, row) for row in ledger.rows_of(year)],
        "not_marked": [
            {"account": each.account, "contract": named(each.contract), "quantity": each.quantity, "seq": each.seq}
            for each in ledger.unmarked
            if each.day.year == year
        ],
        "assignments": [_story_data(story) for story in told],
    }


def _year_data(mine: YearTax) -> dict[str, object]:
    r = mine.reserve
    return {
        "account": mine.account, "short": _sums_data(mine.short), "long": _sums_data(mine.long),
        "section_1256": _sums_data(mine.index), "short_gain": number(mine.short_gain),
        "long_gain": number(mine.long_gain), "income": {reason: number(amount) for reason, amount in mine.income},
        "realized": number(mine.realized), "unrealized": None if mine.unrealized is None else number(mine.unrealized),
        "marked_on": mine.marked_on.isoformat() if mine.marked_on else None,
        "reserve": {
            "opening": number(r.opening), "set_aside": number(r.set_aside), "released": number(r.released),
            "paid": number(r.paid), "balance": number(r.balance),
        },
    }  # fmt: skip


def _sums_data(sums: Sums) -> dict[str, object]:
    return {
        "rows": sums.count, "proceeds": number(sums.proceeds), "basis": number(sums.basis),
        "fees": number(sums.fees), "gain": number(sums.gain), "wash": number(sums.wash_usd),
    }  # fmt: skip


def _row_data(ledger: TaxLedger, row: TaxRow) -> dict[str, object]:
    return {
        "account": row.account, "contract": named(row.contract), "quantity": row.quantity, "short": row.is_short,
        "acquired": row.acquired.isoformat(), "disposed": row.disposed.isoformat(), "how": row.went.value,
        "term": row.term.value, "proceeds": number(row.proceeds), "basis": number(row.basis), "fees": number(row.fees),
        "gain": number(row.gain), "long_part": number(row.long_part(ledger.rules)),
        "wash_quantity": float(row.wash_quantity), "wash": number(row.wash_usd),
        "replaced_by": [replaced(each) for each in row.replaced_by], "opened_seq": row.opened_seq, "seq": row.seq,
    }  # fmt: skip


def _story_data(story: Story) -> dict[str, object]:
    return {
        "account": story.account, "symbol": story.symbol, "shares": story.shares, "left": story.left,
        "premium": number(story.premium), "fees": number(story.fees), "basis": number(story.basis),
        "proceeds": number(story.proceeds), "gain": None if story.gain is None else number(story.gain),
        "days": story.days,
        "steps": [
            {
                "seq": step.seq, "day": step.day.isoformat(), "what": step.what, "contract": named(step.contract),
                "shares": step.shares, "price": float(step.price), "cash": number(step.cash_usd),
                "fees": number(step.fees_usd),
            }
            for step in story.steps
        ],
    }  # fmt: skip
