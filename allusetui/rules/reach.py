"""What of a symbol's chain the decisions that wait for it are going to look at.

A feed that has to ask for each contract asks for this and no more; what else a chain lists stays unlooked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from allusetui.domain.contract import Right
from allusetui.domain.quote import Sought
from allusetui.law.model import Band
from allusetui.rules import covered_call, hedging, leap_purchase, protocol
from allusetui.rules.cadence import CALLS, entry_window
from allusetui.rules.entry import put_dte, put_rule
from allusetui.rules.selection import StrikeRule, choose_expiry
from allusetui.rules.situation import Situation, clause
from allusetui.rules.suggestion import terms_of


def reach(s: Situation, symbol: str, listed: Sequence[date]) -> tuple[Sought, ...]:
    """The parts of the symbol's chain, of which `listed` are the expiries, that something waits for now."""
    found = (*_of_entries(s, symbol, listed), *_of_rolls(s, symbol, listed), *_of_hedges(s, symbol, listed),
             *_of_ladder(s, symbol, listed))  # fmt: skip
    thin = _thin(s)
    return tuple(dict.fromkeys(replace(each, volume_below=thin) for each in found))


@clause("8.1")
def _thin(s: Situation) -> int:
    """From how many contracts on today's volume is enough by itself, while the previous session's may stand for it."""
    previous_counts = s.now_ms < s.clock(s.law.cadence.previous_volume_until)
    return s.law.liquidity.volume if previous_counts else 0


@clause("1.1", "2.2", "3.2", "4.1")
def ahead(s: Situation, symbol: str, listed: Sequence[date]) -> tuple[Sought, ...]:
    """What the entries of the session may look at, whether or not something waits for it yet."""
    return tuple(dict.fromkeys(_of_session(s, symbol, listed)))


def _of_session(s: Situation, symbol: str, listed: Sequence[date]) -> Iterator[Sought]:
    for account in s.trading():
        kind, session = account.type.value, s.session
        has_window = session is not None and entry_window(s.calendar, s.law.cadence, kind, session) is not None
        if has_window and symbol in s.universe(account):
            yield from _entry(s, listed, Right.PUT, put_rule(s, account), *put_dte(s, account))
        if covered_call.lots_of(s, account, symbol):
            rule, _ = covered_call.strike_rule(s, account, symbol)
            yield from _entry(s, listed, Right.CALL, rule, covered_call.call_dte(s, account))


@clause("2.2", "3.2", "4.1")
def _of_entries(s: Situation, symbol: str, listed: Sequence[date]) -> Iterator[Sought]:
    for scan in s.volatile.scans.values():
        if symbol not in scan.awaited:
            continue
        account = s.state.accounts[scan.account]
        if scan.window == account.type.value:
            yield from _entry(s, listed, Right.PUT, put_rule(s, account), *put_dte(s, account))
        if scan.window == CALLS and covered_call.lots_of(s, account, symbol):
            rule, _ = covered_call.strike_rule(s, account, symbol)
            yield from _entry(s, listed, Right.CALL, rule, covered_call.call_dte(s, account))


def _entry(
    s: Situation, listed: Sequence[date], right: Right, rule: StrikeRule, dte: Band[int], longest: bool = False
) -> Iterator[Sought]:
    chosen = choose_expiry(listed, s.today, dte, s.calendar, s.law.entry.dte_outside, longest)
    if chosen is not None:
        yield Sought(chosen[0], right, (rule.band.low - rule.outside, rule.band.high))


@clause("6.10")
def _of_rolls(s: Situation, symbol: str, listed: Sequence[date]) -> Iterator[Sought]:
    for name, option in sorted(s.volatile.rolls_awaited):
        if option.symbol == symbol:
            rule = put_rule(s, s.state.accounts[name])
            for expiry in protocol.roll_expiries(s, option, listed):
                yield Sought(expiry, option.right, (rule.band.low - rule.outside, rule.band.high))


@clause("5.2")
def _of_hedges(s: Situation, symbol: str, listed: Sequence[date]) -> Iterator[Sought]:
    law, spot = s.law.hedging, s.quote(symbol)
    if not s.volatile.hedges_awaited or symbol not in law.symbols or spot is None:
        return
    if symbol != law.call_symbol:
        yield from _hedge_puts(s, symbol, listed)
    elif (month := hedging.call_month(s, listed)) is not None:
        yield Sought(month, Right.CALL, near=law.call_moneyness * spot.mid)


def _hedge_puts(s: Situation, symbol: str, listed: Sequence[date]) -> Iterator[Sought]:
    """Every month of the band: rungs that are full pass a purchase on."""
    spot = s.quote(symbol)
    if spot is not None:
        for month in hedging.put_months(s, listed):
            yield Sought(month, Right.PUT, near=s.law.hedging.put_moneyness_aim * spot.mid)


@clause("17.1", "17.4", "17.6")
def _of_ladder(s: Situation, symbol: str, listed: Sequence[date]) -> Iterator[Sought]:
    waiting = [scan.account for scan in s.volatile.leap_scans.values() if symbol in scan.awaited]
    if not waiting:
        return
    if symbol in s.law.hedging.put_symbols:
        yield from _hedge_puts(s, symbol, listed)
    else:
        band = s.law.ladder.call_delta
        aims = dict.fromkeys(terms_of(s, s.state.accounts[name]).delta_aim for name in waiting)
        for month in leap_purchase.growth_months(s, listed):
            for aim in aims:
                yield Sought(month, Right.CALL, (band.low, band.high), aim=aim)
