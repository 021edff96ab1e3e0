"""Keys on their way to the engine: few, in order, from any thread, and never dropped in silence."""

from collections import deque
from collections.abc import Callable

from allusetui.domain.console import Key

ROOM = 256


class Inbox:
    """Holds up to `ROOM` keys. `wake` is called after each, from the thread that brings it."""

    def __init__(self, wall_s: Callable[[], float], wake: Callable[[], None]) -> None:
        self._wall_s = wall_s
        self._wake = wake
        self._keys: deque[tuple[Key, float]] = deque()
        self.overflowed = False

    def put(self, key: Key) -> None:
        """Bring a key. Raises BlockingIOError where there is no room, and the engine will know of it."""
        if len(self._keys) >= ROOM:
            self.overflowed = True
            self._wake()
            raise BlockingIOError("the engine does not take keys: its inbox is full")
        self._keys.append((key, self._wall_s()))
        self._wake()

    def take(self) -> tuple[Key, float] | None:
        """The oldest key and the wall's second at which it came; None where there is none."""
        return self._keys.popleft() if self._keys else None
