"""An event in words: who, when, what, and its own figures, none of them rounded."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from allusetui.domain import event as ev
from allusetui.domain.contract import Option, Stock
from allusetui.domain.moment import iso
from allusetui.domain.snapshot import Told
from allusetui.domain.text import untrusted

_LONGEST_TEXT: Final = 160
_SILENT: Final = frozenset(
    ("account", "clauses", "contract", "exec_id", "settlement", "intent", "client_order_id", "clip",
     "version", "step", "sha256", "constitution_hash", "margin_rate", "replaces", "atr_source", "pocket", "figures",
     "group", "trading", "window")
)  # fmt: skip
_KINDS_IN_WORDS: Final[Mapping[str, str]] = {
    ev.PivotEntered.kind: "pivoted to covered calls only",
    ev.PivotLeft.kind: "left its pivot",
    ev.FreezeOn.kind: "froze its entries",
    ev.FreezeOff.kind: "ended its freeze of entries",
    ev.StopDone.kind: "stopped out",
    ev.RollDone.kind: "rolled",
    ev.RollRefused.kind: "refused to roll",
    ev.RollPrepared.kind: "prepared a roll of",
    ev.AssignmentReceived.kind: "was assigned on",
    ev.AssignmentPrepared.kind: "prepared for the assignment of",
    ev.AssignmentFeared.kind: "feared the early assignment of",
    ev.DividendAnnounced.kind: "a dividend was announced",
    ev.DividendExpected.kind: "expected a dividend",
    ev.CalledAwayReceived.kind: "had shares called away by",
    ev.ExpiredReceived.kind: "saw the expiry of",
    ev.EntryPlanned.kind: "planned to sell",
    ev.EntrySkipped.kind: "skipped an entry",
    ev.BreakerTripped.kind: "the breaker tripped",
    ev.BreakerCleared.kind: "the breaker cleared",
    ev.TriggerOn.kind: "a hedge trigger turned on",
    ev.TriggerOff.kind: "a hedge trigger turned off",
    ev.TriggersJudged.kind: "the market's close was judged",
    ev.HedgeOpened.kind: "opened a hedge",
    ev.HedgePlanned.kind: "planned a hedge",
    ev.HedgeSkipped.kind: "skipped a hedge",
    ev.HedgeReleased.kind: "released a hedge",
    ev.LatchSet.kind: "was latched",
    ev.LatchReleased.kind: "was released from the latch",
    ev.LotClosed.kind: "closed a lot of",
    ev.AccountMarked.kind: "was marked",
    ev.OperatorKey.kind: "a person acted",
    ev.AlertRaised.kind: "an alert was raised",
    ev.WeekTyped.kind: "the week was typed",
    ev.ReportWritten.kind: "a report was written",
    ev.AtrFixed.kind: "the ATR was fixed",
    ev.ReinvestDone.kind: "shared out its quarter's gain",
    ev.LlmsRefused.kind: "got no suggestion for its ladder",
    ev.LeapOpened.kind: "opened a LEAP",
    ev.LeapRolled.kind: "rolled a LEAP",
    ev.LeapClosed.kind: "closed a LEAP",
}
_Said = Callable[[Any], str]


def sentence_of(told: Told) -> str:
    """One event, without its citation and its full stop."""
    event = told.event
    who = f"{event.account} " if event.account is not None else ""
    said = _ONE.get(type(event), _plainly)(event)
    clauses = f" ({', '.join(event.clauses)})" if event.clauses else ""
    return f"{moment(told.at_ms)}: {who}{said}{clauses}"


def moment(at_ms: int) -> str:
    """New York's clock: `2020-02-28 09:30:00`."""
    return iso(at_ms)[:19].replace("T", " ")


def number(value: Decimal | float | int) -> str:
    """A figure as it stands, with thousands apart: `1,330,064.05`."""
    if isinstance(value, int):
        return f"{value:,}"
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    cents = exact.quantize(Decimal("0.01")) == exact
    return f"{exact:,.2f}" if cents else f"{exact.normalize():,f}"


