"""What comes from the market: quotes believed or thrown away, staleness told, breakers watched on every tick."""

from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain import input as inp
from allusetui.domain.account import Account, Latch, Status
from allusetui.domain.contract import CASH_SETTLED, Option
from allusetui.domain.effect import AskBars
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.money import to_cent, to_figure
from allusetui.domain.quote import Quote
from allusetui.domain.text import untrusted
from allusetui.engine.desk import Desk
from allusetui.engine.machine import change, latch
from allusetui.engine.orders import end
from allusetui.rules import breakers, pivot
from allusetui.rules.liquidity import flaw, jumps, stands
from allusetui.rules.protocol import fix_atr
from allusetui.rules.situation import VIX, clause
from allusetui.rules.valuation import equity, is_over_margin, margin


def take_quotes(desk: Desk, seen: inp.MarketSeen) -> None:
    """Keep what is valid; a bad value is thrown away and the last valid one ages."""
    desk.volatile.rate = seen.rate
    desk.volatile.breadth = seen.breadth
    for symbol, quote in seen.underlyings.items():
        if _is_believed(desk, symbol, quote):
            desk.volatile.quotes[symbol] = quote
    for option, quote in seen.options.items():
        if flaw(quote, desk.now_ms, True) is None and not desk.is_doubted(option.symbol):
            desk.volatile.option_quotes[option] = quote
    _tell_stale(desk)


@clause("8.3")
def _is_believed(desk: Desk, symbol: str, quote: Quote) -> bool:
    found = flaw(quote, desk.now_ms, False)
    if found is None and desk.open_session and jumps(desk.quote(symbol), quote, desk.law.data):
        found = _doubt(desk, symbol, quote)
    else:
        desk.volatile.jumps.pop(symbol, None)
    if found is None:
        if desk.volatile.told_invalid:
            desk.volatile.told_invalid -= {told for told in desk.volatile.told_invalid if told[0] == symbol}
        return True
    if (symbol, found[0]) not in desk.volatile.told_invalid:
        desk.volatile.told_invalid.add((symbol, found[0]))
        desk.emit(ev.DataInvalid(clauses=("8.3",), symbol=symbol, field=found[0], value=found[1]))
    return False


def _doubt(desk: Desk, symbol: str, quote: Quote) -> tuple[str, str] | None:
    """A jump is believed once it has stood; another jump, or a flaw, in between begins the wait anew.

    A single value that is only shown again, to a process that had stood still say, has not stood.
    """
    first = desk.volatile.jumps.get(symbol)
    if first is None or jumps(first[0], quote, desk.law.data):
        first = desk.volatile.jumps[symbol] = quote, desk.now_ms
    if not stands(first[1], desk.now_ms, desk.law.data) or desk.age_s(quote) > desk.law.data.stale_s:
        return "jump", str(quote.mid)
    del desk.volatile.jumps[symbol]
    return None


@clause("8.3")
def _tell_stale(desk: Desk) -> None:
    """`data.stale` once an episode, in session; an unknown VIX freezes every entry.

    What was last seen before the bell is silent in session from the bell on: the first tick may come a moment after it.
    """
    session = desk.open_session
    if session is None:
        return
    begins = desk.now_ms - session.open_ms <= desk.law.data.stale_s * SECOND_MS
    for symbol, quote in desk.volatile.quotes.items():
        age_s = desk.age_s(quote)
        fresh = begins or age_s <= desk.law.data.stale_s
        if fresh:
            desk.volatile.told_stale.discard(symbol)
        elif symbol not in desk.volatile.told_stale:
            desk.volatile.told_stale.add(symbol)
            desk.emit(ev.DataStale(clauses=("8.3",), symbol=symbol, age=round(age_s, 3)))
    known = desk.is_fresh(VIX) or (begins and desk.quote(VIX) is not None)
    if known == desk.state.vix_stale:
        kind = ev.FreezeOff if known else ev.FreezeOn
        desk.emit(kind(clauses=("6.12", "8.3"), reason="vix_stale"))


@clause("6.12", "6.13", "6.14")
def watch_breakers(desk: Desk) -> None:
    """Each tier passed trips once, ascending; outside the hours of the VIX a value above one only alerts."""
    vix = desk.vix
    if vix is None:
        return
    passed = breakers.newly_passed(desk, vix)
    if not breakers.in_hours(desk):
        for tier in passed:
            if tier not in desk.volatile.told_alerts:
                desk.volatile.told_alerts.add(tier)
                clause_id = breakers.CLAUSE_OF[tier]
                desk.alert("warning", f"VIX {vix} outside its hours is above the tier {tier}.", None, (clause_id,))
        return
    desk.volatile.told_alerts -= set(breakers.TIERS)
    for tier in passed:
        desk.emit(ev.BreakerTripped(clauses=(breakers.CLAUSE_OF[tier],), tier=tier, vix=vix))
        if tier == "safe":
            for account in desk.state.accounts.values():
                latch(desk, account, Latch.BREAKER)
        elif tier == "halt":
            halt(desk, "halt", ("6.14",))


