"""Why a hedge or a LEAP is held, sold or rolled."""

from collections.abc import Iterator
from datetime import date

from allusetui.domain.account import Account
from allusetui.domain.contract import Option
from allusetui.domain.moment import day_of
from allusetui.domain.money import to_figure
from allusetui.domain.order import Purpose
from allusetui.rules import ladder, latches, triggers
from allusetui.rules.explain.figures import next_at
from allusetui.rules.explain.finding import Chapter, Finding, Value, Verdict, allows, comes
from allusetui.rules.explain.held import data_findings, work_finding
from allusetui.rules.explain.rungs import held_back_finding
from allusetui.rules.situation import Situation


def long_chapters(s: Situation, account: Account, option: Option) -> tuple[Chapter, ...]:
    """What the law looks at in a hedge, in a rung of the ladder, and in a hedge put, which is both."""
    chapters = []
    if option.is_index:
        chapters.append(Chapter("hedge", tuple(_hedge(s, account, option))))
    if ladder.is_rung(option):
        chapters.append(Chapter("ladder", tuple(_rung(s, account, option))))
    return (
        *chapters,
        Chapter("data", tuple(data_findings(s, option))),
        Chapter("orders", tuple(_orders(s, account, option))),
    )


def _hedge(s: Situation, account: Account, option: Option) -> Iterator[Finding]:
    yield _profit(s, account, option)
    yield from _reversion(s, account, option)
    if option.symbol == s.law.hedging.call_symbol:
        yield Finding(
            ("5.2",), "its last month has come", comes(triggers.ends_soon(s, option)), {"expires": option.expiry},
            {"months": s.law.hedging.call_sold_months, "at": s.law.hedging.buys_at},
        )  # fmt: skip
    days: dict[str, Value] = {"expires": option.expiry, "days": (option.expiry - s.today).days}
    yield Finding(("5.2", "10.3"), "its expiry has come", comes(option.expiry <= s.today), days)


def _profit(s: Situation, account: Account, option: Option) -> Finding:
    quote, law = s.fresh_option(option), s.law.hedging
    due = Verdict.UNSEEN if quote is None else comes(triggers.profit_is_due(account, option, quote, law))
    least = {"at least_price": triggers.profit_bid(account, option, law), "times cost": law.release_multiple}
    bid = {"bid_price": quote.bid if quote else None}
    return Finding(("5.6", "17.5"), "its profit is enough", due, bid, least)


def _reversion(s: Situation, account: Account, option: Option) -> Iterator[Finding]:
    """The three conditions of a sale at the next look, and whether they are met at the close before it."""
    found, law = s.state.triggers, s.law.hedging
    look_ms = next_at(s, law.buys_at)
    if look_ms is None:
        return
    known = found.judged > date.min
    said: dict[str, Value] = {"judged": found.judged} if known else {}
    on = {"on": ", ".join(sorted(found.on))} if found.on else {}
    yield Finding(
        ("5.6", "5.3", "5.4", "5.5"), "no trigger keeps it", _seen(known, triggers.is_calm(s)),
        {**said, **on, "VIX at_price": found.vix, "closes": found.vix_run},
        {"VIX at most_price": law.vix_above, "closes": law.vix_sessions},
    )  # fmt: skip
    level = max((position.level for position in account.positions.values()), default=0)
    close = {"at the close": "there was one"} if account.name in found.level2 else {}
    yield Finding(
        ("5.6",), "no position keeps it", comes(triggers.is_quiet(s, account)), {"highest level": level, **close},
        {"below level": law.release_below_level},
    )  # fmt: skip
    age: dict[str, Value] = {"sessions": triggers.age_sessions(s, account, option)} if known else {}
    yield Finding(
        ("5.6",), "its purchase is old enough", _seen(known, known and triggers.is_old(s, account, option)), age,
        {"sessions": law.release_age_sessions},
    )  # fmt: skip
    day = day_of(look_ms)
    yield Finding(
        ("5.6",), "the close before its look is known", comes(triggers.is_judged(s, day)), said, {"looks_ms": look_ms}
    )
    yield Finding(
        ("5.6", "17.5"), "it is to be sold at its look",
        comes(triggers.has_reverted(s, account, option, day) or triggers.ends_soon(s, option)), {"looks_ms": look_ms},
    )  # fmt: skip


def _seen(known: bool, so: bool) -> Verdict:
    return comes(so) if known else Verdict.UNSEEN


def _rung(s: Situation, account: Account, option: Option) -> Iterator[Finding]:
    """Why it would be rolled, and what keeps a roll from being begun."""
    law, delta = s.law.ladder, ladder.sale_delta(s, option)
    side = ladder.side_of(option)
    yield Finding(
        ("17.4",), "its last months have come", comes(ladder.is_mature(s, option)), {"expires": option.expiry},
        {"months": law.roll_months},
    )  # fmt: skip
    if side == ladder.GROWTH:
        yield Finding(
            ("17.4",), "its delta has left its band",
            Verdict.UNSEEN if delta is None else comes(ladder.has_drifted(s, delta)), {"delta": _rounded(delta)},
            {"from": law.drift_delta.low, "to": law.drift_delta.high},
        )  # fmt: skip
    reason = ladder.roll_reason(s, option)
    look_ms = next_at(s, law.looks_at)
    yield Finding(
        ladder.ROLL_CLAUSES[side], "it is to be rolled at its look",
        Verdict.UNSEEN if delta is None else comes(reason is not None),
        {"because": reason[0] if reason else None, "looks_ms": look_ms}, {"at": law.looks_at},
    )  # fmt: skip
    yield held_back_finding(s, account)
    obstacle = ladder.obstacle(s, account, option)
    yield Finding(("17.4",), "nothing has to end before", allows(obstacle is None), {"but": obstacle})
    yield Finding(
        ladder.ROLL_CLAUSES[side], "a contract to roll to is found", Verdict.UNSEEN if reason else Verdict.WAITS,
        {"candidates": "no chain at hand" if reason else None},
    )  # fmt: skip


def _rounded(delta: float | None) -> float | None:
    return None if delta is None else to_figure(delta)


def _orders(s: Situation, account: Account, option: Option) -> Iterator[Finding]:
    quote = s.fresh_option(option)
    bids = Verdict.UNSEEN if quote is None else allows(quote.bid > 0)
    yield Finding(("5.6", "17.4"), "somebody bids for it", bids, {"bid_price": quote.bid if quote else None})
    purposes = {Purpose.CLOSE: "it may be sold"}
    if option.is_index:
        purposes |= {Purpose.PROFIT_TAKE: "its profit may be taken"}
    if ladder.is_rung(option):
        purposes |= {Purpose.LEAP: "it may be rolled"}
    for purpose, fact in purposes.items():
        yield Finding(latches.latch_clauses(account), fact, allows(latches.may_leave(account, purpose)))
    yield work_finding(s, account, option)
