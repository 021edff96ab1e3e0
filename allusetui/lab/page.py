"""A trial's result as a page: what became of the money, by whom, by which clause, and what a person was asked for."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import Decimal

from allusetui.domain.moment import iso
from allusetui.domain.money import ZERO
from allusetui.domain.text import untrusted
from allusetui.lab.held import SYMBOL
from allusetui.lab.person import AT
from allusetui.lab.result import Asked, ClauseLine, Figures, Result, SleeveLine
from allusetui.ledger.tax.year import YearTax
from allusetui.reports.marks import TOTAL
from allusetui.reports.page import (
    NONE,
    Grid,
    Page,
    Remark,
    figure,
    money,
    name_of,
    number,
    percent,
    rounded,
    told,
)
from allusetui.reports.summary import WeekKind
from allusetui.reports.weekly_page import level_label, trip_line

_SLEEVES = ("Account", "Start", "Final", "Flows", "Realized", "Growth", "A year", "Drawdown", "Deployed")
_YEARS = ("Year", "Wealth", "Growth", "Drawdown", "Deployed")
_CLAUSES = ("Clause", "Records", "Orders", "Skips", "Premium", "Fees", "Realized")
_TAXES = ("Year", "Short-term", "Long-term", "Income", "Set aside", "Reserve")
_OF_SLEEVES = (
    "Equity is without LEAPs, hedges and the tax reserve; growth is net of flows, the drawdown that from the law's"
    " high-water mark, deployed the mean of its closes."
)
_OF_CLAUSES = (
    "Premium and fees are those of the orders that name the clause; realized of the lots that they closed, and of those"
    " that they opened and no order closed. An order names several clauses: the columns don't add up."
)
_OF_TAXES = "Nothing was paid: what is set aside stays. Options on indexes are 60/40. A ledger, no tax advice."


def page(result: Result, seconds: float) -> Page:
    """The page of a result. `seconds`: of the engine's own run."""
    header, did = result.header, result.summary
    blocks = (
        Remark("In words", tuple(_sentences(result, seconds))),
        Grid("Sleeves", _SLEEVES, tuple(map(_sleeve_cells, result.sleeves)), (_OF_SLEEVES,)),
        Grid("Years", _YEARS, tuple(_years(result))),
        Grid("Taxes", _TAXES, tuple(map(_tax_cells, result.taxes)), (_OF_TAXES,)),
        Remark("Week types", (told(_week_types(did.weeks)),)),
        Remark("Levels reached", (told(did.levels, level_label),)),
        Remark("Rolls against stops", tuple(_defence(result))),
        Remark("Resets asked of the operator", tuple(_resets(result))),
        Remark("Breakers tripped", tuple(map(trip_line, did.breakers)) or (NONE,)),
        Remark("Entries skipped", (told(did.skips),)),
        Remark("Abandoned", (told(did.abandoned),)),
        Grid("Clauses", _CLAUSES, tuple(map(_clause_cells, result.clauses)), (_OF_CLAUSES,)),
        Remark("Not known", tuple(map(untrusted, result.warnings)) or (NONE,)),
    )
    title = f"ALL-USE backtest, {untrusted(header.market)} market, seed {header.seed}, law {header.law}"
    return Page(title, f"{header.first.isoformat()} to {header.last.isoformat()}", blocks, data(result, seconds))


def _sentences(result: Result, seconds: float) -> Iterator[str]:
    did = result.figures
    a_year = "" if did.growth_a_year is None else f", {percent(did.growth_a_year)} a year"
    yield (
        f"The wealth at the end was {money(did.final_wealth)}, LEAPs, hedges and reserves in it: {percent(did.growth)}"
        f"{a_year}. The law counts {money(did.final_equity)} of it as equity."
    )
    yield (
        f"Its worst drawdown was {percent(did.worst_drawdown)}, the mean of its worst weeks {percent(did.tail_week)},"
        f" its Sharpe ratio {figure(did.sharpe)}; {percent(did.deployed)} of the equity was deployed on the average."
    )
    yield (
        f"Holding {SYMBOL} over the same days, dividends reinvested, without costs and taxes:"
        f" {percent(did.held_growth)}, worst drawdown {percent(did.held_drawdown)}."
    )
    yield (
        f"Premium of {money(did.premium)} and {money(did.fees)} of fees; realized {money(did.realized)}, of which"
        f" {money(did.tax_set_aside)} was set aside for taxes."
    )
    yield f"{did.events:,} events in {seconds:.1f} s of the engine's own run."


