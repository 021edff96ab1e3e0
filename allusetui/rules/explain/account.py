"""Why an account does what it does."""

from collections.abc import Iterator, Sequence

from allusetui.domain.account import Account, AccountType, Latch, Status
from allusetui.domain.contract import Right
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.domain.snapshot import Told
from allusetui.rules import breakers, cadence, entry, forks, latches, pivot, reinvest, sizing, valuation
from allusetui.rules.explain.entry import entry_chapters, window_finding
from allusetui.rules.explain.finding import Chapter, Finding, OfEntry, Value, Verdict, allows, comes
from allusetui.rules.explain.hedges import hedge_findings
from allusetui.rules.explain.rungs import ladder_findings
from allusetui.rules.situation import VIX, Situation

_UNLATCHED = {
    Latch.PAUSED: "no person has paused it",
    Latch.LEVEL3: "no stop awaits a reset",
    Latch.BREAKER: "no VIX latch is on",
    Latch.BROKER: "the broker's link is up",
    Latch.DISK: "batches can be stored",
    Latch.MISMATCH: "its books agree",
}
_WORST_FIRST = (Verdict.REFUSES, Verdict.WAITS, Verdict.UNSEEN, Verdict.HOLDS)


def account_chapters(s: Situation, account: Account, tail: Sequence[Told]) -> tuple[Chapter, ...]:
    """What holds it back, its symbols in short, its money, the VIX, its clock, its growth, hedges and ladder."""
    return (
        Chapter("what may leave", tuple(_leaves(account))),
        Chapter("entries", tuple(_entries(s, account))),
        Chapter("symbols", tuple(_symbols(s, account, tail))),
        Chapter("money", tuple(_money(s, account))),
        Chapter("VIX", tuple(_vix(s))),
        Chapter("clock", tuple(_clock(s, account))),
        Chapter("growth", tuple(_growth(s, account))),
        Chapter("hedges", tuple(hedge_findings(s, account))),
        Chapter("ladder", tuple(ladder_findings(s, account))),
    )


def _leaves(account: Account) -> Iterator[Finding]:
    state = "merged" if account.merged else account.status.value if account.trading else "not trading"
    silent = account.status in latches.SILENT and account.status is not Status.AUDIT
    waits = account.trading and account.status is Status.AUDIT
    able = Verdict.WAITS if waits else allows(account.trading and not silent)
    yield Finding((latches.STATE_CLAUSE.get(account.status, "9.1"),), "its state lets it act", able, {"state": state})
    for latch, fact in _UNLATCHED.items():
        leaves = ", ".join(sorted(latches.LEAVES[latch])) or "cancels"
        off = latch not in account.latches
        yield Finding((latches.LATCH_CLAUSE[latch],), fact, allows(off), {} if off else {"leaves": leaves})
    stops, enters = (latches.may_leave(account, purpose) for purpose in (Purpose.STOP, Purpose.ENTRY))
    by_latch, refusal = latches.latch_clauses(account), entry.account_refusal(account)
    yield Finding(by_latch, "a stop may be sent", allows(stops))
    yield Finding(refusal.clauses if refusal else by_latch, "an entry may be sent", allows(enters))


def _entries(s: Situation, account: Account) -> Iterator[Finding]:
    yield Finding(("0.7",), "its entries are allowed", allows(entry.stop_refusal(account) is None))
    at_risk = sum(account.positions[put].level >= s.law.protocol.freeze_level for put in account.shorts(Right.PUT))
    yield Finding(
        ("6.3",), "no put freezes entries", allows(entry.freeze_refusal(account) is None),
        {"puts at it": at_risk}, {"from level": s.law.protocol.freeze_level},
    )  # fmt: skip
    if account.type is AccountType.MINI:
        ends = entry.run_off_refusal(account) is not None or forks.run_off_reason(s, account) is not None
        yield Finding(
            ("2.7",), "its end has not come", allows(not ends),
            {"equity_usd": valuation.equity(s, account), "opened": account.opened},
            {"times base": s.law.forks.mini_multiple, "years": s.law.forks.mini_years},
        )  # fmt: skip


def _money(s: Situation, account: Account) -> Iterator[Finding]:
    room = sizing.room(s, account)
    yield Finding(
        ("0.2",), "there is room to deploy", allows(room.free > 0),
        {"deployed_usd": room.exposure, "free_usd": room.free, "equity_usd": room.equity},
        {"ceiling_usd": room.ceiling},
    )  # fmt: skip
    most = max(room.held, key=lambda issuer: room.held[issuer], default=None)
    yield Finding(
        ("0.3",), "no symbol is at its cap", allows(most is None or sizing.symbol_room(most, room) > 0),
        {"most held": most, "held_usd": room.held[most] if most else ZERO}, {"cap_usd": room.cap},
    )  # fmt: skip
    required = valuation.margin(s, account)
    over = account.over_margin or valuation.is_over_margin(s, required, room.equity)
    use = required / room.equity if room.equity > 0 else None
    limit = {"limit_share": s.law.sizing.margin_cap}
    yield Finding(("0.10",), "margin is in its limit", allows(not over), {"use_share": use}, limit)
    yield _pivot(s, account)


