"""What a screen may ask of a running engine: frozen snapshots one way, keys the other."""

from typing import TYPE_CHECKING, Protocol

from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen

if TYPE_CHECKING:  # a screen paints before anything is known
    from allusetui.domain.snapshot import Snapshot


@frozen
class Key:
    """What a person asks for: an operator's action of the scenario format, on one account or on all.

    An answer names its `prompt` and the hash of what was `shown` of it.
    """

    action: str
    account: str | None = None
    contract: Option | None = None
    by: str = "operator"
    prompt: str | None = None
    shown: str | None = None


class Console(Protocol):
    """A screen's hold on a running engine, here or over a socket. Nothing of it blocks."""

    def latest(self) -> "Snapshot | None":
        """The newest snapshot; None before the first."""

    def send(self, key: Key) -> None:
        """Hand a key to the engine. Raises BlockingIOError where its inbox is full."""

    def end(self) -> None:
        """End the engine: entries cancelled, everything stored."""
