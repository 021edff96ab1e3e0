"""5.3–5.6: what turns a hedge on at a session's close, and what releases one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.contract import Option
from allusetui.domain.lot import average_price
from allusetui.domain.moment import quarter_of
from allusetui.domain.money import to_price
from allusetui.domain.quote import Bar, Breadth, Quote
from allusetui.domain.state import Judging
from allusetui.law.model import Hedging
from allusetui.rules.hedging import is_near_its_end
from allusetui.rules.situation import VIX, Situation, clause

INDEX = "SPX"
CLAUSE_OF = {"vix": "5.3", "drawdown": "5.4", "breadth": "5.5"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a close says of one trigger: whether it holds, None where it leaves things as they are; its value."""

    holds: bool | None
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Closes:
    """Closes up to a judged session's, ascending, of as many sessions as are known."""

    day: date
    vix: tuple[Decimal, ...]
    index: tuple[Decimal, ...]
    breadth: Breadth | None


def closes_of(s: Situation, judging: Judging, day: date) -> Closes:
    """The closes up to a session's that bars and last quotes give."""
    return Closes(day, _closes(s, judging, VIX, day), _closes(s, judging, INDEX, day), s.volatile.breadth)


def _closes(s: Situation, judging: Judging, symbol: str, day: date) -> tuple[Decimal, ...]:
    """Those of the bars, and of a session that has just closed its last quote; none where the day's is not known."""
    own = judging.closes.get(symbol) if day == judging.day else None
    last = day if own is None else s.calendar.before(day).day
    bars: Sequence[Bar] = [bar for bar in judging.bars[symbol] if bar.day <= last]
    found = tuple(to_price(bar.close) for bar in bars) if bars and bars[-1].day == last else ()
    return found if own is None else (*found, own)


def verdicts(s: Situation, closes: Closes) -> dict[str, Verdict]:
    """Trigger → what the close says of it."""
    law = s.law.hedging
    return {
        "vix": by_vix(closes.vix, law),
        "drawdown": by_drawdown(closes.index, law),
        "breadth": by_breadth(s, closes),
    }


@clause("5.3", "5.6")
def by_vix(closes: Sequence[Decimal], law: Hedging) -> Verdict:
    """On once the VIX has closed above 30 on five sessions in a row, off once it has not on five in a row."""
    last = closes[-law.vix_sessions :]
    value = last[-1] if last else None
    if len(last) < law.vix_sessions:
        return Verdict(None, value)
    above = {close > law.vix_above for close in last}
    return Verdict(None if len(above) > 1 else above.pop(), value)


@clause("5.4")
def by_drawdown(closes: Sequence[Decimal], law: Hedging) -> Verdict:
    """On while the index closes 20 % or more below its highest close of a year of sessions."""
    if not closes:
        return Verdict(None, None)
    high = highest(closes, law)
    return Verdict(closes[-1] <= (1 - law.index_drawdown) * high, to_price(1 - closes[-1] / high))


def highest(closes: Sequence[Decimal], law: Hedging) -> Decimal:
    """The highest close of a year of sessions."""
    return max(closes[-law.index_high_sessions :])


@clause("5.5")
def by_breadth(s: Situation, closes: Closes) -> Verdict:
    """On while less than 20 % of the stocks are above their average; a value that is too old holds nothing."""
    known = known_breadth(s, closes)
    if known is None:
        return Verdict(False, None)
    return Verdict(known.value < s.law.hedging.breadth_below_pct, known.value)


def known_breadth(s: Situation, closes: Closes) -> Breadth | None:
    """The breadth, where it is of the judged session or of one of the five before it."""
    breadth = closes.breadth
    if breadth is None or s.calendar.count(breadth.day, closes.day) - 1 > s.law.hedging.breadth_age_sessions:
        return None
    return breadth


@clause("5.6", "17.5")
def profit_is_due(account: Account, option: Option, quote: Quote, law: Hedging) -> bool:
    """Whether the bid is at three times the average cost."""
    cost = average_price(account.lots[option])
    return quote.bid > 0 and quote.bid >= law.release_multiple * cost


@clause("5.6", "17.5")
def has_reverted(s: Situation, account: Account, option: Option) -> bool:
    """Whether the last close, and the levels of now, leave the hedge without a reason, and it is old enough to go."""
    found, law = s.state.triggers, s.law.hedging
    if found.on or not found.calm or found.judged != s.calendar.before(s.today).day:
        return False
    level = max((position.level for position in account.positions.values()), default=0)
    if account.name in found.level2 or level >= law.release_below_level:
        return False
    bought = max(lot.opened for lot in account.lots[option])
    return s.calendar.count(bought, found.judged) - 1 >= law.release_age_sessions


@clause("5.2")
def ends_soon(s: Situation, option: Option) -> bool:
    """Whether it is a VIX call with a month or less to live."""
    return option.symbol == s.law.hedging.call_symbol and is_near_its_end(s, option.expiry)


@clause("5.3", "5.4", "5.5")
def is_due(s: Situation, account: Account) -> bool:
    """Whether the account has to answer a trigger that turned on at the last close: once an episode and quarter.

    One that runs off buys nothing more (2.7).
    """
    found, log = s.state.triggers, account.hedges
    if not found.on or s.calendar.after(found.turned).day != s.today or account.run_off_on is not None:
        return False
    return log.decided_on != s.today and log.episode != found.episode and log.quarter != quarter_of(s.today)


def clauses_on(s: Situation) -> tuple[str, ...]:
    """The clauses of the triggers that are on."""
    return tuple(clause_id for name, clause_id in CLAUSE_OF.items() if name in s.state.triggers.on)
