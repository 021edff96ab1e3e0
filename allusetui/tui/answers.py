"""Which approval prompts a person has answered or put aside: none is asked twice, none is answered twice."""

from typing import TYPE_CHECKING

from allusetui.view.model import Seen

if TYPE_CHECKING:
    from allusetui.view.prompts import Prompt


class Answers:
    """Knows prompts by their id, as long as they are open."""

    def __init__(self) -> None:
        self._answered: set[str] = set()
        self._aside: set[str] = set()

    def answered(self, prompt_id: str) -> None:
        self._answered.add(prompt_id)

    def may_ask(self, prompt_id: str) -> bool:
        """Whether it has no answer yet."""
        return prompt_id not in self._answered

    def put_aside(self, prompt_id: str) -> None:
        self._aside.add(prompt_id)

    def bring_back(self, prompt_id: str) -> None:
        """Ask again for one that was put aside."""
        self._aside.discard(prompt_id)

    def waiting(self, seen: Seen) -> "Prompt | None":
        """The first open prompt that is to be asked for."""
        from allusetui.tui.shown import prompts

        open_ids = seen.snapshot.state.approvals.keys()
        self._answered &= open_ids
        self._aside &= open_ids
        return next((p for p in prompts(seen) if p.id not in self._answered | self._aside), None)
