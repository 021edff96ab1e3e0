"""What becomes of a key that came over the socket: it is answered when the journal has it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Final, Protocol

from allusetui.domain.console import Key
from allusetui.domain.event import AlertRaised, OperatorKey, StateRefused
from allusetui.domain.frozen import mutable
from allusetui.domain.snapshot import Snapshot, Told
from allusetui.domain.text import untrusted
from allusetui.engine.operator import ANSWERS, ON_EACH
from allusetui.runtime.inbox import ROOM, Inbox
from allusetui.runtime.talk import ControlError

PATIENCE_S: Final = 2.0
_ON_ALL: Final = ON_EACH | {"kill", "reset"}
_STOPS: Final = frozenset({"kill", "pause"})
_MOST_WAITING: Final = ROOM // 2
"""Keys from the socket: a flood of them never fills the inbox, and what stops an account always gets in."""
_ACTIONS: Final = _ON_ALL | ANSWERS | {"close"}


class Hub(Protocol):
    """A live session as its socket needs it; all of it in the session's own loop."""

    inbox: Inbox
    watchers: list[Callable[[Snapshot], None]]
    """Called with each new snapshot."""

    @property
    def latest(self) -> Snapshot | None: ...

    def end(self) -> None: ...


@mutable(eq=False)
class _Waiting:
    """A key, and the accounts whose events are still awaited; None stands for all of them at once."""

    key: Key
    after_seq: int
    awaited: set[str | None]
    journaled: asyncio.Future[None]
    refusals: list[str] = field(default_factory=list)


class Answers:
    """Presses keys and finds in the snapshots that follow what came of them."""

    def __init__(self, hub: Hub, patience_s: float = PATIENCE_S) -> None:
        self._hub = hub
        self._patience_s = patience_s
        self._waiting: list[_Waiting] = []
        self._seen_seq = 0

    async def press(self, key: Key) -> None:
        """Returns once the journal has the key. Raises ControlError, in one line, where it does nothing."""
        snapshot = self._hub.latest
        if snapshot is None or snapshot.ended:
            raise ControlError("the engine has ended" if snapshot else "the engine has not begun yet")
        check(key, snapshot)
        if len(self._waiting) >= _MOST_WAITING and key.action not in _STOPS:
            raise ControlError(f"{len(self._waiting)} keys wait for the engine already: {key.action} was not sent")
        each = key.account is None and key.action in ON_EACH
        awaited: set[str | None] = set(snapshot.state.accounts) if each else {key.account}
        seq = snapshot.tail[-1].seq if snapshot.tail else 0
        waiting = _Waiting(key, seq, awaited, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            self._hub.inbox.put(key)
            await asyncio.wait_for(waiting.journaled, self._patience_s)
        except BlockingIOError as error:
            raise ControlError(str(error)) from None
        except TimeoutError:
            late = f"{key.action} was sent, but after {self._patience_s:g} s the journal does not have it"
            raise ControlError(f"{late}: ask for the status") from None
        finally:
            self._waiting.remove(waiting)
        if waiting.refusals:
            raise ControlError("; ".join(waiting.refusals))

    def look(self, snapshot: Snapshot) -> None:
        """Find the keys that the journal has got since the last look."""
        tail = snapshot.tail
        for index, told in enumerate(tail):
            if told.seq > self._seen_seq and isinstance(told.event, OperatorKey):
                self._journaled(told, told.event, tail[index + 1 :])
        self._seen_seq = tail[-1].seq if tail else 0

    def _journaled(self, told: Told, event: OperatorKey, rest: Sequence[Told]) -> None:
        acted = (event.action, event.by, event.contract)
        for waiting in self._waiting:
            key = waiting.key
            is_it = (key.action, untrusted(key.by), key.contract) == acted and event.account in waiting.awaited
            if is_it and told.seq > waiting.after_seq:
                waiting.awaited.discard(event.account)
                waiting.refusals += refusals(event, rest)
                if not waiting.awaited and not waiting.journaled.done():
                    waiting.journaled.set_result(None)
                return


def check(key: Key, snapshot: Snapshot) -> None:
    """Raises ControlError for a key that no engine in this state could mean anything by."""
    accounts = snapshot.state.accounts
    if key.action not in _ACTIONS:
        raise ControlError(f"no such action: {untrusted(key.action, 40)}; there are {', '.join(sorted(_ACTIONS))}")
    names_prompt = key.action in ANSWERS and key.prompt is not None
    if key.account is None and key.action not in _ON_ALL and not names_prompt:
        raise ControlError(f"{key.action} needs an account: {', '.join(accounts)}")
    if key.account is not None and key.action == "kill":
        raise ControlError("kill stops every account: leave the account out")
    if key.account is not None and key.account not in accounts:
        raise ControlError(f"no account {untrusted(key.account, 40)}; there are {', '.join(accounts)}")
    if key.contract is None and key.action == "close":
        raise ControlError("close needs a contract")


def refusals(key: OperatorKey, rest: Sequence[Told]) -> list[str]:
    """Why a journaled key did nothing, by what stands behind it in the journal; empty where it did."""
    found: list[str] = []
    for place, told in enumerate(rest):
        match told.event:
            case OperatorKey():
                break
            case StateRefused() as no if no.reason == key.action:
                found.append(f"{no.account}: {key.action} is not allowed in {no.from_} ({', '.join(no.clauses)})")
            case AlertRaised(severity="warning") as no if place == 0:
                found.append(no.text)
            case _:
                pass
    return found
