"""Why a symbol is entered or not: every filter of §9, in its order."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from allusetui.domain.account import Account, AccountType
from allusetui.domain.contract import Right
from allusetui.domain.snapshot import Told
from allusetui.law.model import Band
from allusetui.rules import cadence, covered_call, entry, pivot, sizing
from allusetui.rules.explain.figures import next_window
from allusetui.rules.explain.finding import Chapter, Finding, Value, Verdict, allows, comes
from allusetui.rules.explain.said import Said, said_of
from allusetui.rules.selection import StrikeRule
from allusetui.rules.situation import VIX, Situation

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")


def entry_chapters(s: Situation, account: Account, symbol: str, tail: Sequence[Told]) -> tuple[Chapter, ...]:
    """What an entry of the account on the symbol has to pass: a call on its shares, a put in its own window."""
    found = []
    own = account.type.value
    com = account.type is AccountType.COM
    if covered_call.lots_of(s, account, symbol) if com else symbol in s.symbols_in(account, cadence.CALLS):
        said = said_of(s, account, symbol, cadence.CALLS, Right.CALL, tail)
        found.append(Chapter(f"{symbol} call", tuple(_call(s, account, symbol, said))))
    if symbol in s.symbols_in(account, own):
        said = said_of(s, account, symbol, own, Right.PUT, tail)
        found.append(Chapter(f"{symbol} put", tuple(_put(s, account, symbol, said))))
    return tuple(found)


def window_finding(s: Situation, window: str) -> Finding:
    """Whether an entry window is open, else when the next one is."""
    span, hours = next_window(s, window), s.law.cadence.windows[window]
    verdict = Verdict.UNSEEN if span is None else comes(span.holds(s.now_ms))
    when: dict[str, Value] = {}
    if span is not None:
        when = {"closes_ms": span.closes_ms} if span.holds(s.now_ms) else {"opens_ms": span.opens_ms}
    law = {"": f"{_WEEKDAYS[hours.weekday]} {hours.opens:%H:%M}–{hours.closes:%H:%M}"}
    return Finding((cadence.WINDOW_CLAUSE[window], "1.7"), "the entry window is open", verdict, when, law)


def _put(s: Situation, account: Account, symbol: str, said: Said) -> Iterator[Finding]:
    yield said.finding(cadence.WINDOW_CLAUSE[account.type.value])
    yield window_finding(s, account.type.value)
    yield from _account(account)
    off = allows(entry.pivot_refusal(s, account) is None)
    yield Finding(pivot.clauses_of(s, account), "no drawdown pivot is on", off, {"mark_usd": account.high_water})
    assigned = entry.assigned_refusal(account, symbol)
    clauses = assigned.clauses if assigned else ("7.3",)
    shares = {"shares": account.shares(symbol)}
    yield Finding(clauses, "no share was assigned", allows(assigned is None), shares)
    yield _rejections(s, account, symbol)
    dte, _ = entry.put_dte(s, account)
    yield _reports(s, symbol, dte)
    yield from _quotes(s, symbol, said)
    yield from _contract(s, said, entry.PUT_CLAUSES[account.type.value], dte, entry.put_rule(s, account))
    yield from _fits(s, account, symbol, said)


def _call(s: Situation, account: Account, symbol: str, said: Said) -> Iterator[Finding]:
    rule, clauses = covered_call.strike_rule(s, account, symbol)
    dte = covered_call.call_dte(s, account)
    yield said.finding(cadence.WINDOW_CLAUSE[cadence.CALLS])
    yield window_finding(s, cadence.CALLS)
    yield from _account(account)
    yield _rejections(s, account, symbol)
    lots, held = covered_call.lots_of(s, account, symbol), covered_call.open_or_working(s, account, symbol)
    yield Finding(clauses, "a lot is uncovered", allows(held < lots), {"lots": lots, "covered": held})
    known = entry.told_reports(s, symbol)
    allowed = covered_call.coverage(s, account, symbol, known, s.today)
    half = {"covered in its week_share": s.law.covered_call.earnings_coverage}
    yield Finding(
        ("4.3", "6.7"), "reports leave a lot free",
        allows(held < allowed) if _is_told(s, symbol) else Verdict.UNSEEN,
        {"next report": _next(s, known), "covered": held, "allowed": allowed}, half,
    )  # fmt: skip
    yield from _quotes(s, symbol, said)
    yield from _contract(s, said, clauses, dte, rule)
    yield said.look("adv", ("8.2",), "its volume carries one", {"of volume_share": s.law.liquidity.adv_share})
    limit = {"limit_share": s.law.sizing.margin_cap}
    yield Finding(("0.10",), "margin is in its limit", allows(not account.over_margin), {}, limit)


def _account(account: Account) -> Iterator[Finding]:
    facts = ("no latch holds it back", "its entries are allowed", "no put freezes entries", "it does not run off")
    usual = (("9.1",), ("0.7",), ("6.3",), ("2.7",))
    for refusal_of, fact, clauses in zip(entry.ACCOUNT_FILTERS, facts, usual, strict=True):
        refusal = refusal_of(account)
        if refusal_of is entry.run_off_refusal and account.type is not AccountType.MINI:
            continue
        held = sorted(latch.value for latch in account.latches) if refusal_of is entry.latch_refusal else []
        figures = {"latches": ", ".join(held)} if held else {}
        yield Finding(refusal.clauses if refusal else clauses, fact, allows(refusal is None), figures)


def _rejections(s: Situation, account: Account, symbol: str) -> Finding:
    figures = {"in a row": s.state.rejections.get(symbol, 0)}
    verdict = allows(entry.rejecting_refusal(s, account, symbol) is None)
    return Finding(("0.6",), "its orders are accepted", verdict, figures, {"at most": s.law.rejections})


def _reports(s: Situation, symbol: str, dte: Band[int]) -> Finding:
    """Which expiry an entry would take only a chain tells: a report that one of them might meet decides nothing yet."""
    known = entry.told_reports(s, symbol)
    has_calendar = s.volatile.reports.get(symbol, ()) is not None
    days = known if has_calendar else None
    last = s.today + timedelta(days=dte.high + s.law.entry.dte_outside)
    verdict = Verdict.HOLDS
    if entry.earnings_refusal(s, symbol, days, s.today) is not None:
        verdict = Verdict.REFUSES
    elif not _is_told(s, symbol) or entry.earnings_refusal(s, symbol, days, last) is not None:
        verdict = Verdict.UNSEEN
    figures: dict[str, Value] = {"next report": _next(s, known)} if has_calendar else {"calendar": "none"}
    return Finding(("1.6",), "no report by its expiry", verdict, figures)


def _is_told(s: Situation, symbol: str) -> bool:
    """Whether a chain has told of the symbol's reports; a fund has none."""
    return symbol in s.law.etfs or symbol in s.volatile.reports


