"""Questions: a box over the dashboard that waits for one key. What it hears, it hears once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Key

from allusetui.domain.frozen import frozen
from allusetui.tui.layout import wrapped
from allusetui.tui.screens.kept import Over
from allusetui.tui.widgets.pane import Content, Pane
from allusetui.view.model import Cell, Line, Question, Tone

if TYPE_CHECKING:  # a screen paints before anything is asked
    from allusetui.view.prompts import Prompt

DEAF_MS = 500.0
YES_NO = {"y": "yes", "n": "no", "escape": "no"}
CLOSE = dict.fromkeys(("escape", "enter", "n", "question_mark", "q"), "no")


@frozen
class Sheet:
    """What a box shows; `answers` by Textual's name of the key, `keys` tells them to the person."""

    title: Line
    lines: Sequence[Line]
    answers: Mapping[str, str]
    keys: str
    urgent: bool = False


class Ask(Over[str]):
    """Shows a sheet and gives back what the pressed key stands for."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._sheet = sheet
        self._answered = False

    def compose(self) -> ComposeResult:
        with Container(id="box", classes="urgent" if self._sheet.urgent else ""):
            for name, shown in self._parts():
                pane = Pane(id=name, scrolls=name == "body")
                pane.put(shown)
                yield pane

    def anew(self, sheet: Sheet) -> None:
        """Ask something else, or the same, from its beginning, and hear again."""
        is_other, self._sheet, self._answered = sheet != self._sheet, sheet, False
        for name, shown in self._parts():
            for pane in self.query(f"#{name}").results(Pane):
                pane.begin()
                if is_other:
                    pane.put(shown)

    def _parts(self) -> tuple[tuple[str, Content], ...]:
        return ("title", self._heading), ("body", self._body), ("answers", self._told)

    def _heading(self, width: int) -> tuple[Line, ...]:
        loud = tuple(Cell(cell.text, Tone.LOUD if self._sheet.urgent else cell.tone) for cell in self._sheet.title)
        return (*wrapped(loud, width), ())

    def _body(self, width: int) -> tuple[Line, ...]:
        return tuple(piece for line in self._sheet.lines for piece in wrapped(line, width))

    def _told(self, width: int) -> tuple[Line, ...]:
        return ((), (Cell(self._sheet.keys),))

    def on_key(self, event: Key) -> None:
        answer = self._sheet.answers.get(event.key)
        if answer is not None and not self._answered and self._hears():
            event.stop()
            self._answered = True
            self.dismiss(answer)

    def _hears(self) -> bool:
        return True

    def withdraw(self) -> None:
        """Go away without an answer."""
        if not self._answered:
            self._answered = True
            self.dismiss("withdrawn")


def asked(question: Question) -> Sheet:
    """A question that is answered by yes or no; one that can't be answered by yes says why."""
    if question.allowed:
        return Sheet(question.title, question.lines, YES_NO, "y yes   n no")
    return Sheet(question.title, question.lines, CLOSE, "esc back")


def leaving(left_open: Sequence[Line]) -> Sheet:
    """Whether the engine goes on without the screen, or ends; what an end leaves open is listed."""
    answers = {"d": "detach", "enter": "detach", "e": "end", "escape": "stay", "n": "stay"}
    lines: list[Line] = [(Cell("d or enter  detach: the engine goes on"),)]
    lines += [(Cell("e           end the engine"),), (), *left_open]
    return Sheet((Cell("Leave the dashboard?"),), lines, answers, "d detach   e end   esc stay")


class Approval(Ask):
    """An approval prompt, deaf at first so that no key already on its way answers it. Its evidence stays today's."""

    def __init__(self, prompt: "Prompt", clock_ms: Callable[[], float], list_key: str) -> None:
        """`list_key`: the key under which the prompt is found again."""
        answers = {"y": "approve", "n": "refuse", "escape": "later"}
        told = f"y yes   n no   esc later ({list_key} lists it)"
        super().__init__(Sheet(prompt.title, prompt.lines, answers, told, urgent=True))
        self.prompt = prompt
        self._clock_ms = clock_ms
        self._painted_ms: float | None = None

    def on_mount(self) -> None:
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        self._painted_ms = self._clock_ms()

    def renew(self, prompt: "Prompt") -> None:
        """Show the same prompt with the evidence as it stands now."""
        self.prompt, self._sheet = prompt, replace(self._sheet, lines=prompt.lines)
        self.query_one("#body", Pane).put(self._body)

    def _hears(self) -> bool:
        return self._painted_ms is not None and self._clock_ms() - self._painted_ms >= DEAF_MS
