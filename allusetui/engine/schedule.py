"""When the engine next wants to be asked, and what of a week it has missed. Pure: calendar and clock."""

import numpy as np
from numpy.typing import NDArray

from allusetui.domain import event as ev
from allusetui.domain.calendar import Session
from allusetui.domain.contract import Option, Side
from allusetui.domain.event import Event
from allusetui.domain.moment import SECOND_MS, day_of
from allusetui.engine import advice, ladder
from allusetui.engine.appointments import appointment, expires
from allusetui.engine.desk import Desk
from allusetui.engine.entries import owes_a_look
from allusetui.engine.forks import owes_a_sale
from allusetui.engine.since import Since
from allusetui.rules.cadence import expiry_clock, next_grid, period_s
from allusetui.rules.reinvest import may_buy
from allusetui.rules.relook import relooks
from allusetui.rules.situation import clause
from allusetui.rules.triggers import is_due
from allusetui.rules.watch import Watch

_LOOKED_AT = (
    ev.AtrFixed, ev.EntryPlanned, ev.EntrySkipped, ev.StateChanged, ev.OrderIntended, ev.IntentSplit, ev.OrderSent,
    ev.CancelRequested, ev.OrderCancelled, ev.OrderReplaced, ev.LotClosed, ev.LevelChanged, ev.RollPrepared,
    ev.CallHeld, ev.AssignmentPrepared,
)  # fmt: skip


@clause("S.3")
def wake_at(desk: Desk) -> int:
    """The next instant at which something may have to be decided without any news."""
    session, times = desk.open_session, [appointment(desk)]
    if session is not None:
        closing = [desk.law.cadence.closing_look_s] if _is_closing(desk, session) else []
        times += [next_grid(session, period, desk.now_ms) for period in (*_levels(desk), *closing)]
    return min(times)


@clause("0.12")
def watch(desk: Desk) -> Watch | None:
    """The looks before the next appointment, where only the market can give something to decide at them."""
    session = desk.open_session
    if session is None or not _is_quiet(desk):
        return None
    until_ms = appointment(desk, told=True)
    ladder_ms = desk.clock(desk.law.ladder.looks_at)
    grids = [_grid(desk, session, period, until_ms) for period in _levels(desk)]
    if _is_closing(desk, session):
        ends_ms = min(until_ms, expiry_clock(desk.law.cadence, session).looks.closes_ms)
        grids.append(_grid(desk, session, desk.law.cadence.closing_look_s, ends_ms))
    if desk.now_ms < ladder_ms < until_ms:
        grids.append(np.array([ladder_ms], dtype=np.int64))
    times = grids[0] if len(grids) == 1 else np.unique(np.concatenate(grids))
    if not len(times):
        return None
    held = dict.fromkeys(c for account in desk.trading() for c in account.lots)
    again = [relooks(desk, account) for account in desk.trading()]
    strips = tuple(dict.fromkeys(each.listed for found, _ in again for each in found))
    entered = [*(symbol for symbol, _, _ in strips), *sorted(set().union(*(unknown for _, unknown in again)))]
    symbols = tuple(dict.fromkeys([*(c.symbol for c in held), *entered]))
    return Watch(until_ms, times, symbols, tuple(c for c in held if isinstance(c, Option)), strips)


def _grid(desk: Desk, session: Session, period: int, until_ms: int) -> NDArray[np.int64]:
    return np.arange(next_grid(session, period, desk.now_ms), until_ms, period * SECOND_MS, dtype=np.int64)


def _levels(desk: Desk) -> set[int]:
    """The grids, s, of the looks at level 0 and at the levels that there are."""
    levels = {p.level for a in desk.trading() for option, p in a.positions.items() if option.is_put}
    return {period_s(desk.law.monitoring, level) for level in {0, *levels}}


def _is_closing(desk: Desk, session: Session) -> bool:
    """Whether what expires this afternoon is looked at on a grid of its own."""
    return expiry_clock(desk.law.cadence, session).looks.holds(desk.now_ms) and expires(desk, session)


@clause("0.12")
def leaves_calm(event: Event) -> bool:
    """Whether what it changes is looked at on the spot, or told ahead: ranges, levels, options that are traded.

    A call that was sold is looked at for its last day and for reports.
    """
    match event:
        case ev.OrderFilled(contract=Option(is_put=True)) | ev.OrderFilled(contract=Option(), side=Side.BUY):
            return True
        case _:
            return isinstance(event, _LOOKED_AT)


def _is_quiet(desk: Desk) -> bool:
    """Whether nothing works and nothing is awaited, and no position is at a level that asks for more at each look."""
    known = desk.volatile
    awaited = (
        known.scans, known.rolls_awaited, known.coverage_awaited, known.bars_asked, known.resuming, known.auditing,
        known.hedges_awaited, known.judging, known.leap_scans, known.leap_looks,
    )  # fmt: skip
    doubted = (known.buffered, known.fall_looks, known.jumps, known.told_invalid, known.told_stale)
    positions = (position for account in desk.trading() for position in account.positions.values())
    defended = (p.level >= desk.law.protocol.freeze_level or p.level_from_buffer for p in positions)
    return (
        known.calm
        and not known.positions_wanted
        and known.orders_asked.until_ms is None
        and known.positions_asked.until_ms is None
        and not desk.state.intents
        and not desk.state.vix_stale
        and not any(awaited)
        and not any(doubted)
        and not any(defended)
        and not owes_a_look(desk)
        and not any(may_buy(desk, a) for a in desk.trading() if a.purchase_due)
        and not owes_a_sale(desk)
        and not ladder.owes_a_purchase(desk)
        and not advice.owes_a_question(desk)
        and not any(is_due(desk, a) for a in desk.trading())
    )


def missed_close(desk: Desk, since: Since) -> bool:
    """Whether a close before today has passed unseen since the last look."""
    return day_of(since.after_ms) != desk.today and since.passed(desk.calendar.before(desk.today).close_ms)


def missed_cut(desk: Desk, since: Since) -> Session | None:
    """The last week's end, before today, of which the report cut has passed unseen since the last look."""
    if day_of(since.after_ms) == desk.today:
        return None
    ended = desk.calendar.before(desk.today)
    while not desk.calendar.ends_week(ended.day):
        ended = desk.calendar.before(ended.day)
    return ended if since.passed(expiry_clock(desk.law.cadence, ended).report_cut_ms) else None


def is_closing_time(desk: Desk, session: Session) -> bool:
    """Whether the week's last afternoon has begun (§9)."""
    opens_ms = expiry_clock(desk.law.cadence, session).looks.opens_ms
    return desk.calendar.ends_week(session.day) and opens_ms <= desk.now_ms < session.close_ms