def _sleeve_cells(row: SleeveLine) -> tuple[str, ...]:
    dollars = (f"{amount:,.0f}" for amount in (row.start, row.final, row.flows, row.realized))
    shares = map(percent, (row.growth, row.growth_a_year, row.worst_drawdown, row.deployed))
    return (name_of(row.account), *dollars, *shares)


def _years(result: Result) -> Iterator[tuple[str, ...]]:
    """The wealth at each year's last close; during a backtest nobody pays anything in or out."""
    whole = [row for row in result.days if row.account == TOTAL]
    before = result.header.capital
    for year in sorted({row.day.year for row in whole}):
        rows = [row for row in whole if row.day.year == year]
        grown = float(rows[-1].wealth / before) - 1 if before else None
        at_work = [row.deployed for row in rows if row.deployed is not None]
        mean = sum(at_work) / len(at_work) if at_work else None
        worst = max(row.drawdown for row in rows)
        yield (str(year), money(rows[-1].wealth), percent(grown), percent(worst), percent(mean))
        before = rows[-1].wealth


def _tax_cells(row: YearTax) -> tuple[str, ...]:
    income = sum((amount for _, amount in row.income), ZERO)
    sums = (row.short_gain, row.long_gain, income, row.reserve.set_aside + row.reserve.released, row.reserve.balance)
    return (str(row.year), *map(money, sums))


def _week_types(weeks: Iterable[WeekKind]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(week.type for week in weeks).items()))


def _defence(result: Result) -> Iterator[str]:
    found = result.defence
    yield f"{found.rolls} rolls, which cost {money(found.rolls_cost)}; refused: {told(found.rolls_refused)}."
    yield f"{found.stops} stops, which realized {money(found.stops_realized)}."


def _resets(result: Result) -> Iterator[str]:
    """How often a person was needed, and what the lab did in his place."""
    if not result.asked:
        yield NONE
        return
    reasons = tuple(sorted(Counter(each.why for each in result.asked).items()))
    yield f"{told(reasons)}; refused {result.figures.resets_refused}, and pressed again."
    yield f"The lab presses reset at {AT:%H:%M} of the next session, and nothing else."


def _clause_cells(row: ClauseLine) -> tuple[str, ...]:
    counts, sums = (row.records, row.orders, row.skips), (row.premium, row.fees, row.realized)
    return (row.clause, *map(str, counts), *map(money, sums))


def data(result: Result, seconds: float) -> dict[str, object]:
    """The same for JSON."""
    header, did = result.header, result.summary
    return {
        "market": header.market, "from": header.first.isoformat(), "to": header.last.isoformat(),
        "capital": None if header.capital is None else number(header.capital), "seed": header.seed,
        "law": header.law, "law_hash": header.law_hash, "seconds": round(seconds, 3),
        "events": result.figures.events, "final_equity": number(result.figures.final_equity),
        "figures": figures_data(result.figures), "sleeves": [_plain(asdict(row)) for row in result.sleeves],
        "weeks": {"types": dict(_week_types(did.weeks)), "by_week": {week.week: week.type for week in did.weeks}},
        "levels": dict(did.levels), "breakers": [{"ts": iso(t.at_ms), "tier": t.tier} for t in did.breakers],
        "defence": {**_plain(asdict(result.defence)), "rolls_refused": dict(result.defence.rolls_refused)},
        "resets": [_asked_data(each) for each in result.asked],
        "skips": dict(did.skips), "abandoned": dict(did.abandoned),
        "taxes": [dict(zip(_tax_keys(), _tax_data(row), strict=True)) for row in result.taxes],
        "clauses": [_plain(asdict(row)) for row in result.clauses],
        "curve": [
            [row.day.isoformat(), number(row.equity), number(row.wealth), rounded(row.drawdown)]
            for row in result.days if row.account == TOTAL
        ],
        "warnings": list(result.warnings),
    }  # fmt: skip


def figures_data(figures: Figures) -> dict[str, object]:
    """The figures by their names: money to the cent, ratios to six decimals, what is not known null."""
    return _plain(asdict(figures))


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: object) -> object:
    if isinstance(value, Decimal):
        return number(value)
    return rounded(value) if isinstance(value, float) else value


def _asked_data(asked: Asked) -> dict[str, object]:
    return {"ts": iso(asked.at_ms), "account": asked.account, "why": asked.why}


def _tax_keys() -> tuple[str, ...]:
    return ("year", "short_term", "long_term", "income", "set_aside", "reserve")


def _tax_data(row: YearTax) -> tuple[object, ...]:
    income = sum((amount for _, amount in row.income), ZERO)
    sums = (row.short_gain, row.long_gain, income, row.reserve.set_aside + row.reserve.released, row.reserve.balance)
    return (row.year, *map(number, sums))
