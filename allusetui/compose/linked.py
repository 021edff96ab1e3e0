"""What the sessions on this machine tell of links: which one each was begun with, and how long paper was traded."""

from contextlib import closing
from pathlib import Path

from allusetui.domain.event import SessionLinked, SessionStarted, WeekTyped
from allusetui.domain.link import Begun, Mode
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError
from allusetui.journal.sqlite import FILE_NAME
from allusetui.law.load import law_hash
from allusetui.rules.situation import clause

_FIRST_BATCH = 2
"""A link is told right after the start, or never: no journal has to be searched for it."""


def begun(folder: Path) -> Begun | None:
    """The link that the session of a folder was begun with; None for a folder in which none was begun yet.

    Raises JournalError where its journal is damaged, OSError where it can't be read.
    """
    if not (folder / FILE_NAME).is_file():
        return None
    with closing(open_archive(folder)) as archive:
        if not archive.last_seq:
            return None
        kinds = [SessionStarted.kind, SessionLinked.kind]
        told = tuple(event for _, _, event in archive.select(kinds, until=_FIRST_BATCH))
    session = next((event.session for event in told if isinstance(event, SessionStarted)), "")
    link = next((event for event in told if isinstance(event, SessionLinked)), None)
    if link is None:
        return Begun(Mode.SIM, folder.name, {}, session)
    codes = {row.sleeve: row.code for row in link.accounts}
    foreign = {row.contract: row.quantity for row in link.foreign}
    return Begun(link.mode, link.name, codes, session, foreign, link.spare)


def check_simulated(folder: Path) -> None:
    """Raises JournalError where the session of a folder is of a broker's account: no simulation loads it."""
    found = begun(folder)
    if found is not None and found.mode is not Mode.SIM:
        raise JournalError(f"{folder}: holds a session that was begun in {found.mode}; allowed: another folder")


@clause("16.1")
def paper_weeks(sessions: Path) -> tuple[str, ...]:
    """The weeks that were traded on paper under the constitution of today, by the journals of all sessions: 2026-W10.

    A week counts once it is typed, which is at its cut, and once however many sessions had it. A journal that can't be
    read proves nothing, and neither does a session that began on another constitution.
    """
    weeks: set[str] = set()
    for folder in sorted(sessions.iterdir()) if sessions.is_dir() else ():
        try:
            weeks |= _paper_weeks_of(folder)
        except (JournalError, OSError):
            continue
    return tuple(sorted(weeks))


def _paper_weeks_of(folder: Path) -> set[str]:
    found = begun(folder)
    if found is None or found.mode is not Mode.PAPER or found.name != folder.name:
        return set()
    with closing(open_archive(folder)) as archive:
        told = tuple(event for _, _, event in archive.select([SessionStarted.kind, WeekTyped.kind]))
    if any(isinstance(event, SessionStarted) and event.constitution_hash != law_hash() for event in told):
        return set()
    return {event.week for event in told if isinstance(event, WeekTyped) and event.group is None}
