"""What the checker finds."""

from allusetui.domain.frozen import frozen
from allusetui.domain.moment import iso


@frozen
class Violation:
    """An invariant that does not hold, by its number; `seq` is the record that shows it, None where none does."""

    invariant: int
    at_ms: int
    seq: int | None
    text: str

    @property
    def line(self) -> str:
        """In one line for people."""
        where = f" #{self.seq}" if self.seq is not None else ""
        return f"invariant {self.invariant}, {iso(self.at_ms)}{where}: {self.text}"
