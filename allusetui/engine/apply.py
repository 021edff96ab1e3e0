"""`apply`: the one place where the durable state changes. A restart is a fold of the journal through here."""

from collections.abc import Iterable
from datetime import date

from allusetui.domain import event as ev
from allusetui.domain.moment import day_of, quarter_of
from allusetui.domain.money import ZERO
from allusetui.domain.state import State
from allusetui.engine.changes import accounts, growth, hedges, house, orders, positions
from allusetui.engine.changes.held import Changes

_CHANGES: Changes = {
    **accounts.CHANGES, **orders.CHANGES, **positions.CHANGES, **growth.CHANGES,
    **hedges.CHANGES, **house.CHANGES,
}  # fmt: skip


def fold(records: Iterable[tuple[int, int, ev.Event]]) -> State:
    """The state that a journal tells."""
    state = State()
    for _, at_ms, event in records:
        apply(state, at_ms, event)
    return state


def apply(state: State, at_ms: int, event: ev.Event) -> None:
    """Change the state by one event. Deterministic, and blind to everything but its arguments."""
    state.at_ms = at_ms
    _turn_of_the_year(state, day_of(at_ms))
    change = _CHANGES.get(type(event))
    if change is not None:
        change(state, event)


def _turn_of_the_year(state: State, today: date) -> None:
    """Realized P&L and fees are counted by calendar year and quarter."""
    quarter = quarter_of(today)
    if quarter == state.quarter:
        return
    for account in state.accounts.values():
        account.gains[state.quarter] = account.realized_quarter
        account.realized_quarter = account.hedges.spent = ZERO
        if quarter[:4] != state.quarter[:4]:
            account.realized_year = account.fees_year = ZERO
    state.quarter = quarter
