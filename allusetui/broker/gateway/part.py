"""What the gateway is put together from: parts, each with the messages that it answers."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

from allusetui.broker.gateway.fields import Fields
from allusetui.broker.gateway.frames import Value, frame
from allusetui.broker.gateway.session import Session
from allusetui.domain.frozen import frozen


@frozen
class Route:
    """How one message is read, and who answers it: `answer(session, request, at_ms)`.

    `id_at`: which of the fields holds the request's id, so that what can't be read is refused under it.
    """

    parse: Callable[[Fields], Any]
    answer: Callable[[Session, Any, int], None]
    id_at: int | None = None


class Ending(Enum):
    """Sent in place of bytes: the connection is closed, or torn down without a word."""

    CLOSE = "close"
    ABORT = "abort"


class Faults(Protocol):
    """What goes wrong on the wire."""

    def hears(self, session: Session, message_id: int, fields: list[str], at_ms: int) -> bool:
        """Whether the gateway hears a message at all."""

    def sends(self, session: Session, values: tuple[Value, ...], at_ms: int) -> Sequence[tuple[int, bytes | Ending]]:
        """What really leaves in place of a message, each piece with its instant."""


class Sound:
    """Implements `Faults`: nothing goes wrong."""

    def hears(self, session: Session, message_id: int, fields: list[str], at_ms: int) -> bool:
        return True

    def sends(self, session: Session, values: tuple[Value, ...], at_ms: int) -> Sequence[tuple[int, bytes | Ending]]:
        return ((at_ms, frame(values)),)


class Part(Protocol):
    """Answers some messages, and may have something to say of itself as time passes."""

    def routes(self) -> Mapping[int, Route]:
        """What it answers, by message id."""

    def joined(self, session: Session, at_ms: int) -> None:
        """A client has begun."""

    def lost(self, session: Session, at_ms: int) -> None:
        """A connection is gone; what it had asked for is forgotten."""

    def next_ms(self, after_ms: int) -> int | None:
        """When it has something to do next without being asked."""

    def advance(self, at_ms: int) -> None:
        """What is due up to the instant happens."""


class Quiet:
    """A `Part` that takes no notice of who comes and goes, and says nothing unasked."""

    def joined(self, session: Session, at_ms: int) -> None:
        pass

    def lost(self, session: Session, at_ms: int) -> None:
        pass

    def next_ms(self, after_ms: int) -> int | None:
        return None

    def advance(self, at_ms: int) -> None:
        pass
