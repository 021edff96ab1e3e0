"""What runs together on a virtual loop and can be stopped, or die, together: callbacks, tasks and connections."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar, copy_context
from enum import StrEnum
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Way(StrEnum):
    """Which way bytes go, as the process has it."""

    IN = "in"
    OUT = "out"


Traffic = Callable[[Way, bytes], None]
"""Is told of bytes before they leave, or are heard. Whoever is killed by it says, or hears, nothing more."""


class Severed(Protocol):
    """An end of a connection that its process may take with it."""

    def sever(self) -> None: ...


class Process:
    """Whatever is run in it sets going what is its own too, by the context that callbacks and tasks carry.

    What has been stopped, or killed, runs on to where it waits next, and no further. What a killed one still says goes
    nowhere, and nobody tells it anything any more: its connections are closed as the kernel closes them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.is_stopped = self.is_dead = False
        self.traffic: Traffic = _unheard
        self._loop = loop
        self._parked: list[asyncio.Handle] = []
        self._ends: list[Severed] = []
        self._context = copy_context()
        self._context.run(_RUNNING.set, self)

    def run(self, work: Callable[[], T]) -> T:
        """Do something in it."""
        return self._context.copy().run(work)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Set a task going in it."""
        return self._loop.create_task(work, context=self._context.copy())

    def owns(self, end: Severed) -> None:
        """An end of a connection was made in it."""
        self._ends.append(end)

    def park(self, handle: asyncio.Handle) -> None:
        """It is stopped: this waits, behind what waits already."""
        self._parked.append(handle)

    def stop(self) -> None:
        """As by SIGSTOP: time goes on without it."""
        self.is_stopped = True

    def go_on(self) -> None:
        """As by SIGCONT: it finds what came meanwhile, and all its timers late."""
        if not self.is_dead:
            self._let_go()

    def kill(self) -> None:
        """As by SIGKILL, wherever it is."""
        self.is_stopped = self.is_dead = True
        for end in self._ends:
            end.sever()

    def bury(self) -> None:
        """Everything is over: what is left of it may end as its loop does."""
        self._let_go()

    def _let_go(self) -> None:
        self.is_stopped = False
        waiting, self._parked = self._parked, []
        for handle in waiting:
            self._loop._ready.append(handle)  # type: ignore[attr-defined]  # asyncio's own queue


def running() -> Process | None:
    """The process that whoever asks belongs to."""
    return _RUNNING.get()


def process_of(handle: asyncio.Handle) -> Process | None:
    """The process that a callback belongs to."""
    return handle._context.get(_RUNNING)  # type: ignore[attr-defined,no-any-return]  # asyncio keeps it


def _unheard(way: Way, data: bytes) -> None:
    """Nobody counts them."""


_RUNNING: ContextVar[Process | None] = ContextVar("running", default=None)
