"""5.3–5.6: what turns a hedge on at a session's close, and what releases one."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from allusetui.domain.account import Account
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.lot import average_price
from allusetui.domain.moment import quarter_of
from allusetui.domain.money import to_price
from allusetui.domain.order import Purpose
from allusetui.domain.quote import Breadth, Quote
from allusetui.domain.volatile import Judging
from allusetui.law.model import Hedging
from allusetui.rules.hedging import is_near_its_end
from allusetui.rules.latches import may_begin, may_leave
from allusetui.rules.situation import VIX, Situation, clause

INDEX = "SPX"
CLAUSE_OF = {"vix": "5.3", "drawdown": "5.4", "breadth": "5.5"}


@frozen
class Verdict:
    """What a close says of one trigger: whether it holds, None where it leaves things as they are; its value."""

    holds: bool | None
    value: Decimal | None


@frozen
class Closes:
    """Closes up to a judged session's, ascending, of as many sessions as are known."""

    day: date
    vix: tuple[Decimal, ...]
    index: tuple[Decimal, ...]
    breadth: Breadth | None


def closes_of(s: Situation, judging: Judging, day: date) -> Closes:
    """The closes up to a session's that bars and last quotes give."""
    law = s.law.hedging
    vix = _closes(s, judging, VIX, day, law.vix_sessions)
    index = _closes(s, judging, INDEX, day, law.index_high_sessions)
    return Closes(day, vix, index, s.volatile.breadth)


def _closes(s: Situation, judging: Judging, symbol: str, day: date, sessions: int) -> tuple[Decimal, ...]:
    """Those of the last bars, as many as count, and of a session that has just closed its last quote; none where the
    day's is not known.
    """
    own = judging.closes.get(symbol) if day == judging.day else None
    last = day if own is None else s.calendar.before(day).day
    known = judging.bars[symbol]
    end = bisect_right(known, last, key=lambda bar: bar.day)
    bars = known[max(end - sessions, 0) : end]
    found = tuple(_exact(bar.close) for bar in bars) if bars and bars[-1].day == last else ()
    return found if own is None else (*found, own)


@lru_cache(maxsize=1024)
def _exact(close: float) -> Decimal:
    return to_price(close)


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
    if not closes:
        return Verdict(None, None)
    whole = closes_in_a_row(closes, law) >= law.vix_sessions
    return Verdict(is_above(closes[-1], law) if whole else None, closes[-1])


def closes_in_a_row(closes: Sequence[Decimal], law: Hedging) -> int:
    """How many of the last closes of the VIX lie on the same side of 30, of as many as turn the trigger."""
    last = list(reversed(closes[-law.vix_sessions :]))
    return next((n for n, close in enumerate(last) if is_above(close, law) != is_above(last[0], law)), len(last))


def is_above(close: Decimal, law: Hedging) -> bool:
    """Whether a close of the VIX is above 30."""
    return close > law.vix_above


@clause("5.4")
def by_drawdown(closes: Sequence[Decimal], law: Hedging) -> Verdict:
    """On while the index closes 20 % or more below its highest close of a year of sessions."""
    if not closes:
        return Verdict(None, None)
    high = highest(closes, law)
    return Verdict(closes[-1] <= (1 - law.index_drawdown) * high, lost(closes[-1], high))


def lost(close: Decimal, high: Decimal) -> Decimal:
    """The share of its highest close that the index has lost."""
    return to_price(1 - close / high)


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
    return breadth if breadth is not None and is_recent(s, breadth, closes.day) else None


def is_recent(s: Situation, breadth: Breadth, day: date) -> bool:
    """Whether the breadth is of session `day` or of one of the five before it."""
    return sessions_since(s, breadth.day, day) <= s.law.hedging.breadth_age_sessions


def sessions_since(s: Situation, day: date, last: date) -> int:
    """The sessions after `day`, its own not counted, up to `last`."""
    return s.calendar.count(day, last) - 1


