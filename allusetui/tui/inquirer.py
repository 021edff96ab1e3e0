"""Questions to the journal, each looked up in a thread of its own: the screen goes on meanwhile."""

from collections.abc import Callable
from threading import Thread

from allusetui.domain.answer import Asking, Reply
from allusetui.view.inquiry import Inquiry


def nobody(question: str) -> Reply:
    """Where no journal is at hand."""
    raise ValueError("no journal is at hand to be asked")


class Inquirer:
    """One question at a time; `told` is called in the thread that looked it up."""

    def __init__(self, asking: Asking, told: Callable[[Inquiry], None]) -> None:
        self._asking = asking
        self._told = told
        self.current = Inquiry()

    @property
    def is_busy(self) -> bool:
        return bool(self.current.question) and self.current.reply is None and not self.current.failure

    def ask(self, question: str) -> None:
        """Have a question looked up."""
        self.current = Inquiry(question)
        Thread(target=self._look_up, args=(question,), name="inquiry", daemon=True).start()

    def _look_up(self, question: str) -> None:
        try:
            found = Inquiry(question, self._asking(question))
        except Exception as error:  # shown: a question that fails must not end the screen
            words = str(error) if isinstance(error, OSError | ValueError) else type(error).__name__
            found = Inquiry(question, failure=f"it can't be answered: {words}")
        self._told(found)
