"""What goes wrong on the wire, by command: messages that are lost, late, doubled, out of order or in pieces."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

from allusetui.broker.gateway.frames import Value, frame
from allusetui.broker.gateway.part import Ending
from allusetui.broker.gateway.session import Session
from allusetui.domain.frozen import frozen

Piece = tuple[int, bytes | Ending]
About = Callable[[str, Session, Sequence[Value]], bool]


class Kind(StrEnum):
    """What happens to a message. The last two are about what a client says, and about both ways."""

    MUTE = "mute"
    DELAY = "delay"
    REORDER = "reorder"
    DUPLICATE = "duplicate"
    SPLIT = "split"
    UNHEARD = "unheard"
    HALF_OPEN = "half_open"


_IN: Final = (Kind.UNHEARD, Kind.HALF_OPEN)
_OUT: Final = (Kind.MUTE, Kind.DELAY, Kind.REORDER, Kind.DUPLICATE, Kind.SPLIT, Kind.HALF_OPEN)
_PIECE_BYTES: Final = 3


@frozen
class LineFault:
    """A fault of the wire: of messages with the id `message` or of all, of one client or order, or of everybody.

    It ends after `count` messages, or `for_ms` later; with neither it lasts. `delay_ms` is how late a message comes; a
    message that is out of order comes after the next one.
    """

    kind: Kind
    message: int | None = None
    client_id: int | None = None
    order_ref: str | None = None
    count: int | None = None
    for_ms: int | None = None
    delay_ms: int = 0


class _Active:
    """A fault, and how much of it is left."""

    def __init__(self, fault: LineFault, at_ms: int) -> None:
        self.fault = fault
        self.left = fault.count
        self._until_ms = None if fault.for_ms is None else at_ms + fault.for_ms

    def over(self, at_ms: int) -> bool:
        return self.left == 0 or (self._until_ms is not None and at_ms >= self._until_ms)

    def strikes(self, session: Session, values: Sequence[Value], about: About) -> bool:
        """Whether it is about this message; it is used up by that."""
        fault = self.fault
        if fault.message not in (None, _id(values)) or fault.client_id not in (None, session.client_id):
            return False
        if fault.order_ref is not None and not about(fault.order_ref, session, values):
            return False
        if self.left is not None:
            self.left -= 1
        return True


class LineFaults:
    """Implements `part.Faults`: everything is sound until a fault begins.

    `about(order_ref, session, values)` says whether a message is about an order.
    """

    def __init__(self, about: About) -> None:
        self._about = about
        self._active: list[_Active] = []
        self._kept: dict[int, list[bytes]] = {}
        self._whole_ms: dict[int, int] = {}
        """Until when a message in pieces is on its way to a connection: nothing may come between them."""
        self._last_ms: dict[int, int] = {}
        """When the last thing leaves that a connection is to be sent."""

    def begin(self, fault: LineFault, at_ms: int) -> None:
        """From now on."""
        self._active.append(_Active(fault, at_ms))

    def end(self) -> None:
        """Everything is sound again; what was kept back for its turn comes after the next message."""
        self._active.clear()

    def hears(self, session: Session, message_id: int, fields: list[str], at_ms: int) -> bool:
        return self._strike(_IN, session, (message_id, *fields), at_ms) is None

    def sends(self, session: Session, values: tuple[Value, ...], at_ms: int) -> Sequence[Piece]:
        body, key = frame(values), session.key
        if not self._active and not self._kept and key not in self._last_ms:
            return ((at_ms, body),)
        struck = self._strike(_OUT, session, values, at_ms)
        pieces = self._struck(struck, key, body, at_ms)
        if pieces and (struck is None or struck.kind is not Kind.REORDER):
            pieces += [(pieces[-1][0], kept) for kept in self._kept.pop(key, [])]
        self._remember(key, [due_ms for due_ms, _ in pieces], at_ms)
        return pieces

    def _remember(self, key: int, dues_ms: list[int], at_ms: int) -> None:
        """What is still on its way to a connection."""
        last_ms = max([self._last_ms.get(key, at_ms), *dues_ms])
        if last_ms > at_ms:
            self._last_ms[key] = last_ms
        else:
            self._last_ms.pop(key, None)
            self._whole_ms.pop(key, None)

    def _strike(
        self, kinds: tuple[Kind, ...], session: Session, values: Sequence[Value], at_ms: int
    ) -> LineFault | None:
        """The first fault of these kinds that is about the message."""
        self._active = [each for each in self._active if not each.over(at_ms)]
        for each in self._active:
            if each.fault.kind in kinds and each.strikes(session, values, self._about):
                return each.fault
        return None

    def _struck(self, fault: LineFault | None, key: int, body: bytes, at_ms: int) -> list[Piece]:
        free_ms = max(at_ms, self._whole_ms.get(key, at_ms))
        if fault is None:
            return [(free_ms, body)]
        match fault.kind:
            case Kind.DELAY:
                return [(max(at_ms + fault.delay_ms, free_ms), body)]
            case Kind.REORDER:
                self._kept.setdefault(key, []).append(body)
                return []
            case Kind.DUPLICATE:
                return [(free_ms, body), (free_ms, body)]
            case Kind.SPLIT:
                # Behind all that is on its way already, part of which could come between the pieces.
                start_ms, cuts = max(free_ms, self._last_ms.get(key, at_ms)), range(0, len(body), _PIECE_BYTES)
                self._whole_ms[key] = start_ms + len(cuts)
                return [(start_ms + index, body[cut : cut + _PIECE_BYTES]) for index, cut in enumerate(cuts)]
            case _:
                return []


def _id(values: Sequence[Value]) -> int:
    """The id of a message; the greeting's first value is a version, which is no message's."""
    return values[0] if isinstance(values[0], int) else 0
