"""1.1–1.3: whether the next looks at what an entry window has refused could come to anything else.

A symbol whose contract was too thin or too dear is looked at again on the grid until its window ends. Where a feed
tells what the contracts will ask, the looks that would only find the same again are known beforehand.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from allusetui.domain.account import Account, AccountType
from allusetui.domain.contract import Right
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import YEAR_MS
from allusetui.domain.quote import Ahead, Bools, Floats, Listed, Strip
from allusetui.pricing.implied_vol import model_deltas
from allusetui.rules import covered_call
from allusetui.rules.cadence import CALLS, entry_window, windows_of
from allusetui.rules.entry import RELOOKED, put_dte, put_rule, symbol_refusal
from allusetui.rules.selection import StrikeRule, choose_expiry
from allusetui.rules.situation import Situation, clause

NOISE = 1e-9
"""What is told ahead is right to within the noise of floats."""


@frozen
class Relook:
    """A contract that an open window may look for again, in a chain that has been seen. `told`: the refusals so far."""

    listed: Listed
    rule: StrikeRule
    told: frozenset[str]


def relooks(s: Situation, account: Account) -> tuple[list[Relook], set[str]]:
    """What the account's open windows look for again; and the symbols of which that can't be told beforehand."""
    found: list[Relook] = []
    unknown: set[str] = set()
    for window, symbol in relooked(s, account):
        told = frozenset(why for name, why in account.windows[window].told if name == symbol)
        for right in _rights(s, account, window, symbol):
            refusal = symbol_refusal(s, account, symbol, right)
            if refusal is not None and refusal.reason in told:
                continue
            expiry = _expiry(s, account, symbol, right)
            if refusal is not None or expiry is None:
                unknown.add(symbol)
            else:
                rule = put_rule(s, account) if right is Right.PUT else covered_call.strike_rule(s, account, symbol)[0]
                found.append(Relook((symbol, expiry, right), rule, told))
    return found, unknown


def relooked(s: Situation, account: Account) -> Iterator[tuple[str, str]]:
    """The windows that are open now, each with a symbol that it looks at again."""
    for window in windows_of(account):
        log = account.windows.get(window)
        if s.session is None or log is None or log.day != s.today or RELOOKED.isdisjoint(log.outcome.values()):
            continue
        span = entry_window(s.calendar, s.law.cadence, window, s.session)
        if span is not None and span.holds(s.now_ms):
            symbols = s.symbols_in(account, window)
            yield from ((window, symbol) for symbol in symbols if log.outcome.get(symbol) in RELOOKED)


def _rights(s: Situation, account: Account, window: str, symbol: str) -> Iterator[Right]:
    """What the window may write on the symbol: calls on the lots that have none, and the sleeve's own puts."""
    if window == CALLS:
        bare = covered_call.open_or_working(s, account, symbol) < covered_call.lots_of(s, account, symbol)
        if bare or account.type is not AccountType.COM:
            yield Right.CALL
    if window == account.type.value:
        yield Right.PUT


def _expiry(s: Situation, account: Account, symbol: str, right: Right) -> date | None:
    """The expiry that an entry takes; None where no chain of the symbol has been seen, or it lists none that fits."""
    listed: Sequence[date] = s.volatile.listed.get(symbol, ())
    dte, longest = put_dte(s, account) if right is Right.PUT else (covered_call.call_dte(s, account), False)
    chosen = choose_expiry(listed, s.today, dte, s.calendar, s.law.entry.dte_outside, longest)
    return chosen[0] if chosen else None


@clause("1.1", "1.2", "1.3", "8.1")
def may_change(s: Situation, account: Account, ahead: Ahead) -> Bools:
    """Where a relook may plan something, or find a reason that has not been told."""
    found, unknown = relooks(s, account)
    due = np.full(len(ahead.times), bool(unknown & ahead.spots.keys()))
    for relook in found:
        strip, spots = ahead.strips.get(relook.listed), ahead.spots.get(relook.listed[0])
        if strip is not None and spots is not None:
            due |= _differs(s, relook, strip, spots, ahead)
    return due


def _differs(s: Situation, relook: Relook, strip: Strip, spots: Floats, ahead: Ahead) -> Bools:
    """Where the contract to be chosen does not fail by reasons that are told, and by no other."""
    law, told, chosen = s.law.liquidity, relook.told, _choosable(s, relook, strip, spots, ahead)
    young = ahead.times < s.clock(s.law.cadence.previous_volume_until)
    volume = np.maximum(strip.volume, np.where(young[:, np.newaxis], strip.previous_volume, -1))
    wide = 2 * (strip.asks - strip.bids) > float(law.spread) * (strip.asks + strip.bids) + NOISE
    thin = strip.open_interest < law.open_interest
    checks = {"open_interest": thin, "volume": volume < law.volume, "spread": wide}
    fails, news = np.zeros((2, *strip.bids.shape), dtype=bool)
    for reason, failed in checks.items():
        if reason in told:
            fails |= failed
        else:
            news |= failed
    differs: Bools = (chosen & (news | ~fails)).any(axis=1)
    found = chosen.any(axis=1)
    return np.where(found, differs, "no_strike" not in told)


def _choosable(s: Situation, relook: Relook, strip: Strip, spots: Floats, ahead: Ahead) -> Bools:
    """The strikes that `choose_strike` may take: all of those equally near the aim, none where it takes none."""
    rule, (_, _, right) = relook.rule, relook.listed
    years = np.maximum(strip.expires_ms - ahead.times, 0)[:, np.newaxis] / YEAR_MS
    mids, call = (strip.bids + strip.asks) / 2, right is Right.CALL
    deltas = model_deltas(mids, spots[:, np.newaxis], strip.strikes, years, s.volatile.rate, call)
    offered = strip.asks > 0
    if rule.floor is not None:
        offered &= strip.strikes >= float(rule.floor)
    low, high = rule.band.low, rule.band.high
    inside = offered & (deltas >= low - NOISE) & (deltas <= high + NOISE)
    off = np.abs(deltas - rule.aim)
    nearest = np.min(np.where(inside, off, np.inf), axis=1, keepdims=True)
    below = offered & (deltas < low) & (deltas >= low - rule.outside - NOISE)
    highest = np.max(np.where(below, deltas, -np.inf), axis=1, keepdims=True)
    chosen: Bools = inside & (off <= nearest + NOISE)
    if rule.outside > 0:
        chosen |= ~inside.any(axis=1, keepdims=True) & below & (deltas >= highest - NOISE)
    return chosen