def quoted(text: str) -> str:
    """Text of an event that may come from outside: only data, which can't look like a citation."""
    return untrusted(text, _LONGEST_TEXT).replace("[#", "(#")


def named(contract: Option | Stock) -> str:
    if isinstance(contract, Stock):
        return contract.symbol
    return f"{contract.symbol} {contract.expiry.isoformat()} {number(contract.strike)} {contract.right.value}"


def _words(name: str) -> str:
    return name.rstrip("_").replace("_", " ")


def _value(value: object) -> str | None:
    match value:
        case Option() | Stock():
            return named(value)
        case bool():
            return "yes" if value else "no"
        case Decimal() | int() | float():
            return number(value)
        case date():
            return value.isoformat()
        case str():
            return quoted(value.replace("_", " "))
        case tuple() if value and all(isinstance(each, str) for each in value):
            return ", ".join(quoted(str(each)) for each in value)
        case _:
            return None


def _plainly(event: ev.Event) -> str:
    """The kind in words, and every plain figure by its name."""
    said = _KINDS_IN_WORDS.get(event.kind, event.kind.replace(".", " ").replace("_", " "))
    contract = getattr(event, "contract", None)
    about = "" if contract is None else f" {named(contract)}"
    found = [(each.name, getattr(event, each.name)) for each in fields(event) if each.name not in _SILENT]
    told = [(name, _value(value)) for name, value in found if value not in (None, "", False)]
    return ", ".join([f"{said}{about}", *(f"{_words(name)} {text}" for name, text in told if text is not None)])


def _level(event: ev.LevelChanged) -> str:
    stale = ", quotes stale" if event.stale else ""
    # A level that staleness gave is told again once a young quote stands behind it (8.3).
    stays = f"is confirmed at level {event.to}"
    went = stays if event.to == event.from_ else f"went from level {event.from_} to level {event.to}"
    return (
        f"{named(event.contract)} {went}: spot {number(event.spot)}"
        f" against strike {number(event.strike)} is a breach of {number(event.breach)} ATR,"
        f" the ATR {number(event.atr)}{stale}"
    )


def _pivot(event: ev.PivotEntered | ev.PivotLeft) -> str:
    vix = "unknown" if event.vix is None else number(event.vix)
    return (
        f"{_KINDS_IN_WORDS[event.kind]}: equity {number(event.equity)} against a high-water mark of"
        f" {number(event.high_water)}, the VIX at {vix}"
    )


def _skipped(event: ev.EntrySkipped | ev.LeapSkipped) -> str:
    figures = (f"{_words(name)} {_value(value)}" for name, value in event.figures.items() if value is not None)
    return ", ".join([f"skipped {event.symbol}: {quoted(_words(event.reason))}", *figures])


def _marked(event: ev.AccountMarked) -> str:
    return (
        f"was worth {number(event.equity)} against a high-water mark of {number(event.high_water)},"
        f" cash {number(event.cash)}, realized {number(event.realized)}, unrealized {number(event.unrealized)}"
    )


def _suggested(event: ev.LlmsSuggested) -> str:
    e = event.evidence
    return (
        f"was advised on its ladder, approval {event.id}: {quoted(_words(event.change))}. A dollar in {e.months}"
        f" months: now mean {number(e.now.mean)}, proposed mean {number(e.proposed.mean)}; the best scores"
        f" {number(e.low)} to {number(e.high)} more, of {e.candidates} candidates on {number(e.paths)} paths,"
        f" seed {e.seed}"
    )


def _amendment(event: ev.AmendmentProposed) -> str:
    asked = event.proposal
    changes = ", ".join(f"{quoted(each.key)} from {quoted(each.was)} to {quoted(each.now)}" for each in asked.changes)
    return (
        f"a person was asked to change the law to {quoted(asked.version)}, approval {event.id}: {changes}; on"
        f" {number(asked.paths)} paths of {asked.weeks} weeks: {quoted(asked.verdict)}"
    )


