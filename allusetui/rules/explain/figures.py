"""What the panes show of an account, a position or an order."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import time
from decimal import Decimal

from allusetui.domain.account import Account, Status
from allusetui.domain.calendar import Calendar, Session
from allusetui.domain.contract import Contract, Option, Stock
from allusetui.domain.frozen import frozen
from allusetui.domain.lot import average_price
from allusetui.domain.moment import SECOND_MS, at_clock
from allusetui.domain.money import ZERO
from allusetui.domain.order import Intent
from allusetui.domain.quote import Quote
from allusetui.domain.snapshot import Snapshot
from allusetui.law.model import Law
from allusetui.rules import breakers, cadence, price_walk, sizing, valuation
from allusetui.rules.situation import Situation


@frozen
class Step:
    """What an account does next: `enter` or `expiry` at the instant, ms, or `entering` until it."""

    at_ms: int
    what: str


@frozen
class SleeveFigures:
    """An account in dollars and in shares of its equity; None where there is no equity to share.

    `age_s`: of the oldest quote that the equity is made of, infinite where one is missing. `ceiling` is what the
    tightest cap, the clause `cap`, lets be deployed. `delta` in shares of all underlyings, None where a quote is
    missing. `levels`: level → short puts at it. `premium_usd`: of options, since the last report cut, net.
    """

    equity: Decimal
    age_s: float
    day: Decimal | None
    week: Decimal | None
    premium_usd: Decimal
    deployed: Decimal | None
    ceiling: Decimal
    cap: str
    drawdown: Decimal | None
    drawdown_limit: Decimal
    delta: float | None
    levels: Mapping[int, int]
    next: Step | None


@frozen
class PositionFigures:
    """An option held. Prices in dollars a share; ages in seconds, infinite for no quote.

    `breach` in ATRs past the strike, negative before it; of the last valid spot. `next_look_ms`: None where nobody
    looks. `profit_ask`: at which ask a short call is bought back.
    """

    account: Account
    option: Option
    quantity: int
    spot: Decimal | None
    spot_age_s: float
    breach: Decimal | None
    level: int
    credit: Decimal
    now: Decimal | None
    now_age_s: float
    next_look_ms: int | None
    profit_ask: Decimal


@frozen
class OrderFigures:
    """An intent at work. `mid` and `cap` in dollars a share, a roll's net; None where no quote tells them."""

    intent: Intent
    mid: Decimal | None
    cap: Decimal | None
    age_s: float | None


def situation_of(law: Law, calendar: Calendar, snapshot: Snapshot) -> Situation:
    """What a rule would see at the instant of a snapshot."""
    return Situation(law, calendar, snapshot.state, snapshot.volatile, snapshot.now_ms)


def is_stale(s: Situation, age_s: float) -> bool:
    """Whether a value is too old to decide on; while the market is shut only one that is missing is."""
    return age_s == float("inf") or (s.open_session is not None and age_s > s.law.data.stale_s)


def sleeve(s: Situation, account: Account) -> SleeveFigures:
    """An account as it stands now."""
    room = sizing.room(s, account)
    ages = [s.age_s(_quote(s, contract)) for contract in account.lots]
    day, week = room.equity - account.last_equity, room.equity - account.week_equity
    ceiling, cap = _ceiling(s, account, room)
    mark = account.high_water
    return SleeveFigures(
        equity=room.equity,
        age_s=max(ages, default=0.0),
        day=_share(day, account.last_equity),
        week=_share(week, account.week_equity),
        premium_usd=account.week_premium,
        deployed=_share(room.exposure, room.equity),
        ceiling=ceiling,
        cap=cap,
        drawdown=_share(max(mark - room.equity, ZERO), mark),
        drawdown_limit=1 - s.law.pivot.drawdown_floor,
        delta=valuation.portfolio_delta(s, account),
        levels=Counter(position.level for option, position in account.positions.items() if option.is_put),
        next=_next_step(s, account),
    )


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole > 0 else None


def _ceiling(s: Situation, account: Account, room: sizing.Room) -> tuple[Decimal, str]:
    """The share of the equity that may be deployed, and the clause that keeps it there."""
    deployed = _share(room.exposure, room.equity)
    if account.over_margin or room.margin_left <= 0:
        return deployed or ZERO, "0.10"
    issuers = {s.issuer(symbol) for symbol in s.universe(account)} | set(room.held)
    whole = s.law.sizing.ceiling * (s.law.breakers.deployment_factor if room.hedged else 1)
    by_symbol = len(issuers) * (_share(room.target, room.equity) or room.cap_share)
    return (by_symbol, "0.3") if by_symbol < whole else (whole, "6.12" if room.hedged else "0.2")


def _next_step(s: Situation, account: Account) -> Step | None:
    """The next entry window of the account, or the afternoon of an expiry of its own; whichever comes first."""
    steps = [] if not account.trading else [*_expiries(s, account), *_windows(s, account)]
    return min(steps, key=lambda step: step.at_ms, default=None)


