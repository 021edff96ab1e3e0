"""What became of the keys: sent, taken by the engine, or without an answer; told on the alert line."""

from typing import TYPE_CHECKING

from allusetui.domain.console import Key
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS
from allusetui.view.model import Cell, Line, Tone

if TYPE_CHECKING:
    from allusetui.domain.snapshot import Snapshot

PATIENCE_MS = 2_000
SHOWN_MS = 8_000
BRIEF_MS = 3_000
GREETING_MS = 30_000


@frozen
class Sent:
    """A key on its way: what it says, when it left, and the journal's end then."""

    key: Key
    words: str
    at_ms: float
    seq: int


class Notes:
    """The keys that the engine has not journalled yet, and the last thing that could not be done."""

    def __init__(self, shell: str = "") -> None:
        """`shell`: what names the session behind a command that is typed in a shell."""
        self._shell = shell
        self._waiting: list[Sent] = []
        self._said: tuple[Cell, float] | None = None
        self._greeting: tuple[Cell, float] | None = None
        self._begun = True

    def sent(self, key: Key, words: str, snapshot: "Snapshot | None", now_ms: float) -> None:
        """A key has left."""
        self._said = None
        self._waiting.append(Sent(key, words, now_ms, _end(snapshot)))

    def refused(self, words: str, now_ms: float) -> None:
        """Something was not done, and why."""
        self._said = (Cell(words, Tone.LOUD), now_ms + SHOWN_MS)

    def missing(self, words: str, now_ms: float) -> None:
        """What was asked for is not there; nothing is lost by it."""
        self._said = (Cell(words, Tone.WARN), now_ms + BRIEF_MS)

    def greeted(self, words: str, now_ms: float) -> None:
        """What somebody who is new here wants to know, as long as nothing else is to be told."""
        self._greeting = (Cell(words), now_ms + GREETING_MS)

    def done(self, words: str, now_ms: float) -> None:
        """Something was done here, and the engine has nothing to do with it."""
        self._said = (Cell(words), now_ms + BRIEF_MS)

    def look(self, snapshot: "Snapshot") -> None:
        """Forget what the journal shows."""
        self._begun = snapshot.begun
        self._waiting = [sent for sent in self._waiting if not _is_heard(sent, snapshot)]
        if snapshot.alerts or snapshot.state.approvals:
            self._greeting = None

    def line(self, now_ms: float) -> Line | None:
        """What is to be told now; None when nothing is."""
        if self._said is not None and now_ms < self._said[1]:
            return (self._said[0],)
        if not self._waiting:
            return (self._greeting[0],) if self._greeting is not None and now_ms < self._greeting[1] else None
        late = [sent for sent in self._waiting if now_ms - sent.at_ms >= PATIENCE_MS]
        if not self._begun:
            return (Cell(", ".join(sent.words for sent in self._waiting) + " waits until the link is up", Tone.WARN),)
        if late:
            age_s = (now_ms - late[0].at_ms) / SECOND_MS
            told = f"{late[0].words}: NO ANSWER for {age_s:.0f} s. In a shell: {_command(late[0].key)}{self._shell}"
            return (Cell(told, Tone.LOUD),)
        return (Cell(", ".join(sent.words for sent in self._waiting) + " sent", Tone.WARN),)


def _command(key: Key) -> str:
    """What is typed in another shell where the engine does not answer here: a kill for a kill, else a pause of all."""
    return f"allusetui {'kill' if key.action == 'kill' else 'pause'}"


def _end(snapshot: "Snapshot | None") -> int:
    return snapshot.tail[-1].seq if snapshot is not None and snapshot.tail else 0


def _is_heard(sent: Sent, snapshot: "Snapshot") -> bool:
    """Whether the journal has the key, or has gone past what can be seen of it."""
    from allusetui.tui.shown import OperatorKey

    if snapshot.tail and snapshot.tail[0].seq > sent.seq + 1:
        return True
    return any(
        told.seq > sent.seq
        and isinstance(told.event, OperatorKey)
        and told.event.action == sent.key.action
        and sent.key.account in (None, told.event.account)
        for told in reversed(snapshot.tail)
    )
