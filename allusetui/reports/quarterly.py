"""The quarter as a table (11.3): taxes, what was reinvested, hedges and their triggers, the ladder's state."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.law.model import Law
from allusetui.ledger.dated import Dated, dated
from allusetui.ledger.once import Records
from allusetui.reports.income import Income
from allusetui.reports.leaps import LeapsTable, leaps
from allusetui.reports.periods import Span, span_of
from allusetui.reports.taxes import TaxLine, taxes
from allusetui.reports.trades import named


@frozen
class Reinvested:
    """What became of a sleeve's gain of the quarter, dollars."""

    at_ms: int
    account: str
    gain: Decimal
    tax_reserve: Decimal
    contracts: Decimal
    leaps: Decimal


@frozen
class Purchase:
    """What reinvest day bought, or why it did not: shares or LEAPs."""

    at_ms: int
    account: str
    what: str
    quantity: int
    price: Decimal | None
    reason: str | None


@frozen
class HedgeRow:
    """A sleeve's hedges of the quarter (§5), dollars. `budget` and `spent` as the last purchase told them."""

    account: str
    opened: int
    premium: Decimal
    released: int
    profit: Decimal
    skipped: int
    budget: Decimal | None
    spent: Decimal | None


@frozen
class Trigger:
    """A hedge trigger that turned on or off at a close."""

    day: date
    trigger: str
    is_on: bool
    value: Decimal | None


@frozen
class QuarterlyTable:
    """A quarter's report; `income` and `hedges` by account, merged ones too; `last`: its last day that was marked."""

    quarter: str
    last: date | None
    income: tuple[tuple[str, Income], ...]
    reinvested: tuple[Reinvested, ...]
    purchases: tuple[Purchase, ...]
    hedges: tuple[HedgeRow, ...]
    triggers: tuple[Trigger, ...]
    taxes: tuple[TaxLine, ...]
    ladder: LeapsTable


def quarterly(records: Records, quarter: str, law: Law) -> QuarterlyTable:
    """The report of a calendar quarter, `2026-Q1`: its own days, and of the day after it what was reinvested of it."""
    span, told = span_of("quarterly", quarter), list(records)
    rows = list(dated(told))
    during = [row for row in rows if span.holds(row.day)]
    ladder = leaps(told, span)
    income: dict[str, Income] = {}
    for row in during:
        if row.event.account is not None:
            income.setdefault(row.event.account, Income()).book(row)
    reinvested, names = tuple(_reinvested(rows, quarter)), _names(rows, span)
    return QuarterlyTable(
        quarter=quarter,
        last=ladder.last,
        income=tuple((name, income.get(name, Income())) for name in names),
        reinvested=reinvested,
        purchases=tuple(_purchases(rows, {(row.account, day_of(row.at_ms)) for row in reinvested})),
        hedges=tuple(_hedges(during, names)),
        triggers=tuple(_triggers(during)),
        taxes=taxes(told, span, law),
        ladder=ladder,
    )


def _names(rows: Iterable[Dated], span: Span) -> tuple[str, ...]:
    """The accounts that there were on any day of the quarter, in the order they were made."""
    found: dict[str, None] = {}
    for row in rows:
        match row.event:
            case ev.AccountProvisioned(account=str() as name) if row.day <= span.last:
                found[name] = None
            case ev.AccountMerged() as merged if row.day < span.first:
                found.pop(merged.from_, None)
            case _:
                pass
    return tuple(found)


def _reinvested(rows: Iterable[Dated], quarter: str) -> Iterator[Reinvested]:
    for row in rows:
        event = row.event
        if isinstance(event, ev.ReinvestDone) and event.quarter == quarter and event.account is not None:
            yield Reinvested(row.at_ms, event.account, event.gain, event.tax_reserve, event.contracts, event.leaps)


def _purchases(rows: Iterable[Dated], booked: set[tuple[str, date]]) -> Iterator[Purchase]:
    """What an account bought out of its reinvestment on the day on which that was booked."""
    for row in rows:
        event = row.event
        if event.account is None or (event.account, row.told) not in booked:
            continue
        match event:
            case ev.ReinvestPlanned():
                what = event.symbol or "shares"
                yield Purchase(row.at_ms, event.account, what, event.quantity, event.price, event.reason)
            case ev.LeapOpened():
                yield Purchase(
                    row.at_ms, event.account, named(event.contract), event.quantity, event.price, event.deviation
                )
            case ev.LeapsPlanned(reason=str() as reason, purchases=(), rolls=None):
                yield Purchase(row.at_ms, event.account, "LEAPs", 0, None, reason)
            case _:
                pass


def _hedges(during: Iterable[Dated], names: tuple[str, ...]) -> Iterator[HedgeRow]:
    told = list(during)
    for name in names:
        events = [row.event for row in told if row.event.account == name]
        opened = [e for e in events if isinstance(e, ev.HedgeOpened)]
        released = [e for e in events if isinstance(e, ev.HedgeReleased)]
        yield HedgeRow(
            name, sum(e.quantity for e in opened), sum((e.premium for e in opened), ZERO),
            sum(e.quantity for e in released), sum((e.profit for e in released), ZERO),
            sum(isinstance(e, ev.HedgeSkipped) for e in events),
            opened[-1].budget if opened else None, opened[-1].spent if opened else None,
        )  # fmt: skip


def _triggers(during: Iterable[Dated]) -> Iterator[Trigger]:
    for row in during:
        if isinstance(row.event, ev.TriggerOn | ev.TriggerOff):
            yield Trigger(row.event.day, row.event.trigger, isinstance(row.event, ev.TriggerOn), row.event.value)
