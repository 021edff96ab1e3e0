"""How whoever keeps the laws is asked: aside, in a thread of its own, which the engine's loop never awaits.

It knows which changes of the law wait for a person, and writes what was approved. No engine does either.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from allusetui.domain.frozen import frozen
from allusetui.domain.input import LawWritten, ProposalsSeen
from allusetui.domain.proposal import Proposal
from allusetui.ports import LawKeeper, LawKeeperError

EVERY_S: Final = 2.0
Told = ProposalsSeen | LawWritten


class Amending(Protocol):
    """What is known at once is returned; the rest comes by `advance`."""

    @property
    def has_news(self) -> bool:
        """Whether there is something to tell that nobody has asked for yet."""

    def enact(self, prompt: str, proposal: Proposal, at_ms: int) -> Sequence[Told]: ...

    def advance(self, at_ms: int) -> Sequence[Told]: ...


@frozen
class _Order:
    """What is to be written."""

    prompt: str
    proposal: Proposal


class Aside:
    """Looks every so many seconds, and rings when there is something to tell. `close` ends its thread."""

    def __init__(self, keeper: LawKeeper, ring: Callable[[], None], every_s: float = EVERY_S) -> None:
        self._keeper, self._ring, self._every_s = keeper, ring, every_s
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._told: deque[Callable[[int], Told]] = deque()
        threading.Thread(target=self._keep, name="laws", daemon=True).start()

    @property
    def has_news(self) -> bool:
        return bool(self._told)

    def enact(self, prompt: str, proposal: Proposal, at_ms: int) -> Sequence[Told]:
        self._orders.put(_Order(prompt, proposal))
        return ()

    def advance(self, at_ms: int) -> Sequence[Told]:
        found = []
        while self._told:
            found.append(self._told.popleft()(at_ms))
        return found

    def close(self) -> None:
        self._orders.put(None)

    def _keep(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=self._every_s)
            except Empty:
                self._look()
                continue
            if order is None:
                return
            self._write(order)
            self._look()

    def _look(self) -> None:
        try:
            waiting = self._keeper.waiting()
        except Exception:  # what can't be looked at is not asked for
            return
        if waiting is not None:
            self._tell(lambda at_ms: ProposalsSeen(at_ms, waiting))

    def _write(self, order: _Order) -> None:
        trouble = _trouble(self._keeper, order.proposal)
        self._tell(lambda at_ms: LawWritten(at_ms, order.prompt, trouble))

    def _tell(self, told: Callable[[int], Told]) -> None:
        self._told.append(told)
        self._ring()


def _trouble(keeper: LawKeeper, proposal: Proposal) -> str:
    """Why it did not come into force; empty where it did."""
    try:
        keeper.enact(proposal)
    except LawKeeperError as error:
        return str(error)
    except Exception as error:  # a yes is always told what became of it
        return f"failed ({type(error).__name__})"
    return ""
