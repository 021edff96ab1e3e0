"""Why an account buys hedges, or none."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from allusetui.domain.account import Account
from allusetui.domain.contract import Right
from allusetui.domain.moment import at_clock, week_of
from allusetui.domain.order import Purpose
from allusetui.rules import hedging, latches, protocol, triggers
from allusetui.rules.explain.finding import Finding, Value, Verdict, allows, comes
from allusetui.rules.explain.held import spot_of
from allusetui.rules.situation import Situation


def hedge_findings(s: Situation, account: Account) -> Iterator[Finding]:
    """What hedges may cost, what asks for them, and what keeps them back."""
    law = s.law.hedging
    yield _budget(s, account, "a breach", law.gains_share)
    yield _budget(s, account, "a trigger", law.triggered_gains_share)
    yield from _breach(s, account)
    yield from _triggers(s)
    yield _answer(s, account)
    clauses = latches.latch_clauses(account)
    yield Finding(clauses, "a breach's hedge may be sent", allows(latches.may_leave(account, Purpose.HEDGE)))
    sent = latches.may_leave(account, Purpose.HEDGE, defends=False)
    yield Finding(clauses, "a trigger's hedge may be sent", allows(sent))


def _budget(s: Situation, account: Account, cause: str, gains_share: Decimal) -> Finding:
    funds = hedging.budget(s, account, gains_share)
    return Finding(
        ("5.1",), f"money is left for {cause}", allows(funds.left > 0),
        {
            "left_usd": funds.left, "spent_usd": funds.spent, "working_usd": funds.working,
            "this quarter_usd": funds.total,
        }, {"of gains_share": gains_share, "or of equity_share": s.law.hedging.equity_share},
    )  # fmt: skip


def _breach(s: Situation, account: Account) -> Iterator[Finding]:
    """6.11: once a week, at an evaluation that sees a breach of 2 by a young quote."""
    used, log = hedging.week_is_used(s, account), account.hedges
    skipped = ", ".join(sorted(reason for week, reason in log.told if week == week_of(s.today)))
    yield Finding(
        ("6.11",), "its hedge of the week is to be had", allows(not used),
        {"bought in": log.week if used else None, "skipped": skipped or None},
    )  # fmt: skip
    breaches = list(_breaches(s, account))
    asks = any(protocol.asks_for_hedge(breach, s.law.protocol) for breach in breaches)
    seen: dict[str, Value] = {"breach_atr": max(breaches)} if breaches else {}
    yield Finding(
        ("6.11",), "a breach asks for it", comes(asks), {"puts seen": len(breaches), **seen},
        {"from_atr": s.law.protocol.level_atr[s.law.protocol.freeze_level - 1]},
    )  # fmt: skip


def _breaches(s: Situation, account: Account) -> Iterator[Decimal]:
    """In ATRs, of the short puts of which a young quote tells it."""
    for put in account.shorts(Right.PUT):
        atr, spot = s.state.atr.get(put.symbol), spot_of(s, put)
        if atr is not None and spot is not None and not spot[1]:
            yield protocol.breach_of(put, spot[0], atr.value)


def _triggers(s: Situation) -> Iterator[Finding]:
    """What the last judged close said of each."""
    found, law = s.state.triggers, s.law.hedging
    said: dict[str, Value] = {"judged": found.judged} if found.judged > date.min else {}
    side = "" if found.vix is None else "closes above" if triggers.is_above(found.vix, law) else "closes not above"
    run: dict[str, Value] = {side: found.vix_run} if side else {}
    yield Finding(
        ("5.3",), "the VIX asks for a hedge", _trigger(s, "vix", found.vix is not None),
        {"VIX close_price": found.vix, **run, **said}, {"above": law.vix_above, "closes in a row": law.vix_sessions},
    )  # fmt: skip
    fell = None if found.index is None or found.high is None else triggers.lost(found.index, found.high)
    yield Finding(
        ("5.4",), "the drawdown asks for a hedge", _trigger(s, "drawdown", fell is not None),
        {"lost_share": fell, f"{triggers.INDEX} close_price": found.index, "highest_price": found.high, **said},
        {"from_share": law.index_drawdown, "high of sessions": law.index_high_sessions},
    )  # fmt: skip
    breadth, shown = found.breadth, dict[str, Value]({"breadth": "unknown"})
    if breadth is not None:
        age = triggers.sessions_since(s, breadth.day, found.judged)
        shown = {"breadth %": breadth.value, "of": breadth.day, "sessions old": age}
    known = breadth is not None and triggers.is_recent(s, breadth, found.judged)
    yield Finding(
        ("5.5",), "the breadth asks for a hedge", _trigger(s, "breadth", known), {**shown, **said},
        {"below %": law.breadth_below_pct, "sessions old at most": law.breadth_age_sessions},
    )  # fmt: skip


def _trigger(s: Situation, name: str, known: bool) -> Verdict:
    """One that is on stays so where a close isn't known."""
    on = name in s.state.triggers.on
    return comes(on) if on or known else Verdict.UNSEEN


def _answer(s: Situation, account: Account) -> Finding:
    """When the next purchase for a trigger is due, or why there is none."""
    clauses, fact, law = triggers.clauses_on(s), "a trigger's hedge is due", {"at": s.law.hedging.buys_at}
    day = triggers.answer_day(s)
    if day is None:
        return Finding(tuple(triggers.CLAUSE_OF.values()), fact, Verdict.WAITS, {"triggers on": 0}, law)
    when: dict[str, Value] = {"triggers on": len(s.state.triggers.on), "turned": s.state.triggers.turned}
    why = "day_over" if day < s.today else triggers.obstacle(s, account, day) if account.trading else "not_trading"
    if why is not None:
        return Finding(clauses, fact, Verdict.REFUSES, {**when, "not, for": why}, law)
    due_ms = at_clock(day, s.law.hedging.buys_at)
    return Finding(clauses, fact, comes(triggers.owes(s, account)), {**when, "due_ms": due_ms}, law)
