"""The quarterly report's page: taxes, reinvestments, hedges, the ladder with its two sides apart (11.3, 17.7)."""

from collections.abc import Iterator
from decimal import Decimal

from allusetui.domain.moment import clock, iso
from allusetui.domain.money import ZERO
from allusetui.domain.text import untrusted
from allusetui.reports import taxes
from allusetui.reports.income import Income
from allusetui.reports.leaps_page import blocks_of, data
from allusetui.reports.marks import TOTAL
from allusetui.reports.page import NONE, NOT_KNOWN, Grid, Page, Remark, marked_until, money, name_of, number
from allusetui.reports.quarterly import HedgeRow, Purchase, QuarterlyTable, Reinvested, Trigger
from allusetui.reports.weekly_page import INCOME, SIDES, income_cells, income_data

_REINVESTED = ("Account", "Booked", "Gain", "Tax reserve", "Contracts", "LEAPs")
_HEDGES = ("Account", "Opened", "Premium", "Released", "Profit", "Skipped", "Budget", "Spent")
_GAIN = "A sleeve's gain is what its book, its hedges and its LEAPs realized in the quarter, net of fees (10.2)."
_NO_GAIN = "no sleeve that reinvests had a gain to share out, or its day has not come"


def page(table: QuarterlyTable, so_far: bool = False) -> Page:
    """The page of a quarter; one that has not ended says so."""
    named = (*table.income, (TOTAL, Income.total(row for _, row in table.income)))
    income = tuple((name_of(name), *income_cells(row), money(row.hedges), money(row.growth)) for name, row in named)
    blocks = (
        Remark("In words", tuple(_sentences(table))),
        Grid("Income", ("Account", *INCOME, *SIDES), income),
        *taxes.blocks_of(table.taxes),
        Grid("Reinvested", _REINVESTED, tuple(map(_reinvested_cells, table.reinvested)), (_GAIN,)),
        Remark("Bought with it", tuple(map(_purchase_line, table.purchases)) or (NONE,)),
        Grid("Hedges", _HEDGES, tuple(map(_hedge_cells, table.hedges))),
        Remark("Hedge triggers", tuple(map(_trigger_line, table.triggers)) or (NONE,)),
        *blocks_of(table.ladder),
    )
    until = marked_until(table.last, so_far)
    return Page(f"ALL-USE quarterly report {table.quarter}", until, blocks, _data(table))


def _sentences(table: QuarterlyTable) -> Iterator[str]:
    realized = sum((row.realized for _, row in table.income), ZERO)
    premium = sum((row.premium for _, row in table.income), ZERO)
    yield f"The quarter brought premium of {money(premium)} and realized {money(realized)} in the book."
    if not table.reinvested:
        yield f"Nothing was reinvested: {_NO_GAIN}."
    for row in table.reinvested:
        yield (
            f"{name_of(row.account)} gained {money(row.gain)}: {money(row.tax_reserve)} set aside for taxes,"
            f" {money(row.contracts)} for contracts, {money(row.leaps)} for LEAPs."
        )


def _reinvested_cells(row: Reinvested) -> tuple[str, ...]:
    sums = map(money, (row.gain, row.tax_reserve, row.contracts, row.leaps))
    return (name_of(row.account), iso(row.at_ms)[:10], *sums)


def _purchase_line(row: Purchase) -> str:
    price = "" if row.price is None else f" at {money(row.price)}"
    why = f" ({untrusted(row.reason)})" if row.reason else ""
    return f"{clock(row.at_ms)} {name_of(row.account)} {row.quantity} {untrusted(row.what)}{price}{why}"


def _hedge_cells(row: HedgeRow) -> tuple[str, ...]:
    counts = (str(row.opened), money(row.premium), str(row.released), money(row.profit), str(row.skipped))
    return (name_of(row.account), *counts, _known(row.budget), _known(row.spent))


def _known(amount: Decimal | None) -> str:
    return NOT_KNOWN if amount is None else money(amount)


def _trigger_line(row: Trigger) -> str:
    value = "unknown" if row.value is None else f"{row.value.normalize():f}"
    return f"{row.day.isoformat()} {untrusted(row.trigger)} {'on' if row.is_on else 'off'} at {value}"


def _data(table: QuarterlyTable) -> dict[str, object]:
    return {
        "period": "quarterly",
        "quarter": table.quarter,
        "last": table.last.isoformat() if table.last else None,
        "income": [{"account": name, **income_data(row)} for name, row in table.income],
        "taxes": taxes.data(table.taxes),
        "reinvested": [
            {
                "account": row.account, "ts": iso(row.at_ms), "gain": number(row.gain),
                "tax_reserve": number(row.tax_reserve), "contracts": number(row.contracts), "leaps": number(row.leaps),
            }
            for row in table.reinvested
        ],
        "bought": [
            {
                "account": row.account, "ts": iso(row.at_ms), "what": row.what, "quantity": row.quantity,
                "price": None if row.price is None else float(row.price), "reason": row.reason,
            }
            for row in table.purchases
        ],
        "hedges": [
            {
                "account": row.account, "opened": row.opened, "premium": number(row.premium),
                "released": row.released, "profit": number(row.profit), "skipped": row.skipped,
                "budget": None if row.budget is None else number(row.budget),
                "spent": None if row.spent is None else number(row.spent),
            }
            for row in table.hedges
        ],
        "triggers": [
            {
                "day": row.day.isoformat(), "trigger": row.trigger, "on": row.is_on,
                "value": None if row.value is None else float(row.value),
            }
            for row in table.triggers
        ],
        "ladder": data(table.ladder),
    }  # fmt: skip
