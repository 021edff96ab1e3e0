"""Approvals: what is asked of a person, the evidence, what yes and no would do, and until when."""

from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS, day_of
from allusetui.domain.order import Purpose
from allusetui.domain.state import Approval
from allusetui.domain.text import untrusted
from allusetui.rules import explain
from allusetui.rules.explain import PositionFigures
from allusetui.view import amendment, suggestion, words
from allusetui.view.model import Cell, Line, Seen, Tone
from allusetui.view.protocol import bar_of

_BAR, _TEXT = 30, 400


@frozen
class Prompt:
    """An open approval of an account, or of the law, in words. `shown`: the hash of what it asks for."""

    id: str
    account: str | None
    title: Line
    asked: tuple[Line, ...]
    on_yes: Line
    on_no: Line
    shown: str

    @property
    def lines(self) -> tuple[Line, ...]:
        """Everything below its title."""
        return (*self.asked, (), self.on_yes, self.on_no)


def prompts(seen: Seen) -> tuple[Prompt, ...]:
    """Every open approval; of each account the one that a key without a name would answer comes first."""
    open_ones = seen.snapshot.state.approvals.values()
    order = sorted(open_ones, key=lambda a: (a.account is None, a.account or "", a.turn))
    return tuple(prompt(seen, approval) for approval in order)


def named(approval: Approval) -> str:
    """What an approval is about, in a few words."""
    if approval.proposal is not None:
        return f"law {untrusted(approval.proposal.version)}"
    if approval.purpose is None or approval.contract is None:
        return f"{approval.account}: {approval.subject}"
    return f"{approval.account}: {approval.purpose.value} {approval.contract.symbol}"


def wanted(seen: Seen, approval: Approval) -> str:
    """What an approval asks for, from its typed fields; what a model has written is text, and no more."""
    today = day_of(seen.snapshot.now_ms)
    if approval.proposal is not None:
        return amendment.named(approval.proposal)
    if approval.suggestion is not None:
        return suggestion.named(approval.suggestion)
    if approval.purpose is None or approval.contract is None:
        return f"{approval.subject}: {untrusted(approval.text, _TEXT)}"
    held = words.named(approval.contract, today)
    if approval.purpose is Purpose.HEDGE:
        return f"Buy {approval.quantity} {held} to hedge"
    if approval.candidate is None:
        return f"Buy back {approval.quantity} {held}"
    return f"Roll {approval.quantity} {held} into {words.named(approval.candidate, today)}"


def prompt(seen: Seen, approval: Approval) -> Prompt:
    """An approval with its evidence as it stands now."""
    whose = "" if approval.account is None else f"{approval.account}: "
    title = (Cell(f"{whose}{wanted(seen, approval)}?", Tone.LOUD),)
    if approval.proposal is not None:
        asked = tuple(amendment.evidence(approval.proposal))
        yes, no = amendment.on_yes(approval.proposal), amendment.ON_NO
    elif approval.suggestion is not None:
        asked = tuple(suggestion.evidence(approval.suggestion, seen.law.reinvest.leaps_share))
        yes, no = suggestion.on_yes(approval.suggestion), "no: everything stays as it is"
    elif approval.purpose is None or approval.contract is None:
        asked = ()
        yes, no = "yes: approved, once", "no: everything stays as it is"
    else:
        hedge = approval.purpose is Purpose.HEDGE
        asked = _price(seen, approval, approval.contract) if hedge else _evidence(seen, approval, approval.contract)
        yes = f"yes: {_done(seen, approval)}; the pause stays"
        no = "no: nothing is sent; not asked again while the pause lasts"
    return Prompt(
        approval.id, approval.account, title, (*asked, until(seen, approval)), (Cell(yes),), (Cell(no),), approval.shown
    )


def _done(seen: Seen, approval: Approval) -> str:
    if approval.candidate is not None:
        return "rolled by one order at a net price"
    cap = words.percent(seen.law.walk.slippage_cap)
    if approval.purpose is Purpose.HEDGE:
        return f"bought, mid to mid + {cap} %, or given up"
    return f"bought back, mid to mid + {cap} %, until it is done"


def _price(seen: Seen, approval: Approval, contract: Option) -> tuple[Line, ...]:
    """What a leg of the hedge that level 2 asks for costs."""
    quote = seen.snapshot.volatile.option_quotes.get(contract)
    price = f"now {words.price(quote.mid if quote else None)}"
    if quote is not None:
        price += f": {words.usd(approval.quantity * contract.multiplier * quote.mid)} dollars at mid"
    return ((Cell(price),),)


def _evidence(seen: Seen, approval: Approval, contract: Option) -> tuple[Line, ...]:
    assert approval.account is not None
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    p = explain.position(s, s.state.accounts[approval.account], contract)
    stale = explain.is_stale(s, p.spot_age_s)
    spot = f"spot {words.price(p.spot)}" + (f", {words.age(p.spot_age_s)} old" if stale and p.spot else "")
    risk = f"{words.LEVELS[p.level]}: {spot}, strike {words.price(p.option.strike)}, breach {words.atrs(p.breach)} ATR"
    worth = f"sold at {words.price(p.credit)}, now {words.price(p.now)}"
    if p.now is not None:
        worth += f": {_result(p, p.option)}"
    bar = Cell(bar_of(p.breach, s.law.protocol.level_atr, _BAR), words.LEVEL_TONES[p.level])
    tone = Tone.DIM if stale else Tone.PLAIN
    return (Cell(risk, tone),), (bar, Cell("▏ levels in ATR", Tone.DIM)), (Cell(worth),)


def _result(p: PositionFigures, option: Option) -> str:
    """What buying all of it back at mid would come to."""
    assert p.now is not None
    gain = (p.now - p.credit) * p.quantity * option.multiplier
    return f"{'a gain' if gain >= 0 else 'a loss'} of {words.usd(abs(gain))} dollars at mid"


def until(seen: Seen, approval: Approval) -> Line:
    """How long it is open: the engine counts, and decides when it is over."""
    if approval.expires is not None:
        session = seen.calendar.on(approval.expires)
        left_s = (session.close_ms - seen.snapshot.now_ms) / SECOND_MS if session else 0
        return (Cell(f"expires in {words.span(left_s)}, at the close of {approval.expires:%a %d %b}", Tone.DIM),)
    level = "3" if approval.purpose is Purpose.STOP else "2"
    return (Cell(f"open while level {level} lasts and {approval.account} is paused (0.7)", Tone.DIM),)
