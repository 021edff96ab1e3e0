"""Transcripts on disk: kept while a gateway speaks, and compared with what ours says."""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO

from allusetui.broker.gateway.compare import differences, replayed, unlike
from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.relay import Relay
from allusetui.broker.gateway.transcript import Mask, Record, TranscriptError, read
from allusetui.compose.run import Stage
from allusetui.compose.signals import end_asked

_OWNER_ONLY: Final = 0o600


class Keeper(AbstractContextManager["Keeper"]):
    """A new file of records, for its owner's eyes; account codes are hidden where `masked`.

    Where the disk refuses later the transcript ends, which `say` hears once: what is kept of goes on. Raises
    FileExistsError rather than write over anything, OSError where there can be no file.
    """

    def __init__(self, path: Path, masked: bool, say: Callable[[str], None]) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        self._file: TextIO | None = os.fdopen(handle, "w", encoding="utf-8")
        self._mask = Mask() if masked else None
        self._path, self._say = path, say

    def keep(self, record: Record) -> None:
        shown = record if self._mask is None else self._mask.masked(record)
        self._do(lambda file: file.write(shown.line() + "\n"))

    def _do(self, step: Callable[[TextIO], object]) -> None:
        """A step with the file, as long as the disk takes it."""
        if self._file is None:
            return
        try:
            step(self._file)
        except OSError as error:
            with suppress(OSError):  # it tries to write once more what it could not
                self._file.close()
            self._file = None
            self._say(f"the transcript {self._path} ends here: {error.strerror}")

    def tap(self, at_ms: int, key: int, way: str, fields: Sequence[str]) -> None:
        """The same, as a gateway tells it."""
        self.keep(Record(at_ms, key, way, tuple(fields)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(lambda file: file.close())


def compared(path: Path, gateway: Gateway, stage: Stage) -> list[str]:
    """One line a difference between a transcript and what a fresh gateway says to the same clients.

    One of this scenario has to be the same message by message; any other's messages have to look alike. Raises
    TranscriptError for a file that is none, OSError where it can't be read.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        records = list(read(file))
    first_ms = records[0].at_ms if records else stage.start_ms
    is_ours = stage.start_ms <= first_ms <= stage.end_ms
    shift_ms = 0 if is_ours else stage.start_ms - first_ms
    for number, record in enumerate(records, start=1):
        if record.at_ms + shift_ms > stage.end_ms:
            raise TranscriptError(f"line {number}: lies after the end of the scenario")
    answers = replayed(records, gateway, shift_ms)
    return list(differences(records, answers) if is_ours else unlike(records, answers))


async def relay(
    upstream: tuple[str, int],
    port: int,
    keeper: Keeper,
    now_ms: Callable[[], int],
    opened: Callable[[int], None],
    say: Callable[[str], None],
) -> None:
    """Pass messages on to another gateway until a signal asks to end. Raises OSError for a port in use."""
    ended = end_asked()
    between = Relay(*upstream, now_ms, keeper.keep, say)
    try:
        opened(await between.open(port))
        await ended.wait()
    finally:
        await between.close()