@clause("0.8", "6.14", "9.2")
def halt(desk: Desk, reason: str, clauses: tuple[str, ...]) -> None:
    """EMERGENCY everywhere; what lives is cancelled."""
    for account in desk.state.accounts.values():
        change(desk, account, Status.EMERGENCY, reason, clauses)
    for intent in list(desk.state.intents.values()):
        end(desk, intent, "halt")


def ask_bars(desk: Desk) -> None:
    """At a symbol's first fresh tick of the session its bars are wanted (6.9)."""
    if desk.open_session is None:
        return
    for symbol in watched_symbols(desk):
        if symbol in CASH_SETTLED:
            continue  # no short option is held on an index: its range decides nothing
        fixed = desk.state.atr.get(symbol)
        known = fixed is not None and fixed.day == desk.today
        if not known and symbol not in desk.volatile.bars_asked and desk.is_fresh(symbol):
            desk.volatile.bars_asked.add(symbol)
            desk.ask(AskBars(symbol))


@clause("1.6", "6.6")
def remember_dates(desk: Desk, seen: inp.ChainSeen) -> None:
    """What a chain tells of reports, for every symbol of its issuer, and of dividends; or why there is none."""
    desk.volatile.chainless.pop(seen.symbol, None)
    if seen.chain is not None:
        desk.volatile.listed[seen.symbol] = seen.chain.expiries
        desk.volatile.reports[seen.symbol] = seen.chain.earnings
        desk.volatile.payouts[seen.symbol] = seen.chain.payouts
    elif seen.reason:
        desk.volatile.chainless[seen.symbol] = untrusted(seen.reason)


def watched_symbols(desk: Desk) -> list[str]:
    """Underlyings that a trading account may enter, holds or works, in a fixed order."""
    found: dict[str, None] = {}
    for account in desk.trading():
        for symbol in desk.universe(account):
            found[symbol] = None
        for contract in account.lots:
            found[contract.symbol] = None
    found.update(dict.fromkeys(intent.contract.symbol for intent in desk.state.intents.values()))
    return list(found)


def watched_options(desk: Desk) -> list[Option]:
    """Options that are held, worked, or that a person is asked about, in a fixed order."""
    found: dict[Option, None] = {}
    for account in desk.state.accounts.values():
        found.update(dict.fromkeys(each for each in account.lots if isinstance(each, Option)))
    for intent in desk.state.intents.values():
        traded = (intent.contract, intent.candidate)
        found.update(dict.fromkeys(each for each in traded if isinstance(each, Option)))
    found.update(dict.fromkeys(p.contract for p in desk.state.approvals.values() if p.contract is not None))
    return list(found)


@clause("6.9", "8.4")
def on_bars(desk: Desk, seen: inp.BarsSeen) -> bool:
    """Fix the session's ATR; true when this is the symbol's first of the session."""
    desk.volatile.bars_asked.discard(seen.symbol)
    quote = desk.quote(seen.symbol)
    fixed = desk.state.atr.get(seen.symbol)
    if quote is None or desk.open_session is None or (fixed is not None and fixed.day == desk.today):
        return False
    atr = fix_atr(desk, seen.symbol, seen.bars, quote.mid)
    clauses = ("6.9", "8.4") if atr.source == "price" else ("6.9",)
    desk.emit(ev.AtrFixed(clauses=clauses, symbol=seen.symbol, atr=atr.value, atr_source=atr.source, day=atr.day))
    return True


@clause("0.9", "2.5", "0.10")
def judge_account(desk: Desk, account: Account) -> None:
    """The account's own evaluation: pivot and margin."""
    worth = equity(desk, account)
    clauses = pivot.clauses_of(desk, account)
    if pivot.enters(desk, account, worth):
        desk.emit(_pivot(ev.PivotEntered, desk, account, worth, clauses))
    elif pivot.leaves(desk, account, worth):
        desk.emit(_pivot(ev.PivotLeft, desk, account, worth, clauses))
    _judge_margin(desk, account, worth)


def _pivot(
    kind: type[ev.PivotEntered] | type[ev.PivotLeft], desk: Desk, account: Account, worth: Decimal,
    clauses: tuple[str, ...],
) -> ev.Event:  # fmt: skip
    return kind(
        account=account.name, clauses=clauses, equity=to_cent(worth), high_water=account.high_water, vix=desk.vix
    )


def _judge_margin(desk: Desk, account: Account, worth: Decimal) -> None:
    required = margin(desk, account)
    over = is_over_margin(desk, required, worth)
    if over == account.over_margin:
        return
    use = to_figure(float(required / worth)) if worth > 0 else 1.0
    limit = float(desk.law.sizing.margin_cap)
    desk.emit(ev.MarginFound(account=account.name, clauses=("0.10",), use=use, limit=limit, over=over))
    if over:
        text = f"{account.name}: margin use {use:.1%} is above {limit:.0%}; no entries."
        desk.alert("critical", text, account.name, ("0.10", "14.4"))
