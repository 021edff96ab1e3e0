"""Approvals: what is asked of a person, and what yes and no would do."""

from dataclasses import dataclass

from allusetui.domain.contract import Option
from allusetui.domain.moment import day_of
from allusetui.domain.order import Purpose
from allusetui.domain.state import Approval
from allusetui.rules import explain
from allusetui.rules.explain import PositionFigures
from allusetui.view import words
from allusetui.view.model import Cell, Line, Seen, Tone

_FIRST = {Purpose.STOP: 0, Purpose.ROLL: 1}


@dataclass(frozen=True, slots=True)
class Prompt:
    """An open approval of an account, in words."""

    id: str
    account: str
    title: Line
    asked: tuple[Line, ...]
    on_yes: Line
    on_no: Line


def prompts(seen: Seen) -> tuple[Prompt, ...]:
    """Every open approval; of each account the one that a key would answer comes first."""
    open_ones = seen.snapshot.state.approvals.values()
    order = sorted(open_ones, key=lambda a: (a.account, _FIRST.get(a.purpose, len(_FIRST)), int(a.id)))
    return tuple(_prompt(seen, approval) for approval in order)


def _prompt(seen: Seen, approval: Approval) -> Prompt:
    today = day_of(seen.snapshot.now_ms)
    if approval.purpose is Purpose.HEDGE:
        return _hedge(seen, approval, words.named(approval.contract, today))
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    figures = explain.position(s, seen.snapshot.state.accounts[approval.account], approval.contract)
    named, into = words.named(approval.contract, today), approval.candidate
    verb = f"Roll {approval.quantity} {named}" if into else f"Buy back {approval.quantity} {named}"
    title = f"{approval.account}: {verb}{f' into {words.named(into, today)}' if into else ''}?"
    cap = words.percent(seen.law.walk.slippage_cap)
    yes = (
        "yes: rolled by one order at a net price"
        if into
        else f"yes: bought back, mid to mid + {cap} %, until it is done"
    )
    return _of(approval, title, _evidence(figures, seen), yes)


def _of(approval: Approval, title: str, evidence: tuple[Line, ...], yes: str) -> Prompt:
    return Prompt(
        approval.id,
        approval.account,
        (Cell(title, Tone.LOUD),),
        (*evidence, _expires(approval)),
        (Cell(f"{yes}; the pause stays"),),
        (Cell("no: nothing is sent; not asked again while the pause lasts"),),
    )


def _hedge(seen: Seen, approval: Approval, named: str) -> Prompt:
    """A leg of the hedge that level 2 asks for."""
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    quote, contract = s.volatile.option_quotes.get(approval.contract), approval.contract
    price = f"now {words.price(quote.mid if quote else None)}"
    if quote is not None:
        price += f": {words.usd(approval.quantity * contract.multiplier * quote.mid)} dollars at mid"
    title = f"{approval.account}: Buy {approval.quantity} {named} to hedge?"
    cap = words.percent(seen.law.walk.slippage_cap)
    return _of(approval, title, ((Cell(price),),), f"yes: bought, mid to mid + {cap} %, or given up")


def _evidence(p: PositionFigures, seen: Seen) -> tuple[Line, ...]:
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    stale = explain.is_stale(s, p.spot_age_s)
    spot = f"spot {words.price(p.spot)}" + (f", {words.age(p.spot_age_s)} old" if stale and p.spot else "")
    risk = f"{words.LEVELS[p.level]}: {spot}, strike {words.price(p.option.strike)}, breach {words.atrs(p.breach)} ATR"
    worth = f"sold at {words.price(p.credit)}, now {words.price(p.now)}"
    if p.now is not None:
        worth += f": {_result(p, p.option)}"
    return (Cell(risk, Tone.DIM if stale else Tone.PLAIN),), (Cell(worth),)


def _result(p: PositionFigures, option: Option) -> str:
    """What buying all of it back at mid would come to."""
    assert p.now is not None
    gain = (p.now - p.credit) * p.quantity * option.multiplier
    return f"{'a gain' if gain >= 0 else 'a loss'} of {words.usd(abs(gain))} dollars at mid"


def _expires(approval: Approval) -> Line:
    level = "3" if approval.purpose is Purpose.STOP else "2"
    return (Cell(f"open for as long as level {level} lasts and the account is paused (0.7)", Tone.DIM),)
