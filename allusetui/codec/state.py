"""The durable state ↔ plain JSON values, exactly: what is kept of it on disk."""

from typing import Any, Final

from allusetui.codec.exact import exact
from allusetui.codec.shape import CodecError
from allusetui.domain.state import State

_STATE: Final = exact(State)


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
