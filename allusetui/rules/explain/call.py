"""Why a short call is held or bought back."""

from collections.abc import Iterator

from allusetui.domain.account import Account
from allusetui.domain.contract import Option
from allusetui.domain.lot import average_price
from allusetui.domain.quote import Quote
from allusetui.rules import covered_call, entry
from allusetui.rules.explain.finding import Finding, Value, Verdict, allows, comes
from allusetui.rules.situation import Situation


def call_findings(s: Situation, account: Account, call: Option) -> Iterator[Finding]:
    """Its profit, the risk that it is assigned early, its last day, and its reports."""
    spot, quote = s.quote(call.symbol), s.fresh_option(call)
    credit = average_price(account.lots[call])
    law = s.law.covered_call
    due = Verdict.UNSEEN if quote is None else comes(covered_call.profit_is_due(account, call, quote, s.law))
    asked: dict[str, Value] = {"credit_price": credit, "ask_price": quote.ask if quote else None}
    at_most = {"at most_price": law.profit_ask * credit}
    yield Finding(("4.2", "6.5"), "its profit is enough", due, asked, at_most)
    if spot is None or quote is None:
        yield Finding(("6.6",), "it may be assigned early", Verdict.UNSEEN, {}, {"above_share": law.assignment_risk})
    else:
        yield from _risk(s, account, call, quote)
    yield from _last_day(s, account, call, quote)
    yield _coverage(s, account, call)


def _risk(s: Situation, account: Account, call: Option, quote: Quote) -> Iterator[Finding]:
    spot, law = s.quote(call.symbol), s.law.covered_call
    assert spot is not None
    may = covered_call.may_come_early(s, account, call)
    risk = covered_call.assignment_risk(s, call, quote, spot.mid) if may else 0.0
    payouts = covered_call.payouts_ahead(s, call)
    yield Finding(
        ("6.6",), "it may be assigned early", comes(risk > law.assignment_risk),
        {
            "risk_share": risk, "extrinsic_price": covered_call.extrinsic(call, quote, spot.mid),
            "dividend_price": max(payouts, default=None),
        }, {"above_share": law.assignment_risk},
    )  # fmt: skip
    yield Finding(
        ("6.6",), "its profit covers that",
        comes(covered_call.early_profit_is_due(account, call, quote, s.law)), {"ask_price": quote.ask},
        {"at most_price": law.early_profit_ask * average_price(account.lots[call])},
    )  # fmt: skip


def _last_day(s: Situation, account: Account, call: Option, quote: Quote | None) -> Iterator[Finding]:
    law, spot = s.law.covered_call, s.quote(call.symbol)
    last = covered_call.is_last_day_look(s, call)
    looked = "yes" if account.positions[call].expiry_looked else "no"
    yield Finding(
        ("6.5",), "its last day has come", comes(last), {"expires": call.expiry, "looked at": looked},
        {"days": law.last_days, "at": s.law.cadence.call_look_at},
    )  # fmt: skip
    if last and quote is not None and spot is not None:
        why = covered_call.held_to_the_end(s, account, call, quote, spot.mid)
        yield Finding(
            ("6.5",), "its last day closes it", comes(why is None),
            {"held because": why, "ask_price": quote.ask, "basis_price": account.basis(call.symbol)},
            {"worthless at_price": law.let_expire_ask},
        )  # fmt: skip


def _coverage(s: Situation, account: Account, call: Option) -> Finding:
    """The half that calls may cover in a week with a report; what is open beyond it is bought back before."""
    days = entry.told_reports(s, call.symbol)
    allowed = covered_call.coverage(s, account, call.symbol, days, call.expiry)
    covered = account.open_calls(call.symbol)
    known = call.symbol in s.law.etfs or call.symbol in s.volatile.reports
    figures: dict[str, Value] = {"calls": covered, "allowed": allowed}
    figures["next report"] = next((day for day in days if day >= s.today), "none")
    law = {"covered in its week_share": s.law.covered_call.earnings_coverage}
    verdict = allows(covered <= allowed) if known else Verdict.UNSEEN
    return Finding(("4.3", "6.7"), "reports allow its calls", verdict, figures, law)
