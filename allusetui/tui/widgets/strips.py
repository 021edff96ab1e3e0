"""Lines as Textual wants them, that leave no garbage behind."""

from collections.abc import Iterable, Sequence

from textual.strip import Strip


class Drawn(Strip):
    """A line that is freed when it is replaced.

    Textual's keeps itself among its own pieces: a ring that only a full collection finds, and none comes while the
    market trades.
    """

    __slots__ = ()

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        cuts = [cut for cut in cuts if cut <= self.cell_length]
        return [self] if cuts == [self.cell_length] else super().divide(cuts)
