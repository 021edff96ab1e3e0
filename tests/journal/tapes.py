"""A tape in memory: each input is written at once, and read back when somebody asks."""

from collections.abc import Callable

from allusetui.codec.tape import Heard, TapeReader, TapeWriter
from allusetui.domain.input import Input


class MemoryTape:
    """Implements `ports.Tape`; `seq` gives the newest record of the journal."""

    def __init__(self, seq: Callable[[], int]) -> None:
        self.trouble = ""
        self._seq = seq
        self._writer = TapeWriter()
        self.lines = [self._writer.begin()]
        self.told: list[Input] = []

    def record(self, item: Input) -> None:
        self.lines.append(self._writer.line(self._seq(), item))
        self.told.append(item)


def heard(lines: list[str]) -> list[Heard]:
    """What lines tell."""
    reader = TapeReader()
    return [found for line in lines if (found := reader.read(line)) is not None]