def _pivot(s: Situation, account: Account) -> Finding:
    worth, law = valuation.equity(s, account), s.law.pivot
    on = account.pivoted or pivot.enters(s, account, worth)
    numbers: dict[str, Value] = {"floor_share": law.drawdown_floor, "recovers at_share": law.recovery}
    if not s.law.sleeves[account.type.value].pivot_any_vix:
        numbers["and VIX below"] = law.vix_below
    figures = {"equity_usd": worth, "mark_usd": account.high_water, "VIX": s.vix}
    return Finding(pivot.clauses_of(s, account), "no drawdown pivot is on", allows(not on), figures, numbers)


def _vix(s: Situation) -> Iterator[Finding]:
    quote = s.quote(VIX)
    known = Verdict.WAITS if s.open_session is None else allows(s.is_fresh(VIX) and not s.state.vix_stale)
    yield Finding(
        ("8.3",), "the VIX is known now", known, {"VIX": quote.mid if quote else None, "age_s": s.age_s(quote)},
        {"at most_s": s.law.data.stale_s},
    )  # fmt: skip
    facts = {"hedged_week": "no Hedged Week halves it", "safe": "the VIX allows entries", "halt": "no VIX halt"}
    passed = None if s.vix is None else breakers.newly_passed(s, s.vix)
    for tier, fact in facts.items():
        verdict = Verdict.UNSEEN if passed is None else Verdict.WAITS if tier in passed else Verdict.HOLDS
        verdict = Verdict.REFUSES if tier in s.state.breakers else verdict
        above = {"trips above": breakers.level_of_tier(s.law.breakers, tier)}
        yield Finding((breakers.CLAUSE_OF[tier],), fact, verdict, {"VIX": s.vix}, above)


def _clock(s: Situation, account: Account) -> Iterator[Finding]:
    for window in cadence.windows_of(account):
        if s.symbols_in(account, window):
            yield window_finding(s, window)
    expiring = sorted(option.expiry for option in account.positions if option.expiry >= s.today)
    session = s.calendar.on(expiring[0]) if expiring else None
    if session is not None:
        looks = cadence.expiry_clock(s.law.cadence, session).looks
        yield Finding(
            ("1.4",), "an expiry is looked at", comes(looks.holds(s.now_ms)),
            {"next expiry": session.day, "options": expiring.count(session.day)},
            {"from_ms": looks.opens_ms, "to_ms": looks.closes_ms},
        )  # fmt: skip
    audited = account.audited_ms > 0 and day_of(account.audited_ms) == s.today
    when = {"last_ms": account.audited_ms or None}
    yield Finding(("9.4",), "it was audited today", comes(audited), when, {"at": s.law.cadence.audit_at})


def _growth(s: Situation, account: Account) -> Iterator[Finding]:
    amount = forks.birth_cash(s, account)
    if amount is not None:
        due, obstacle = forks.fork_is_due(s, account, amount), forks.obstacle(s, account, amount)
        yield Finding(
            ("2.6" if account.type is AccountType.GEN else "3.6", "S.7"), "it is grown for a fork",
            allows(obstacle is None) if due else Verdict.WAITS,
            {
                "equity_usd": valuation.equity(s, account), "base_usd": account.base,
                "free cash_usd": valuation.free_cash(s, account), "alive": forks.alive(s),
                **({"waits for": obstacle} if due and obstacle else {}),
            },
            {"over base_usd": amount, "alive at most": s.law.forks.alive_max},
        )  # fmt: skip
    if reinvest.reinvests(account):
        law, owed = s.law.reinvest, reinvest.due(s, account)
        yield Finding(
            (reinvest.CLAUSE_OF[account.type],), "a gain is to be shared", comes(bool(owed)),
            {"realized_usd": sum((gain for _, gain in owed), ZERO) if owed else account.realized_quarter},
            {"tax_share": law.tax_share, "LEAPs_share": law.leaps_of_gain},
        )  # fmt: skip
    if account.purchase_due:
        yield Finding(
            ("4.4",), "its purchase may be made", comes(reinvest.may_buy(s, account)),
            {"to invest_usd": account.to_invest}, {"from": s.law.reinvest.buys_at},
        )  # fmt: skip


def _symbols(s: Situation, account: Account, tail: Sequence[Told]) -> Iterator[Finding]:
    """Of each symbol what counts: that it was planned today, else the first that refuses, else what it waits for."""
    windows = cadence.windows_of(account)
    for symbol in dict.fromkeys(each for window in windows for each in s.symbols_in(account, window)):
        for chapter in entry_chapters(s, account, symbol, tail):
            planned, *_ = chapter.findings
            worst = min(chapter.findings, key=lambda found: _WORST_FIRST.index(found.verdict))
            first = planned if planned.verdict is Verdict.HOLDS else worst
            fact = f"{chapter.title}: {first.fact}"
            of = OfEntry(account.name, symbol)
            yield Finding(first.clauses, fact, first.verdict, first.figures, first.law, of)
