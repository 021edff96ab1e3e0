"""The engine's state ↔ plain JSON values, exactly: what is kept of it on disk."""

from dataclasses import fields
from functools import cache
from typing import Any, Final

from allusetui.codec.exact import Exact, exact, exact_fields
from allusetui.codec.shape import CodecError
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile

_STATE: Final = exact(State)
_OF_SECONDS: Final = ("scans", "leap_scans", "judging", "hedge_chains", "advice_awaited")
"""What waits for an answer of the same session: between two sessions there is none of it."""


def state_data(state: State) -> Any:
    """The state as JSON values."""
    return _STATE.write(state)


def state_of(data: Any) -> State:
    """The state that `state_data` wrote. Raises CodecError for anything else."""
    try:
        found: State = _STATE.read(data)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise CodecError(f"not a state: {error}") from None
    return found


def is_at_rest(volatile: Volatile) -> bool:
    """Whether nothing waits for an answer, so that `volatile_data` tells it whole."""
    return not any(getattr(volatile, name) for name in _OF_SECONDS)


def volatile_data(volatile: Volatile) -> Any:
    """What a restart forgets, as JSON values; it has to be at rest."""
    return _volatile().write(volatile)


def volatile_of(data: Any) -> Volatile:
    """What `volatile_data` wrote. Raises CodecError for anything else."""
    try:
        found: Volatile = _volatile().read(data)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise CodecError(f"not what a run remembers: {error}") from None
    return found


@cache
def _volatile() -> Exact:
    return exact_fields(Volatile, tuple(each.name for each in fields(Volatile) if each.name not in _OF_SECONDS))
