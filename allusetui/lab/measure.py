"""A trial's result, from its journal alone."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO
from allusetui.lab.curves import Closes, deployed, lines, tail_week
from allusetui.lab.effects import Effects
from allusetui.lab.held import Held
from allusetui.lab.job import Job
from allusetui.lab.result import DayLine, Figures, Header, Result, SleeveLine
from allusetui.law.model import Law
from allusetui.ledger.lots import LotBook, taken_back
from allusetui.ledger.once import Records, once
from allusetui.ledger.tax.year import TaxLedger, tax_ledger
from allusetui.ledger.traces import Closed
from allusetui.reports.marks import TOTAL, series_of
from allusetui.reports.metrics import Day, Performance, performance
from allusetui.reports.summary import Summary, summary
from allusetui.reports.taxes import rules_of


@frozen
class _Told:
    """What a journal tells, each read once."""

    summary: Summary
    effects: Effects
    ledger: TaxLedger
    days: tuple[DayLine, ...]
    wealth: Sequence[Day]
    events: int


def measure(job: Job, records: Records, kept: Held | None = None, warnings: tuple[str, ...] = ()) -> Result:
    """The result of a trial, or of as much of it as there is. Raises LedgerError where the journal is not whole.

    `kept`: what holding would have come to, where the market tells.
    """
    rows, law = list(records), job.under.law
    told = _told(rows, law)
    run = job.scenario.scenario
    header = Header(
        job.scenario.market.kind, run.start.date(), run.end.date(), run.capital, run.seed, job.under.name,
        job.under.hash,
    )  # fmt: skip
    return Result(
        header=header,
        figures=_figures(told, performance(told.wealth, law.reports), kept),
        sleeves=tuple(_sleeves(told, rows, law)),
        days=told.days,
        clauses=told.effects.lines(law),
        asked=tuple(told.effects.asked),
        defence=told.effects.defence(told.summary.rolls_done, told.summary.stops),
        taxes=tuple(told.ledger.year(year) for year in told.ledger.years),
        summary=told.summary,
        warnings=warnings,
    )


def _told(rows: Sequence[tuple[int, int, ev.Event]], law: Law) -> _Told:
    book, effects = LotBook(taken_back(rows)), Effects()
    closes = Closes(book)

    def heard() -> Iterator[tuple[int, int, ev.Event]]:
        for seq, at_ms, event in once(rows):
            effects.note(at_ms, event)
            closes.note(at_ms, event)
            yield seq, at_ms, event

    for fact in book.facts(heard()):
        if isinstance(fact, Closed):
            effects.closed(fact)
    wealth = closes.wealth()
    return _Told(summary(rows), effects, tax_ledger(rows, rules_of(law)), lines(closes, wealth), wealth, len(rows))


def _sleeves(told: _Told, records: Records, law: Law) -> Iterator[SleeveLine]:
    series = series_of(records, date.max)
    for row in told.summary.accounts:
        done = performance(series[row.account].days, law.reports)
        yield SleeveLine(
            row.account, row.type, row.start, row.final, row.flows, row.realized, row.fees, done.ytd, done.cagr,
            done.worst, deployed(told.days, row.account),
        )  # fmt: skip


def _figures(told: _Told, done: Performance, kept: Held | None) -> Figures:
    did, effects = told.summary, told.effects
    equity = [row.equity for row in told.days if row.account == TOTAL]
    return Figures(
        days=(told.wealth[-1].day - told.wealth[0].day).days,
        final_equity=equity[-1] if equity else told.wealth[0].equity,
        final_wealth=told.wealth[-1].equity,
        growth=done.ytd,
        growth_a_year=done.cagr,
        worst_drawdown=done.worst,
        tail_week=tail_week(told.wealth),
        sharpe=done.sharpe,
        held_growth=kept.growth if kept else None,
        held_drawdown=kept.worst_drawdown if kept else None,
        deployed=deployed(told.days, TOTAL),
        premium=effects.premium,
        realized=sum((row.realized for row in did.accounts), ZERO),
        fees=sum((row.fees for row in did.accounts), ZERO),
        entries=effects.entries,
        skips=sum(count for _, count in did.skips),
        rolls=did.rolls_done,
        rolls_refused=did.rolls_refused,
        stops=did.stops,
        assigned=did.assigned,
        called_away=did.called_away,
        resets_asked=len(effects.asked),
        resets_refused=effects.resets_refused,
        taxable=_taxable(told.ledger),
        tax_set_aside=sum((move.amount for move in told.ledger.moves if move.reason != "paid"), ZERO),
        events=told.events,
    )


def _taxable(ledger: TaxLedger) -> Decimal:
    """All gains and income."""
    years = [ledger.year(year) for year in ledger.years]
    return sum((year.gain + sum((amount for _, amount in year.income), ZERO) for year in years), ZERO)
