"""The dashboard: what the keys of a watching screen do to the engine."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual.app import ScreenStackError
from textual.binding import Binding, BindingType
from textual.events import Key as Pressed

from allusetui.domain.snapshot import Key, Snapshot
from allusetui.domain.text import untrusted
from allusetui.tui import asking
from allusetui.tui.answers import Answers
from allusetui.tui.screens.ask import Approval, asked
from allusetui.tui.watch import Watch
from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Seen

_AT_ONCE = {"p": "pause", "alt+p": "pause", "P": "pause_all", "alt+shift+p": "pause_all", "ctrl+x": "kill"}
"""By Textual's names of the keys. After an escape that has just been typed a letter arrives with alt."""
_ALL = {"pause_all": (Key("pause"), "pause all"), "kill": (Key("kill"), "kill")}


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a key that was handed to the engine, and what was known before: the clock and the snapshot."""

    key: Key
    words: str
    at_ms: float
    snapshot: Snapshot | None
    refusal: str | None = None


class Dashboard(Watch):
    """Shows, and sends keys: those that stop something at once, under any question; the others after a yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p,alt+p", "pause", priority=True),
        Binding("P,alt+shift+p", "pause_all", priority=True),
        Binding("ctrl+x", "kill", priority=True),
        Binding("e", "no_entries"),
        Binding("x", "close"),
        Binding("r", "resume"),
        Binding("R", "reset"),
        Binding("a", "approvals"),
    ]

    _answers: Answers

    def on_mount(self) -> None:
        self._answers = Answers()

    # Keys that act at once

    def take(self, key: Pressed, settled: bool) -> bool:
        """Send what stops something as it arrives, in the thread that reads it: the screen may be busy.

        Who chooses an account and pauses it in one breath pauses that one: where keys are on their way that may choose
        another, `p` follows them through the screen.
        """
        action, account = _AT_ONCE.get(key.key), self.account
        if action is None or (action == "pause" and not (settled and account)) or self._is_text(key):
            return False
        at_once = {"pause": (Key("pause", account), f"pause {account}"), **_ALL}
        self._soon(self._tell, self._hand_over(*at_once[action]))
        return True

    def _is_text(self, key: Pressed) -> bool:
        """Whether somebody writes, and the key belongs to what is written."""
        try:
            focused = self.focused
        except ScreenStackError:
            return False
        return focused is not None and focused.check_consume_key(key.key, key.character)

    def action_pause(self) -> None:
        if self.account is None:
            self._refuse("no account to pause yet: P pauses all")
        else:
            self._send(Key("pause", self.account), f"pause {self.account}")

    def action_pause_all(self) -> None:
        self._send(*_ALL["pause_all"])

    def action_kill(self) -> None:
        self._send(*_ALL["kill"])

    def action_no_entries(self) -> None:
        if self.account is not None:
            self._send(Key("no_entries", self.account), f"no entries {self.account}")

    def _send(self, key: Key, words: str) -> bool:
        """Hand a key to the engine, and say so at once."""
        return self._tell(self._hand_over(key, words))

    def _hand_over(self, key: Key, words: str) -> Handed:
        """To the engine; from any thread."""
        handed = Handed(key, words, self._clock_ms(), self._engine.latest())
        try:
            self._engine.send(key)
        except BlockingIOError as error:
            return replace(handed, refusal=str(error) or "the engine takes no keys")
        return handed

    def _tell(self, handed: Handed) -> bool:
        """Say what became of a key; gives whether it was sent."""
        if handed.refusal is not None:
            self._refuse(untrusted(f"{handed.words} NOT SENT: {handed.refusal}"))
            return False
        self._notes.sent(handed.key, handed.words, handed.snapshot, handed.at_ms)
        self._draw(False)
        return True

    # Keys that ask

    def action_close(self) -> None:
        place = self.main.query_one("#risk", Pane).cursor
        self._ask(lambda seen, account: asking.close(seen, place))

    def action_resume(self) -> None:
        self._ask(asking.resume)

    def action_reset(self) -> None:
        self._ask(asking.reset)

    def _ask(self, make: Callable[[Seen, str], asking.Wanted | None]) -> None:
        seen, account = self._seen, self.account
        if seen is None or account is None:
            self._refuse("no account is chosen")
            return
        made = self._safely(lambda: (make(seen, account),))
        if made is None:
            return
        (wanted,) = made
        if wanted is None:
            self._refuse(f"{account} has no position to close")
        else:
            send = partial(self._send, wanted.key, wanted.words)
            self._open(asked(wanted.question), lambda answer: answer == "yes" and send())

    # Approvals

    def asked_of(self, seen: Seen) -> None:
        """Show the first open prompt that has no answer; take away the one that is gone."""
        top = self.screen
        if isinstance(top, Approval):
            if top.prompt_id not in seen.snapshot.state.approvals:
                top.withdraw()
        elif (prompt := self._safely(lambda: self._answers.waiting(seen))) is not None:
            self.bell()
            self._open(Approval(prompt, self._clock_ms), partial(self._answer, prompt.id))

    def _answer(self, prompt_id: str, answer: str | None) -> None:
        """Send a person's answer, once: what is done is what was shown."""
        approval = self._seen.snapshot.state.approvals.get(prompt_id) if self._seen is not None else None
        if answer == "later":
            self._answers.put_aside(prompt_id)
        elif approval is not None and answer in ("approve", "refuse"):
            words = f"{answer} {approval.purpose.value} {approval.contract.symbol} {approval.account}"
            if self._send(Key(answer, approval.account, approval.contract), words):
                self._answers.answered(prompt_id)

    def action_approvals(self) -> None:
        """Bring back the prompts that were put aside."""
        self._answers.bring_back()
        if self._seen is not None:
            self.asked_of(self._seen)
        if not isinstance(self.screen, Approval):
            self._refuse("no approval waits for an answer")