def _next(s: Situation, days: Sequence[date]) -> date | str:
    return next((day for day in days if day >= s.today), "none")


def _quotes(s: Situation, symbol: str, said: Said) -> Iterator[Finding]:
    yield said.look("no_chain", ("8.5",), "a chain is at hand", {})
    quote = s.quote(symbol)
    good = Verdict.WAITS if s.open_session is None else allows(entry.quote_refusal(s, symbol) is None)
    yield Finding(
        ("8.3",), "spot and VIX are fresh", good,
        {"spot_price": quote.mid if quote else None, "age_s": s.age_s(quote), "VIX's age_s": s.age_s(s.quote(VIX))},
        {"at most_s": s.law.data.stale_s},
    )  # fmt: skip


def _contract(
    s: Situation, said: Said, clauses: tuple[str, ...], dte: Band[int], rule: StrikeRule
) -> Iterator[Finding]:
    law = s.law.liquidity
    days: dict[str, Value] = {"days": f"{dte.low}–{dte.high}", "or outside by": s.law.entry.dte_outside}
    deltas: dict[str, Value] = {"delta": f"{rule.band.low:.2f}–{rule.band.high:.2f}", "or below by": rule.outside}
    if rule.floor is not None:
        deltas["strike from_price"] = rule.floor
    yield said.look("no_expiry", clauses, "an expiry is in its days", days)
    yield said.look("no_strike", clauses, "a strike is in its band", deltas)
    yield said.look("open_interest", ("8.1",), "open interest is enough", {"at least": law.open_interest})
    yield said.look("volume", ("8.1",), "volume is enough", {"at least": law.volume})
    yield said.look("spread", ("8.1",), "the spread is narrow", {"at most_share": law.spread})


def _fits(s: Situation, account: Account, symbol: str, said: Said) -> Iterator[Finding]:
    """What is left of ceiling, cap, volume and margin; whether a contract fits takes its strike."""
    room = sizing.put_room(s, account)
    yield Finding(
        ("6.12",), "its Hedged half has room", allows(not sizing.is_halved_full(room)),
        {"deployed_usd": room.exposure}, {"ceiling_usd": room.ceiling},
    )  # fmt: skip
    left = sizing.symbol_room(symbol, room)
    yield said.look(
        "per_symbol_cap", ("0.3",), "one fits the symbol cap", {"cap_usd": room.cap},
        {"held_usd": room.of(symbol), "left_usd": left}, left <= 0,
    )  # fmt: skip
    yield said.look(
        "sizing", ("0.2",), "one fits what is free", {"aim_usd": room.aim}, {"free_usd": room.free},
        room.free <= 0,
    )  # fmt: skip
    yield said.look("adv", ("8.2",), "its volume carries one", {"of volume_share": s.law.liquidity.adv_share})
    yield said.look(
        "margin_cap", ("0.10",), "margin carries one", {"limit_share": s.law.sizing.margin_cap},
        {"left_usd": room.margin_left}, room.margin_left <= 0,
    )  # fmt: skip
