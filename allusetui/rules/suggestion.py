"""13.3, 17.6: when the adviser is asked about a ladder, which of its answers the law lets through, what they mean."""

from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any, get_args, get_origin, get_type_hints

from allusetui.domain.account import Account
from allusetui.domain.advice import KEEP, Evidence, HeldLeap, LadderAdvice, LadderQuestion, LadderTerms, Outlook
from allusetui.domain.contract import Option, Right
from allusetui.domain.moment import YEAR_MS, quarter_of
from allusetui.domain.money import to_figure
from allusetui.law.model import Ladder
from allusetui.pricing.implied_vol import implied_vol
from allusetui.rules.latches import SILENT
from allusetui.rules.reinvest import reinvests
from allusetui.rules.situation import Situation, clause

CLAUSES = ("13.3", "17.6")
SUBJECT = "llms"
_LARGEST = 1e10  # what the journal holds without loss
_MOST = 40  # quarters: no ladder is looked at further ahead


@clause("17.1", "17.6")
def terms_of(s: Situation, account: Account) -> LadderTerms:
    """How the account's ladder buys: by the law's aims, or by those that a person has approved."""
    return account.ladder.terms or by_law(s.law.ladder)


def by_law(law: Ladder) -> LadderTerms:
    """The law's own aims: every month of expiry may be a rung."""
    return LadderTerms(law.call_delta_aim, law.call_months_aim, 1)


def cited(s: Situation, account: Account) -> tuple[str, ...]:
    """The clause that a purchase names besides the law's where a person's yes has changed its terms."""
    return () if terms_of(s, account) == by_law(s.law.ladder) else ("17.6",)


@clause("17.6", "17.1", "17.3")
def within_bands(terms: LadderTerms, law: Ladder) -> bool:
    """Whether the law allows the terms; so many rungs as have to be have room among its months."""
    widest = (law.call_months.high - law.call_months.low) // max(law.rungs_min - 1, 1)
    aims_fit = terms.delta_aim in law.call_delta and terms.months_aim in law.call_months
    return aims_fit and 1 <= terms.spacing <= widest


@clause("13.3")
def is_due(s: Situation, account: Account) -> bool:
    """Whether the adviser is to be asked: on reinvest day from its hour on, once, of a ladder that holds a LEAP."""
    return s.now_ms >= s.clock(s.law.reinvest.buys_at) and is_due_today(s, account)


def is_due_today(s: Situation, account: Account) -> bool:
    """The same at whatever hour."""
    quarter = quarter_of(s.today)
    if account.ladder.quarter == quarter or not reinvests(account) or account.status in SILENT or not _held(account):
        return False
    is_first = quarter_of(s.calendar.before(s.today).day) != quarter
    asked = any(a.account == account.name and a.subject == SUBJECT for a in s.state.approvals.values())
    return is_first and not asked


def _held(account: Account) -> list[Option]:
    """The growth side of the ladder."""
    return [option for option in account.longs() if option.right is Right.CALL and not option.is_index]


def question(s: Situation, account: Account) -> LadderQuestion | None:
    """What the adviser is asked; None while no young quote tells what a LEAP of the ladder is worth."""
    leaps = tuple(leap for option in _held(account) if (leap := _leap(s, account, option)) is not None)
    if not leaps:
        return None
    # What was approved and has not acted yet is what the next action goes by.
    waiting = account.ladder.waiting
    now = waiting.proposed if waiting is not None else terms_of(s, account)
    return LadderQuestion(
        account.name, quarter_of(s.today), s.state.seed, now, s.volatile.rate, float(s.state.commission), leaps,
        account.ladder.outcomes,
    )  # fmt: skip


def _leap(s: Situation, account: Account, option: Option) -> HeldLeap | None:
    quote, spot = s.fresh_option(option), s.quote(option.symbol)
    if quote is None or spot is None:
        return None
    years = max(s.calendar.up_to(option.expiry).close_ms - s.now_ms, 0) / YEAR_MS
    mid, price = float(quote.mid), float(spot.mid)
    vol = implied_vol(mid, price, float(option.strike), years, s.volatile.rate, True)
    return None if vol is None else HeldLeap(option, account.quantity(option), price, mid, vol, quote.spread_share)


@clause("13.3", "17.6")
def fault(s: Situation, asked: LadderQuestion, advice: object) -> str | None:
    """Why an answer is refused: `unsound`, `band`, or `noise` where its own evidence does not carry it; else None.

    Nothing of it is made to fit: what lies outside is no advice.
    """
    if not isinstance(advice, LadderAdvice) or not is_sound(advice, LadderAdvice):
        return "unsound"
    evidence = advice.evidence
    if not within_bands(advice.proposed, s.law.ladder) or not within_bands(evidence.best, s.law.ladder):
        return "band"
    if advice.proposed != asked.now and (advice.proposed != evidence.best or evidence.low <= 0):
        return "noise"
    return None


def is_sound(value: Any, hint: Any) -> bool:
    """Whether a value is what its type says, every number of it one that the journal can hold."""
    if hint is float:
        return type(value) is float and isfinite(value) and abs(value) < _LARGEST and to_figure(value) == value
    if get_origin(hint) is tuple:
        one = get_args(hint)[0]
        return type(value) is tuple and len(value) <= _MOST and all(is_sound(each, one) for each in value)
    if not is_dataclass(hint):
        return type(value) is hint and (hint is not int or abs(value) < _LARGEST)
    hints = get_type_hints(hint)
    return type(value) is hint and all(is_sound(getattr(value, f.name), hints[f.name]) for f in fields(hint))


def change_of(now: LadderTerms, proposed: LadderTerms) -> str:
    """What a suggestion would change: `delta_aim 0.3 to 0.35, spacing 1 to 2`, or `keep`."""
    names = (field.name for field in fields(LadderTerms))
    changed = [(name, getattr(now, name), getattr(proposed, name)) for name in names]
    return ", ".join(f"{name} {old} to {new}" for name, old, new in changed if old != new) or KEEP


def told(now: LadderTerms, proposed: LadderTerms, evidence: Evidence) -> str:
    """The suggestion in a sentence, made of its figures alone."""
    best, source = evidence.best, f"{evidence.candidates} candidates, {evidence.paths} paths, seed {evidence.seed}"
    head = f"{change_of(now, proposed)}. A dollar in {evidence.months} months: now {_outlook(evidence.now)}"
    if best == now:
        return f"{head}; nothing scores better ({source})"
    other = f"delta_aim {best.delta_aim}, months_aim {best.months_aim}, spacing {best.spacing}"
    return f"{head}, by {other} {_outlook(evidence.proposed)}; scores {evidence.low} to {evidence.high} more ({source})"


def _outlook(outlook: Outlook) -> str:
    return f"mean {outlook.mean}, 5 % below {outlook.p5}"