def _turned_out(event: ev.LlmsOutcome) -> str:
    promised = event.promised
    return (
        f"saw what suggestion {event.id} came to by the end of {event.quarter}: a dollar became"
        f" {number(event.realized)}, promised were {number(promised.p5)} to {number(promised.p95)}"
    )


def _applied(event: ev.LlmsApplied) -> str:
    terms = event.terms
    return (
        f"went by suggestion {event.id} from then on: delta aim {number(terms.delta_aim)}, months aim"
        f" {terms.months_aim}, spacing {terms.spacing}"
    )


def _year(event: ev.YearMarked) -> str:
    prices = ("an unknown price" if mark.price is None else number(mark.price) for mark in event.marks)
    marks = (
        f"{number(mark.quantity)} {named(mark.contract)} at {price}"
        for mark, price in zip(event.marks, prices, strict=True)
    )
    return f"had its index options marked for the taxes of {event.year}: " + ", ".join(marks)


def _closed(event: ev.LotClosed) -> str:
    """With all of it the other way round it is a closing that a corrected fill has taken back."""
    said = _plainly(event)
    return f"took back what {said}" if event.quantity < 0 else said


def _linked(event: ev.SessionLinked) -> str:
    held = ", ".join(f"{each.sleeve} in {quoted(each.code)}" for each in event.accounts)
    waived = f"a person waived the rest, saying “{quoted(event.waived)}”" if event.waived else "nothing was waived"
    return (
        f"the session {quoted(event.name)} was linked to the broker, {event.mode.value}: {held}; paper weeks found"
        f" {event.paper_weeks}, {waived}"
    )


def _filled(event: ev.OrderFilled) -> str:
    verb = "bought" if event.side.sign > 0 else "sold"
    said = f"{verb} {event.quantity} {named(event.contract)} at {number(event.price)}"
    return f"{said}, commission {number(event.commission)}"


def _rolled(event: ev.RollDone | ev.RollRefused | ev.RollPrepared) -> str:
    said = f"{_KINDS_IN_WORDS[event.kind]} {named(event.contract)}"
    if isinstance(event, ev.RollDone):
        said += f" into {event.quantity} {named(event.candidate)}"
    elif event.candidates:
        best = event.candidates[0]
        said += f", best candidate {named(best.contract)} for a credit of {number(best.credit)}"
    cost = "" if event.cost is None else f", cost {number(event.cost)}"
    reason = f", because of {quoted(_words(event.reason))}" if isinstance(event, ev.RollRefused) else ""
    return f"{said}{cost}, first credit {number(event.first_credit)}{reason}"


def _alert(event: ev.AlertRaised) -> str:
    return f"{quoted(event.severity)} alert, which says “{quoted(event.text)}”"


def _judged(event: ev.TriggersJudged) -> str:
    known = (("VIX", event.vix), ("SPX", event.index), ("its high", event.high), ("breadth", event.breadth))
    return f"close of {event.day.isoformat()}: " + ", ".join(
        f"{name} {'unknown' if value is None else number(value)}" for name, value in known
    )


def _acted(event: ev.OperatorKey) -> str:
    about = f" {named(event.contract)}" if event.contract is not None else ""
    amount = f" {number(event.amount)}" if event.amount is not None else ""
    return f"{quoted(event.by)} pressed {_words(event.action)}{about}{amount}"


_ONE: Final[Mapping[type[ev.Event], _Said]] = {
    ev.LevelChanged: _level, ev.PivotEntered: _pivot, ev.PivotLeft: _pivot, ev.EntrySkipped: _skipped,
    ev.LeapSkipped: _skipped, ev.AccountMarked: _marked, ev.YearMarked: _year, ev.OrderFilled: _filled,
    ev.RollDone: _rolled, ev.RollRefused: _rolled, ev.RollPrepared: _rolled, ev.AlertRaised: _alert,
    ev.TriggersJudged: _judged, ev.OperatorKey: _acted, ev.LlmsSuggested: _suggested, ev.LlmsOutcome: _turned_out,
    ev.LlmsApplied: _applied, ev.AmendmentProposed: _amendment, ev.LotClosed: _closed, ev.SessionLinked: _linked,
}  # fmt: skip