@clause("5.6", "17.5")
def profit_is_due(account: Account, option: Option, quote: Quote, law: Hedging) -> bool:
    """Whether the bid is at three times the average cost."""
    return quote.bid > 0 and quote.bid >= profit_bid(account, option, law)


def profit_bid(account: Account, option: Option, law: Hedging) -> Decimal:
    """The bid at which a hedge is sold, dollars a share."""
    return law.release_multiple * average_price(account.lots[option])


@clause("5.6", "17.5")
def has_reverted(s: Situation, account: Account, option: Option, day: date) -> bool:
    """Whether the close before session `day`, and the levels of now, leave the hedge without a reason to be kept."""
    return is_judged(s, day) and is_calm(s) and is_quiet(s, account) and is_old(s, account, option)


def is_judged(s: Situation, day: date) -> bool:
    """Whether the close of the session before `day` is the last one that was judged."""
    return s.state.triggers.judged == s.calendar.before(day).day


@clause("5.6")
def is_calm(s: Situation) -> bool:
    """Whether the last judged close has left no trigger on, and the VIX low for as long as turns its trigger on."""
    return not s.state.triggers.on and s.state.triggers.calm


@clause("5.6")
def is_quiet(s: Situation, account: Account) -> bool:
    """Whether no position of the account is at level 2 or 3 now, nor was at the last judged close."""
    level = max((position.level for position in account.positions.values()), default=0)
    return account.name not in s.state.triggers.level2 and level < s.law.hedging.release_below_level


@clause("5.6")
def is_old(s: Situation, account: Account, option: Option) -> bool:
    """Whether enough sessions lie between the hedge's last purchase and the last judged close."""
    return age_sessions(s, account, option) >= s.law.hedging.release_age_sessions


def age_sessions(s: Situation, account: Account, option: Option) -> int:
    """Sessions since the hedge's last purchase, its own day not counted, at the last judged close."""
    return sessions_since(s, max(lot.opened for lot in account.lots[option]), s.state.triggers.judged)


@clause("5.2")
def ends_soon(s: Situation, option: Option) -> bool:
    """Whether it is a VIX call with a month or less to live."""
    return option.symbol == s.law.hedging.call_symbol and is_near_its_end(s, option.expiry)


@clause("5.3", "5.4", "5.5")
def is_due(s: Situation, account: Account) -> bool:
    """Whether the account has to answer a trigger that turned on at the last close."""
    return answer_day(s) == s.today and obstacle(s, account, s.today) is None


def answer_day(s: Situation) -> date | None:
    """The session on which the triggers are answered: the one after one last turned on; None without."""
    found = s.state.triggers
    return s.calendar.after(found.turned).day if found.on else None


@clause("5.3", "5.4", "5.5", "2.7")
def obstacle(s: Situation, account: Account, day: date) -> str | None:
    """Why the account buys nothing for a trigger on a day: it has answered that day, this episode, or this quarter.

    One that runs off buys nothing more (2.7).
    """
    log = account.hedges
    answered = {
        "run_off": account.run_off_on is not None,
        "skipped": log.decided_on == day,
        "episode": log.episode == s.state.triggers.episode,
        "quarter": log.quarter == quarter_of(day),
    }
    return next((reason for reason, so in answered.items() if so), None)


@clause("5.3", "5.4", "5.5", "9.1")
def owes(s: Situation, account: Account) -> bool:
    """Whether the account still has to buy, today from 10:00 on, what a trigger asks for, and is able to."""
    return s.now_ms >= s.clock(s.law.hedging.buys_at) and is_due(s, account) and is_able(s, account)


def is_able(s: Situation, account: Account) -> bool:
    """Whether a trigger's hedge may be bought: a cycle may be opened, and nothing holds back what invests."""
    return may_begin(s, account) and may_leave(account, Purpose.HEDGE, defends=False)


def clauses_on(s: Situation) -> tuple[str, ...]:
    """The clauses of the triggers that are on."""
    return tuple(clause_id for name, clause_id in CLAUSE_OF.items() if name in s.state.triggers.on)
