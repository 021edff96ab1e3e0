"""Which earlier events one follows from, as a table: from a decision back to the market's own figures."""

from collections.abc import Callable, Mapping
from typing import Final

from allusetui.domain import event as ev
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import DAY_MS
from allusetui.domain.snapshot import Told
from allusetui.ledger.cause import entered

_NOW = 1_000
_WEEK, _MONTH, _QUARTER, _YEARS = 7 * DAY_MS, 31 * DAY_MS, 100 * DAY_MS, 800 * DAY_MS
_DEEPEST, _MOST = 4, 8


@frozen
class Lead:
    """What to look for before an event: the newest of these kinds not older than `within_ms`.

    `of` names what both have in common: contract, symbol, intent, id; empty: nothing but the account. `system`: the
    event is nobody's own, or everybody's. `fits` is asked with the earlier event and the later one.
    """

    kinds: frozenset[str]
    within_ms: int
    of: str = ""
    system: bool = False
    fits: Callable[[ev.Event, ev.Event], bool] = lambda earlier, later: True

    def leads(self, earlier: Told, later: Told) -> bool:
        """Whether the earlier event is what this looks for, before the later one."""
        return (
            earlier.event.kind in self.kinds
            and 0 <= later.at_ms - earlier.at_ms <= self.within_ms
            and earlier.seq < later.seq
            and earlier.event.account in ((None, later.event.account) if self.system else (later.event.account,))
            and (not self.of or _common(self.of, earlier.event) == _common(self.of, later.event))
            and self.fits(earlier.event, later.event)
        )


Find = Callable[[Lead, Told], Told | None]
"""Gives the newest event that a lead leads to, before one; None where there is none."""


def symbol_of(event: ev.Event) -> str | None:
    """The symbol that an event is about."""
    own = getattr(event, "symbol", None) or entered(event)
    return own if own is not None else getattr(getattr(event, "contract", None), "symbol", None)


def chain(told: Told, find: Find) -> tuple[Told, ...]:
    """What led to an event, the oldest first, at most eight: its leads, and theirs in turn."""
    found: dict[int, Told] = {}
    level = [told]
    for _ in range(_DEEPEST):
        earlier = [each for later in level for lead in leads_of(later.event) if (each := find(lead, later))]
        level = list({each.seq: each for each in earlier if each.seq not in found}.values())
        found |= {each.seq: each for each in level[: _MOST - len(found)]}
    return tuple(found[seq] for seq in sorted(found))


def leads_of(event: ev.Event) -> tuple[Lead, ...]:
    """What an event of its kind follows from."""
    if isinstance(event, ev.EntrySkipped):
        return _SKIPS.get(event.reason, ())
    if isinstance(event, ev.LatchSet | ev.LatchReleased):
        return _LATCHES.get((event.kind, event.latch), ())
    return _LEADS.get(event.kind, ())


def _common(name: str, event: ev.Event) -> object:
    return symbol_of(event) if name == "symbol" else getattr(event, name, None)


def _lead(
    *classes: type[ev.Event], within: int = _WEEK, of: str = "", system: bool = False,
    fits: Callable[[ev.Event, ev.Event], bool] = lambda earlier, later: True,
) -> Lead:  # fmt: skip
    return Lead(frozenset(each.kind for each in classes), within, of, system, fits)


def _at_least(level: int) -> Callable[[ev.Event, ev.Event], bool]:
    return lambda earlier, later: isinstance(earlier, ev.LevelChanged) and earlier.to >= level


def _cites_the_same(earlier: ev.Event, later: ev.Event) -> bool:
    """Whether both name a clause: of several latches the one that a skip is for."""
    return bool(set(earlier.clauses) & set(later.clauses))


def _acts(*actions: str) -> Callable[[ev.Event, ev.Event], bool]:
    return lambda earlier, later: isinstance(earlier, ev.OperatorKey) and earlier.action in actions


def _is_rising_to(earlier: ev.Event, later: ev.Event) -> bool:
    """The level from which a contract came to the later one, on its way up."""
    return (
        isinstance(earlier, ev.LevelChanged)
        and isinstance(later, ev.LevelChanged)
        and later.to > later.from_ == earlier.to > earlier.from_
    )


def _tier(*tiers: str) -> Callable[[ev.Event, ev.Event], bool]:
    return lambda earlier, later: getattr(earlier, "tier", None) in tiers


def _same(name: str) -> Callable[[ev.Event, ev.Event], bool]:
    return lambda earlier, later: getattr(earlier, name, None) == getattr(later, name, None)


