"""How events of hedges change the state: triggers, what is spent, what was skipped."""

from allusetui.domain import event as ev
from allusetui.domain.moment import day_of, week_of
from allusetui.domain.state import State
from allusetui.engine.changes.held import Changes, account_of

BY_LEVEL = "6.11"
"""The clause of hedges that a breach asks for; the others are asked for by triggers."""


def _planned(state: State, e: ev.HedgePlanned) -> None:
    """A hedge is bought once: by a breach each week, by a trigger each episode and quarter."""
    log = account_of(state, e).hedges
    log.budget = e.budget
    if BY_LEVEL in e.clauses:
        log.week = week_of(day_of(state.at_ms))
    else:
        log.episode, log.quarter = state.triggers.episode, state.quarter


def _judged(state: State, e: ev.TriggersJudged) -> None:
    found = state.triggers
    found.judged, found.calm, found.level2 = e.day, e.calm, set(e.at_level2)


def _on(state: State, e: ev.TriggerOn) -> None:
    if not state.triggers.on:
        state.triggers.episode += 1
    state.triggers.on.add(e.trigger)
    state.triggers.turned = e.day


def _off(state: State, e: ev.TriggerOff) -> None:
    state.triggers.on.discard(e.trigger)


def _opened(state: State, e: ev.HedgeOpened) -> None:
    if BY_LEVEL not in e.clauses:
        state.week_facts.setdefault(account_of(state, e).group, set()).add("Hedged")


def _skipped(state: State, e: ev.HedgeSkipped) -> None:
    log, today = account_of(state, e).hedges, day_of(state.at_ms)
    if BY_LEVEL in e.clauses:
        week = week_of(today)
        log.told = {told for told in log.told if told[0] == week} | {(week, e.reason)}
    else:
        log.decided_on = today


CHANGES: Changes = {
    ev.TriggersJudged: _judged,
    ev.TriggerOn: _on,
    ev.TriggerOff: _off,
    ev.HedgePlanned: _planned,
    ev.HedgeOpened: _opened,
    ev.HedgeSkipped: _skipped,
}
