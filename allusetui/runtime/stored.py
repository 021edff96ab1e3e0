"""Where a stored session goes on: the journal's last instant, or a later one of the broker's book."""

from allusetui.domain.frozen import frozen
from allusetui.domain.input import OperatorActed
from allusetui.domain.state import State
from allusetui.domain.volatile import Volatile


@frozen
class Stand:
    """A session as its journal tells it, its clock at `at_ms`."""

    state: State
    at_ms: int
    findings: str
    """What the state was made from: the whole journal, or a snapshot and what came after it."""

    @property
    def seen_ms(self) -> int:
        """What came up to this instant has been looked at, for certain.

        The last instant may not have been looked at in full, so it is looked at again; a close or a report cut is not,
        once its marks are there.
        """
        return self.state.at_ms - (self.state.marked_ms < self.state.at_ms)


@frozen
class Halfway:
    """A run between two instants, to go on later as if it had never stopped: nothing is restarted, nothing forgotten.

    `keys`: what people will yet do.
    """

    state: State
    volatile: Volatile
    at_ms: int
    keys: tuple[OperatorActed, ...]
