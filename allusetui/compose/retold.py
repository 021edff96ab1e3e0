"""A session's tape told to an engine once more: does it decide what the journal has, record by record?"""

from collections.abc import Iterable
from contextlib import closing
from copy import deepcopy
from itertools import chain, pairwise, zip_longest
from pathlib import Path
from typing import Final

from allusetui.codec.records import line
from allusetui.codec.tape import Heard
from allusetui.compose.linked_live import days_from
from allusetui.compose.ruled import Ruled
from allusetui.domain.calendar import Calendar
from allusetui.domain.event import SessionStarted
from allusetui.domain.frozen import frozen
from allusetui.domain.input import DiskFailed, Resumed, Started
from allusetui.domain.moment import day_of
from allusetui.domain.state import State
from allusetui.engine.apply import FoldError, fold
from allusetui.engine.engine import Engine
from allusetui.journal.archive import open_archive
from allusetui.journal.error import CURE, JournalError
from allusetui.journal.sqlite import FILE_NAME
from allusetui.journal.tape import read_tape
from allusetui.law.load import Version
from allusetui.law.own import SHIPPED_ALONE, OwnLaws
from allusetui.ports import Archive

_BEGINNING: Final = (Started, Resumed, DiskFailed)
"""With each of these an engine begins, with what the journal tells by then."""


@frozen
class Difference:
    """The first record that is decided otherwise: its line as it was `kept`, and `again`; empty where there is none."""

    seq: int
    kept: str
    again: str


@frozen
class Retold:
    """How many inputs were told and how many records they led to again; `untold`: spans of records on no tape."""

    inputs: int
    records: int
    untold: tuple[tuple[int, int], ...]
    difference: Difference | None


def retell(session: Path, laws: OwnLaws = SHIPPED_ALONE) -> Retold:
    """Tell an engine what the one of a session's folder was told, up to the first difference.

    Raises JournalError where journal or tape are damaged, or where there is none; OSError where they can't be read.
    """
    with closing(open_archive(session)) as archive:
        try:
            return told_again(archive, read_tape(session), laws, session)
        except FoldError as error:
            raise JournalError(f"{session}: {error}; {CURE}") from None


def told_again(
    archive: Archive, tape: Iterable[Heard], laws: OwnLaws = SHIPPED_ALONE, path: Path = Path(FILE_NAME)
) -> Retold:
    """The same of a journal and its tape.

    Raises FoldError where the journal can't be folded, JournalError where a law of it is not at hand, and what `tape`
    does.
    """
    return _Retelling(Ruled(archive, path, laws), laws.in_force()).of(tape)


class _Retelling:
    """One engine after the other, as the processes were that wrote the tape."""

    def __init__(self, ruled: Ruled, under: Version) -> None:
        self._archive, self._last = ruled.archive, ruled.archive.last_seq
        self._ruled, self._under, self._days = ruled, under, Calendar(())
        self._engine: Engine | None = None
        self._state, self._folded = State(), 0
        """As the journal tells it up to that record."""
        self._inputs = self._records = self._reached = 0
        self._untold: list[tuple[int, int]] = []

    def of(self, tape: Iterable[Heard]) -> Retold:
        """What comes of it. Who was told something that is missing is left out until the next engine begins."""
        difference = None
        for heard, after in pairwise(chain(tape, [None])):
            assert heard is not None
            if heard.seq > self._last or difference is not None:
                break  # what came after the journal was opened is told by an engine that runs
            self._engine = self._engine_for(heard)
            if self._engine is not None:
                self._go_to(heard.seq)
                difference = self._tell(self._engine, heard, after)
        if difference is None:
            self._go_to(self._last)
        return Retold(self._inputs, self._records, tuple(self._untold), difference)

    def _engine_for(self, heard: Heard) -> Engine | None:
        """Whom an input was told: the one before it, or one that begins with it."""
        if isinstance(heard.item, Started | Resumed):
            self._days = days_from(day_of(heard.item.at_ms))
            self._under = self._law_after(heard.seq)
        elif not heard.follows or self._engine is None:
            return None
        if not isinstance(heard.item, _BEGINNING):
            return self._engine
        state = None if isinstance(heard.item, Started) else self._state_at(heard.seq)
        return Engine(self._under.law, self._under.hash, self._days, state)

    def _law_after(self, seq: int) -> Version:
        """The law that the journal says it was gone on under."""
        told = next(self._archive.select([SessionStarted.kind], after=seq), None)
        return self._under if told is None else self._ruled.named_by(told)

    def _state_at(self, seq: int) -> State:
        self._state = fold(self._archive.select(after=self._folded, until=seq), self._state)
        self._folded = seq
        return deepcopy(self._state)

    def _tell(self, engine: Engine, heard: Heard, after: Heard | None) -> Difference | None:
        """Tell it one input, and compare what it decides with what was stored before the input that came `after`."""
        again = engine.handle(heard.item).events
        self._inputs += 1
        end = after.seq if after is not None and after.seq <= self._last else self._last
        is_last = after is None or end < after.seq or isinstance(after.item, _BEGINNING) or not after.follows
        stored = end - heard.seq
        # The disk refused the whole of it, or the process ended before it was stored; what came later is on no tape.
        if is_last and (not stored or stored > len(again)):
            stored = min(stored, len(again))
            again = again[:stored]
        if not stored and not again:
            return None
        kept = self._archive.select(after=heard.seq, until=heard.seq + stored)
        for seq, (row, event) in enumerate(zip_longest(kept, again), heard.seq + 1):
            left = "" if row is None else line(*row)
            right = "" if event is None else line(seq, heard.item.at_ms, event)
            if left != right:
                return Difference(seq, left, right)
        self._records += stored
        self._reached = heard.seq + stored
        return None

    def _go_to(self, seq: int) -> None:
        """What lies between was decided of what is on no tape."""
        if seq > self._reached:
            self._untold.append((self._reached + 1, seq))
            self._reached = seq