def _windows(s: Situation, account: Account) -> Iterator[Step]:
    for window in cadence.windows_of(account):
        span = next_window(s, window) if s.symbols_in(account, window) else None
        if span is not None:
            inside = span.holds(s.now_ms)
            yield Step(span.closes_ms if inside else span.opens_ms, "entering" if inside else "enter")


def next_window(s: Situation, kind: str) -> cadence.Span | None:
    """The entry window of a kind of sleeve that is open or comes next, of this week or the two after it."""
    for session in _sessions(s):
        span = cadence.entry_window(s.calendar, s.law.cadence, kind, session)
        if span is not None and span.closes_ms > s.now_ms:
            return span
    return None


def _sessions(s: Situation) -> Iterator[Session]:
    """Today's session and those after it, of fifteen at most; fewer at the calendar's end."""
    try:
        session = s.calendar.from_day(s.today)
        for _ in range(15):
            yield session
            session = s.calendar.after(session.day)
    except LookupError:
        return


def _expiries(s: Situation, account: Account) -> Iterator[Step]:
    for option in account.positions:
        session = s.calendar.on(option.expiry)
        if session is None or session.close_ms <= s.now_ms:
            continue
        opens_ms = cadence.expiry_clock(s.law.cadence, session).looks.opens_ms
        yield Step(max(opens_ms, cadence.next_grid(session, s.law.cadence.closing_look_s, s.now_ms)), "expiry")


def next_session(s: Situation) -> Session | None:
    """The session that is open or opens next."""
    return next((session for session in _sessions(s) if session.close_ms > s.now_ms), None)


def next_at(s: Situation, clock: time) -> int | None:
    """The instant of a clock time on the first session on which it is yet to come; None at the calendar's end."""
    times = (at_clock(session.day, clock) for session in _sessions(s))
    return next((at_ms for at_ms in times if at_ms > s.now_ms), None)


def position(s: Situation, account: Account, option: Option) -> PositionFigures:
    """An option that the account holds."""
    spot, quote, atr = s.quote(option.symbol), s.volatile.option_quotes.get(option), s.state.atr.get(option.symbol)
    known = account.positions.get(option)
    credit = average_price(account.lots.get(option, ()))
    return PositionFigures(
        account=account,
        option=option,
        quantity=account.quantity(option),
        spot=spot.mid if spot else None,
        spot_age_s=s.age_s(spot),
        breach=-option.otm_distance(spot.mid) / atr.value if spot and atr and atr.value else None,
        level=known.level if known else 0,
        credit=credit,
        now=quote.mid if quote else None,
        now_age_s=s.age_s(quote),
        next_look_ms=_next_look_ms(s, account, option),
        profit_ask=s.law.covered_call.profit_ask * credit,
    )


def positions(s: Situation) -> list[PositionFigures]:
    """Every option held, the riskiest first: by level, short puts before the others, by breach, unknown as worst."""
    found = [
        position(s, account, contract)
        for account in s.state.accounts.values()
        for contract in account.lots
        if isinstance(contract, Option)
    ]
    return sorted(found, key=_risk, reverse=True)


def _risk(p: PositionFigures) -> tuple[int, bool, bool, Decimal]:
    return p.level, p.option.is_put and p.quantity < 0, p.breach is None, p.breach or ZERO


def _next_look_ms(s: Situation, account: Account, option: Option) -> int | None:
    known, session = account.positions.get(option), next_session(s)
    if known is None or session is None or not account.trading or account.status is Status.EMERGENCY:
        return None
    level = known.level if option.is_put else 0
    return cadence.next_grid(session, cadence.period_s(s.law.monitoring, level), s.now_ms)


def order(s: Situation, intent: Intent) -> OrderFigures:
    """An intent as it is worked."""
    quote, age_s = _quote(s, intent.contract), None
    if intent.order is not None:
        age_s = max(s.now_ms - intent.order.sent_ms, 0) / SECOND_MS
    mid = quote.mid if quote else None
    if intent.candidate is not None:
        sold = s.volatile.option_quotes.get(intent.candidate)
        mid = quote.mid - sold.mid if quote and sold else None
    cap = price_walk.limit_at(s, intent, s.law.walk.steps) if isinstance(intent.contract, Option) else None
    return OrderFigures(intent, mid, cap, age_s)


def _quote(s: Situation, contract: Contract) -> Quote | None:
    return s.quote(contract.symbol) if isinstance(contract, Stock) else s.volatile.option_quotes.get(contract)


def tier(s: Situation) -> str | None:
    """The highest VIX tier that is tripped."""
    return next((t for t in reversed(breakers.TIERS) if t in s.state.breakers), None)


def resettable(s: Situation, tier_name: str) -> bool:
    """Whether the VIX lets a reset end the tier."""
    return breakers.may_reset(s, tier_name)
