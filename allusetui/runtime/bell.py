"""What wakes whoever turns a session, for those who bring reports from outside of it."""

from collections.abc import Callable


class Bell:
    """Rung by a broker when something has come in. Silent until somebody listens."""

    def __init__(self) -> None:
        self._wake: Callable[[], None] = lambda: None

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` at each ring from now on; it must be safe to call from any thread."""
        self._wake = wake

    def ring(self) -> None:
        self._wake()
