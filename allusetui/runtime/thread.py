"""The engine's own thread and loop, and a screen's hold on it in the same process."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from allusetui.domain.console import Key

if TYPE_CHECKING:  # the engine is imported in its own thread, while the screen paints
    from allusetui.domain.snapshot import Snapshot
    from allusetui.runtime.live import Live

Opened = Callable[["Live"], AbstractAsyncContextManager[object]]
"""What is kept open beside a live session, in its loop: the control socket."""


class EngineThread:
    """Runs a session in a thread of its own. Implements `domain.console.Console`.

    `open_session` is called in that thread, so that what it opens stays there; what it raises is kept in `failure`.
    """

    def __init__(self, open_session: "Callable[[], Live]", beside: Opened | None = None) -> None:
        self.failure: BaseException | None = None
        self.ended = threading.Event()
        self.when_begun: Callable[[], None] = lambda: None
        """Called once, in the engine's thread, when there is a first snapshot."""
        self.when_ended: Callable[[], None] = lambda: None
        self._open_session = open_session
        self._beside = beside or _nothing
        self._live: Live | None = None
        self._to_end = False
        self._thread = threading.Thread(target=self._run, name="engine")

    @property
    def started(self) -> bool:
        return self._thread.ident is not None

    def start(self) -> None:
        self._thread.start()

    def latest(self) -> "Snapshot | None":
        """The newest snapshot; None before the first."""
        return self._live.latest if self._live is not None else None

    def send(self, key: Key) -> None:
        """Hand a key to the engine. Raises BlockingIOError where it can't be taken."""
        if self._live is None or self.ended.is_set():
            raise BlockingIOError("the engine is not running")
        self._live.inbox.put(key)

    def end(self) -> None:
        """End the engine in good order."""
        self._to_end = True
        if self._live is not None:
            self._live.end()

    def join(self) -> None:
        """Wait until the engine has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._turn())
        except BaseException as error:  # told by whoever waits for this thread
            self.failure = error
        finally:
            self.ended.set()
            self.when_ended()

    async def _turn(self) -> None:
        live = self._open_session()
        live.watchers.append(self._tell_of_first)
        try:
            async with self._beside(live):
                self._live = live
                if self._to_end:
                    live.end()
                await live.run()
        finally:
            live.session.close()

    def _tell_of_first(self, snapshot: "Snapshot") -> None:
        tell, self.when_begun = self.when_begun, lambda: None
        tell()


@asynccontextmanager
async def _nothing(live: "Live") -> AsyncIterator[None]:
    yield
