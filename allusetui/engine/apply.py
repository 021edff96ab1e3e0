"""`apply`: the one place where the durable state changes. A restart is a fold of the journal through here."""

from collections.abc import Iterable
from datetime import date

from allusetui.domain import event as ev
from allusetui.domain.moment import day_of, quarter_of
from allusetui.domain.money import ZERO
from allusetui.domain.state import State
from allusetui.domain.text import untrusted
from allusetui.engine.changes import accounts, advice, growth, hedges, house, orders, positions
from allusetui.engine.changes.held import Changes

_CHANGES: Changes = {
    **accounts.CHANGES, **orders.CHANGES, **positions.CHANGES, **growth.CHANGES,
    **hedges.CHANGES, **house.CHANGES, **advice.CHANGES,
}  # fmt: skip


_UNFIT = (AssertionError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class FoldError(Exception):
    """A record that can't follow those before it; one line, to show as it is."""


def fold(records: Iterable[tuple[int, int, ev.Event]], state: State | None = None) -> State:
    """The state that a journal tells; with a state, which then changes, the one that its further records lead to.

    Raises FoldError, naming the record, for one that can't follow those before it.
    """
    state = State() if state is None else state
    for seq, at_ms, event in records:
        try:
            apply(state, at_ms, event)
        except _UNFIT as error:
            raise FoldError(f"record {seq}: {event.kind} can't follow what came before it: {_why(error)}") from error
    return state


def _why(error: Exception) -> str:
    match error:
        case KeyError():
            return untrusted(f"there is no {error.args[0]}")
        case ValueError():
            return untrusted(str(error))
        case _:
            return type(error).__name__


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
