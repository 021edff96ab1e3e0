"""A law of a person's own comes into force: by a person's word, on evidence, as the next version (§15)."""

from datetime import time
from pathlib import Path
from typing import Final

from allusetui.domain.calendar import Calendar
from allusetui.domain.event import SessionStarted
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import DAY_MS, at_clock, day_of
from allusetui.domain.text import untrusted
from allusetui.journal.error import CURE, JournalError
from allusetui.journal.lock import FolderLock
from allusetui.journal.whole_file import whole_file
from allusetui.law.load import LawError, Version, file_name
from allusetui.law.own import REGISTER, Approved, OwnLaws, register_text
from allusetui.ports import Journal
from allusetui.rules.situation import clause

FOLDER: Final = "laws"
"""Beside the settings of a person."""
_SHOWN: Final = 12  # characters of a law's hash


@frozen
class Seen:
    """What was simulated of a law, as far as an approval asks. `law`, `base`, `program`: sha256."""

    law: str
    base: str
    program: str
    at_ms: int
    paths: int


@clause("15.2")
def check_seen(seen: Seen, wanted: Version, base: Version, program: str, now_ms: int) -> None:
    """Raises LawError for evidence of another law, of other code, of too few paths, or too old."""
    asked = base.law.governance
    for name, found, allowed in (
        ("law", seen.law, wanted.hash), ("base", seen.base, base.hash), ("program", seen.program, program),
    ):  # fmt: skip
        if found != allowed:
            raise LawError("evidence", name, f"is of another one, {found[:12]}", f"{allowed[:12]}; simulate it again")
    if seen.paths < asked.paired_paths:
        raise LawError("evidence", "paths", f"are {seen.paths}", f"{asked.paired_paths} or more")
    days = (now_ms - seen.at_ms) / DAY_MS
    if not 0 <= days <= asked.evidence_days:
        raise LawError("evidence", "at", f"is {days:.0f} days old", f"{asked.evidence_days} days; simulate it again")


@clause("15.2", "15.3")
def enact(laws: OwnLaws, wanted: Version, row: Approved) -> None:
    """Write a version and enter it in the register: with the register's last word it is in force, or not at all.

    Raises LawError where another version has come into force meanwhile, SessionInUse where somebody else approves at
    this instant, OSError where the disk refuses.
    """
    assert laws.folder is not None
    lock = FolderLock(laws.folder)
    try:
        before = OwnLaws(laws.folder)
        if before.in_force().hash != row.base:
            raise LawError(wanted.name, "base", "another law has come into force", "propose it again")
        with whole_file(laws.folder / file_name(wanted.name)) as file:
            file.write(wanted.data.decode("utf-8"))
        with whole_file(laws.folder / REGISTER) as file:
            file.write(register_text((*before.register, row)))
    finally:
        lock.release()


def decided_under(journal: Journal, path: Path, session: str, laws: OwnLaws) -> Version:
    """The law that a session's journal was last decided under.

    Raises JournalError for a journal of another session, or of a law that is not at hand: it is not gone on with
    (15.1).
    """
    began = journal.last(1, SessionStarted.kind)
    if not began:
        raise JournalError(f"{path}: record 1: no session was begun; {CURE}")
    ((seq, _, event),) = began
    assert isinstance(event, SessionStarted)
    if event.session != session:
        raise JournalError(f"{path}: record {seq}: holds session {event.session}, not {session}; {CURE}")
    found = laws.of_hash(event.constitution_hash)
    if found is None:
        theirs = f"{event.constitution} {event.constitution_hash[:_SHOWN]}"
        ruling = laws.in_force()
        ours = f"{ruling.name} {ruling.hash[:_SHOWN]}"
        raise JournalError(untrusted(f"{path}: record {seq}: decided under constitution {theirs}, not {ours}; {CURE}"))
    return found


@clause("15.2")
def taken_up(laws: OwnLaws, under: Version, calendar: Calendar, now_ms: int) -> Version:
    """The law that a session which is resumed goes on under: the one in force at a week's start, else its own."""
    return laws.in_force() if _is_week_start(calendar, now_ms, under.law.cadence.audit_at) else under


def _is_week_start(calendar: Calendar, now_ms: int, audit_at: time) -> bool:
    """Whether the session that comes is its week's first; a session's day is over with its audit."""
    today = day_of(now_ms)
    session = calendar.on(today)
    if session is None or now_ms < session.open_ms:
        coming = calendar.from_day(today)
    elif now_ms >= at_clock(today, audit_at):
        coming = calendar.after(today)
    else:
        return False
    return calendar.week(coming.day)[0] == coming
