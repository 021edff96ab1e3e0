"""The dashboard: what the keys of a watching screen do to the engine."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ScreenStackError
from textual.binding import BindingType
from textual.events import Key as Pressed

from allusetui.domain.console import Key
from allusetui.domain.frozen import frozen
from allusetui.domain.text import untrusted
from allusetui.tui.answers import Answers
from allusetui.tui.keys import SENDING, at_once, bindings
from allusetui.tui.screens.ask import Approval, asked
from allusetui.tui.viewer import Viewer
from allusetui.tui.widgets.pane import Pane
from allusetui.view.commands import AT_ONCE
from allusetui.view.model import Seen

if TYPE_CHECKING:
    from allusetui.domain.snapshot import Snapshot
    from allusetui.tui.asking import Wanted
    from allusetui.view.prompts import Prompt

_ENGINE_FIRST_S = 0.015
"""One interpreter runs both threads: a drawing at this instant would double the time to the last cancel."""
_ALL = {"pause_all": (Key("pause"), "pause all"), "kill": (Key("kill"), "kill")}


@frozen
class Handed:
    """What became of a key that was handed to the engine, and what was known before: the clock and the snapshot."""

    key: Key
    words: str
    at_ms: float
    snapshot: "Snapshot | None"
    refusal: str | None = None


class Dashboard(Viewer):
    """Shows, and sends keys: those that stop something at once, under any question; the others after a yes."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(*SENDING)

    _answers: Answers

    def on_mount(self) -> None:
        self._answers = Answers()
        self._at_once = at_once(self.prefs.keys)

    # Keys that act at once

    def take(self, key: Pressed, settled: bool) -> bool:
        """Send what stops something as it arrives, in the thread that reads it: the screen may be busy.

        Who chooses an account and pauses it in one breath pauses that one: where keys are on their way that may choose
        another, `p` follows them through the screen.
        """
        action, account = self._at_once.get(key.key), self.account
        if action is None or (action == "pause" and not (settled and account)) or self._is_text(key):
            return False
        meant = {"pause": (Key("pause", account), f"pause {account}"), **_ALL}
        self._soon(self._wait_and_tell, self._hand_over(*meant[action]))
        return True

    def _wait_and_tell(self, handed: Handed) -> None:
        """Leave the processor to the engine while it acts; then say what was sent, or what has become of it.

        By the loop's clock and the app's own queue: here, in a call of the reader's thread, a timer of Textual's dies.
        """
        asyncio.get_running_loop().call_later(_ENGINE_FIRST_S, self.call_later, self._tell_and_look, handed)

    def _tell_and_look(self, handed: Handed) -> None:
        self._tell(handed)
        self.poll()

    def _is_text(self, key: Pressed) -> bool:
        """Whether somebody writes, and the key belongs to what is written."""
        try:
            focused, typing = self.focused, self.is_typing and key.is_printable
        except ScreenStackError:
            return False
        return typing or (focused is not None and focused.check_consume_key(key.key, key.character))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A letter that comes before the field it was typed for has the focus is no command either."""
        if action in AT_ONCE and len(self.prefs.keys[action]) == 1 and self.is_typing:
            return False
        return super().check_action(action, parameters)

    def action_pause(self) -> None:
        if self.account is None:
            self._refuse(f"no account to pause yet: {self._labels['pause_all']} pauses all")
        else:
            self._send(Key("pause", self.account), f"pause {self.account}")

    def action_pause_all(self) -> None:
        self._send(*_ALL["pause_all"])

    def action_kill(self) -> None:
        self._send(*_ALL["kill"])

    def action_no_entries(self) -> None:
        if self.account is None:
            self._refuse("no account is chosen")
        else:
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
        from allusetui.tui.asking import close

        self._ask(lambda seen, account: close(seen, place))

    def action_resume(self) -> None:
        from allusetui.tui.asking import resume

        self._ask(resume)

    def action_reset(self) -> None:
        from allusetui.tui.asking import reset

        self._ask(reset)

    def _ask(self, make: Callable[[Seen, str], "Wanted | None"]) -> None:
        seen, account = self._seen, self.account
        if seen is None or account is None:
            self._refuse("no account is chosen")
            return
        made = self._safely(lambda: (make(seen, account),))
        if made is None:
            return
        (wanted,) = made
        if wanted is None:
            self._miss(f"{account} has no position to close")
        else:
            send = partial(self._send, wanted.key, wanted.words)
            self.ask(asked(wanted.question), lambda answer: answer == "yes" and send())

    # Approvals

    def asked_of(self, seen: Seen) -> None:
        """Show the first open prompt that has no answer; take away the one that is gone. Not while text is typed."""
        top = self.screen
        if isinstance(top, Approval):
            self._renew(top, seen)
        elif not self.is_typing and (prompt := self._safely(lambda: self._answers.waiting(seen))) is not None:
            self._ask_for(prompt)

    def _ask_for(self, prompt: "Prompt") -> None:
        box = Approval(prompt, self._clock_ms, self._labels["approvals"])
        self.show_screen(box, partial(self._answer, box))

    def _renew(self, box: Approval, seen: Seen) -> None:
        """The evidence as it stands now, as long as the prompt is open."""
        from allusetui.tui.shown import prompts

        prompt = self._safely(lambda: next((p for p in prompts(seen) if p.id == box.prompt.id), None))
        if prompt is not None:
            box.renew(prompt)
        elif box.prompt.id not in seen.snapshot.state.approvals:
            box.withdraw()
            self._done(_ended(seen, box.prompt.id))

    def _answer(self, box: Approval, answer: str | None) -> None:
        """Send a person's answer, once: it names the prompt and the hash of what was shown of it."""
        prompt = box.prompt
        if answer == "later":
            self._answers.put_aside(prompt.id)
        elif answer in ("approve", "refuse"):
            key = Key(answer, prompt.account, prompt=prompt.id, shown=prompt.shown)
            if self._send(key, f"{answer} prompt {prompt.id} {prompt.account or ''}".rstrip()):
                self._answers.answered(prompt.id)

    def action_why(self) -> None:
        """On an open approval: ask again. Else why."""
        from allusetui.tui.shown import OPEN, prompts

        pane, seen = self.focused, self._seen
        at = pane.at if isinstance(pane, Pane) and pane.id == "approvals" else None
        if at is None or seen is None or not at.startswith(OPEN):
            super().action_why()
            return
        prompt_id = at.removeprefix(OPEN)
        self._answers.bring_back(prompt_id)
        prompt = self._safely(lambda: next((p for p in prompts(seen) if p.id == prompt_id), None))
        if prompt is None or not self._answers.may_ask(prompt_id):
            self._miss("it has its answer")
        else:
            self._ask_for(prompt)


def _ended(seen: Seen, prompt_id: str) -> str:
    """How a prompt was decided that a person had before him."""
    from allusetui.tui.shown import ApprovalDecided

    for told in reversed(seen.snapshot.tail):
        if isinstance(told.event, ApprovalDecided) and told.event.id == prompt_id:
            return untrusted(f"prompt {prompt_id}: {told.event.decision} by {told.event.by}")
    return f"prompt {prompt_id} is no longer open"