_SOLD: Final = _lead(ev.OrderFilled, within=_QUARTER, of="contract", fits=lambda e, _: getattr(e, "side", "") == "SELL")
_LEVEL: Final = _lead(ev.LevelChanged, of="contract")
_LEVEL_2: Final = _lead(ev.LevelChanged, within=DAY_MS, fits=_at_least(2))
_ORDER: Final = (_lead(ev.OrderIntended, of="intent"),)
_MARKET: Final = _lead(ev.TriggersJudged, within=5 * DAY_MS, system=True)
_PAUSE: Final = _lead(ev.OperatorKey, within=_QUARTER, system=True, fits=_acts("pause", "no_entries", "maintenance"))
_MARK: Final = _lead(ev.AccountMarked, within=5 * DAY_MS)
_TRIP: Final = _lead(ev.BreakerTripped, within=_YEARS, system=True, fits=_cites_the_same)

_LEADS: Final[Mapping[str, tuple[Lead, ...]]] = {
    ev.LevelChanged.kind: (
        _lead(ev.LevelChanged, of="contract", fits=_is_rising_to),
        _lead(ev.AtrFixed, within=DAY_MS, of="symbol", system=True),
        _SOLD,
    ),
    ev.StopDone.kind: (_LEVEL, _lead(ev.RollRefused, within=DAY_MS, of="contract")),
    ev.RollPrepared.kind: (_LEVEL,),
    ev.RollDone.kind: (_LEVEL, _lead(ev.RollPrepared, of="contract")),
    ev.RollRefused.kind: (_LEVEL, _lead(ev.RollPrepared, of="contract")),
    ev.PivotEntered.kind: (
        _MARK,
        _lead(ev.LevelChanged, fits=_at_least(1)),
        _lead(ev.AssignmentReceived, within=_MONTH),
        _MARKET,
    ),
    ev.PivotLeft.kind: (_lead(ev.PivotEntered, within=_YEARS), _MARK),
    ev.FreezeOn.kind: (_lead(ev.LevelChanged, within=_NOW, fits=_at_least(2)),),
    ev.FreezeOff.kind: (_lead(ev.FreezeOn, within=_QUARTER),),
    ev.BreakerTripped.kind: (_MARKET,),
    ev.BreakerCleared.kind: (_lead(ev.BreakerTripped, within=_YEARS, system=True, fits=_same("tier")),),
    ev.TriggerOn.kind: (_lead(ev.TriggersJudged, within=_NOW, system=True),),
    ev.TriggerOff.kind: (
        _lead(ev.TriggerOn, within=_YEARS, system=True, fits=_same("trigger")),
        _lead(ev.TriggersJudged, within=_NOW, system=True),
    ),
    ev.HedgePlanned.kind: (_LEVEL_2, _lead(ev.TriggerOn, system=True)),
    ev.HedgeOpened.kind: (_lead(ev.HedgePlanned, within=DAY_MS, of="contract"),),
    ev.HedgeSkipped.kind: (_LEVEL_2, _lead(ev.TriggerOn, system=True)),
    ev.HedgeReleased.kind: (_lead(ev.HedgeOpened, within=_YEARS, of="contract"), _MARKET),
    ev.AssignmentReceived.kind: (_lead(ev.AssignmentPrepared, within=DAY_MS, of="contract"), _LEVEL, _SOLD),
    ev.AssignmentPrepared.kind: (_LEVEL, _SOLD),
    ev.CalledAwayReceived.kind: (_lead(ev.CallHeld, of="contract"), _SOLD),
    ev.ExpiredReceived.kind: (_SOLD,),
    ev.LotClosed.kind: (_SOLD,),
    ev.EntryPlanned.kind: (_lead(ev.StateChanged, within=DAY_MS),),
    ev.OrderIntended.kind: (
        _lead(ev.EntryPlanned, within=_NOW, of="contract"),
        _lead(ev.HedgePlanned, within=_NOW, of="contract"),
        _lead(ev.LevelChanged, within=DAY_MS, of="contract"),
    ),
    **dict.fromkeys(
        (e.kind for e in (ev.OrderSent, ev.OrderReplaced, ev.OrderFilled, ev.OrderRejected, ev.OrderUnknown)), _ORDER
    ),
    ev.OrderCancelled.kind: (_lead(ev.CancelRequested, within=DAY_MS, of="intent"), *_ORDER),
    ev.OrderAbandoned.kind: (*_ORDER, _lead(ev.OrderRejected, within=DAY_MS, of="intent")),
    ev.StateRefused.kind: (_lead(ev.OperatorKey, within=_NOW, system=True), _TRIP),
    ev.StateChanged.kind: (_lead(ev.LatchSet, within=_NOW), _lead(ev.OperatorKey, within=_NOW, system=True)),
    ev.LeapOpened.kind: (_lead(ev.LeapsPlanned),),
    ev.LeapRolled.kind: (_lead(ev.LeapDue, of="contract"), _lead(ev.LeapSold, of="contract")),
    ev.LeapClosed.kind: (_lead(ev.LeapDue, of="contract"), _lead(ev.LeapSold, of="contract")),
    ev.LeapSold.kind: (_lead(ev.LeapDue, of="contract"),),
    ev.LeapSkipped.kind: (_lead(ev.LeapsPlanned),),
    ev.LeapsPlanned.kind: (_lead(ev.ReinvestDone, within=_QUARTER), _lead(ev.TriggerOn, system=True)),
    ev.ReinvestDone.kind: (_MARK,),
    ev.ReinvestPlanned.kind: (_lead(ev.ReinvestDone, within=_QUARTER),),
    ev.AccountForked.kind: (_MARK,),
    ev.AccountMerged.kind: (_lead(ev.RunOffBegun, within=_YEARS),),
    ev.RunOffBegun.kind: (_MARK,),
    ev.ApprovalRequested.kind: (
        _LEVEL, _PAUSE,
        _lead(ev.LlmsSuggested, within=_NOW, of="id"),
        _lead(ev.AmendmentProposed, within=_NOW, of="id"),
    ),
    ev.LawEnacted.kind: (_lead(ev.ApprovalDecided, within=_MONTH, of="id"),),
    ev.LawNotEnacted.kind: (_lead(ev.ApprovalDecided, within=_MONTH, of="id"),),
    ev.LlmsSuggested.kind: (_lead(ev.ReinvestDone, within=_WEEK), _lead(ev.LlmsOutcome, within=_WEEK)),
    ev.LlmsApplied.kind: (_lead(ev.ApprovalDecided, within=_QUARTER, of="id"),),
    ev.LlmsOutcome.kind: (_lead(ev.LlmsApplied, within=_YEARS, of="id"),),
    ev.ApprovalDecided.kind: (_lead(ev.ApprovalRequested, within=_QUARTER, of="id"),),
    ev.AssignmentFeared.kind: (_SOLD,),
    ev.AlertRaised.kind: (
        _lead(
            ev.AssignmentFeared, ev.BrokerDown, ev.ReconcileMismatch, ev.DataStale, ev.DataInvalid, ev.MarginFound,
            ev.OrderRejected, ev.BreakerTripped, within=_NOW, system=True,
        ),
    ),
    ev.ReportWritten.kind: (_lead(ev.WeekTyped, within=DAY_MS, system=True),),
}  # fmt: skip
_SKIPS: Final[Mapping[str, tuple[Lead, ...]]] = {
    "frozen": (_lead(ev.FreezeOn, within=_QUARTER),),
    "pivot": (_lead(ev.PivotEntered, within=_YEARS),),
    "hedged_week": (_lead(ev.BreakerTripped, within=_QUARTER, system=True, fits=_tier("hedged_week", "safe", "halt")),),
    "safe": (_lead(ev.LatchSet, within=_YEARS, fits=_cites_the_same), _TRIP),
    "paused": (_PAUSE,),
    "no_entries": (_PAUSE,),
    "assigned": (_lead(ev.AssignmentReceived, within=_YEARS, of="symbol"),),
    "stale": (_lead(ev.DataStale, within=DAY_MS, of="symbol", system=True),),
    "bad_quote": (_lead(ev.DataInvalid, within=DAY_MS, of="symbol", system=True),),
    "rejecting": (_lead(ev.SymbolRejecting, within=_QUARTER, of="symbol"),),
    "run_off": (_lead(ev.RunOffBegun, within=_YEARS),),
    "margin_cap": (_lead(ev.MarginFound),),
}
_LATCHES: Final[Mapping[tuple[str, str], tuple[Lead, ...]]] = {
    (ev.LatchSet.kind, "level3"): (
        _lead(ev.LevelChanged, within=_NOW, fits=_at_least(3)),
        _lead(ev.RollRefused, within=_NOW),
    ),
    (ev.LatchSet.kind, "breaker"): (_lead(ev.BreakerTripped, within=DAY_MS, system=True),),
    (ev.LatchSet.kind, "paused"): (_PAUSE,),
    (ev.LatchSet.kind, "broker"): (_lead(ev.BrokerDown, within=DAY_MS, system=True),),
    (ev.LatchSet.kind, "mismatch"): (_lead(ev.ReconcileMismatch, within=DAY_MS, system=True),),
    **{
        (ev.LatchReleased.kind, latch): (
            _lead(ev.OperatorKey, within=DAY_MS, system=True, fits=_acts("reset", "resume")),
            _lead(ev.LatchSet, within=_QUARTER, fits=_same("latch")),
        )
        for latch in ("level3", "breaker", "paused", "broker", "mismatch", "disk")
    },
}  # fmt: skip
