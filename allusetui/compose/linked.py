"""What the sessions on this machine tell of links: which one each was begun with, and how long paper was traded."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from allusetui.domain.event import SessionLinked, SessionStarted, WeekTyped
from allusetui.domain.link import Begun, Mode
from allusetui.domain.moment import day_of, week_of
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError
from allusetui.journal.sqlite import FILE_NAME
from allusetui.law.own import SHIPPED_ALONE, OwnLaws
from allusetui.rules.situation import clause

_WEEKEND = timedelta(days=4)
"""A law is taken up at a week's start, which may be the evening of a Thursday before a holiday."""
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
def paper_weeks(sessions: Path, laws: OwnLaws = SHIPPED_ALONE) -> tuple[str, ...]:
    """The weeks that were traded on paper under the constitution of today, by the journals of all sessions: 2026-W10.

    A week counts once it is typed, which is at its cut, and once however many sessions had it. A journal that can't be
    read proves nothing, and neither does a session under another constitution. Raises LawError.
    """
    weeks, sha256 = set[str](), laws.in_force().hash
    for folder in sorted(sessions.iterdir()) if sessions.is_dir() else ():
        try:
            weeks |= set(_paper_weeks_of(folder, sha256))
        except (JournalError, OSError):
            continue
    return tuple(sorted(weeks))


def _paper_weeks_of(folder: Path, sha256: str) -> Iterator[str]:
    """The weeks of a session under a law; of one that has taken it up, those that began after that."""
    found = begun(folder)
    if found is None or found.mode is not Mode.PAPER or found.name != folder.name:
        return
    with closing(open_archive(folder)) as archive:
        told = tuple(archive.select([SessionStarted.kind, WeekTyped.kind]))
    under, since = sha256, ""
    for _, at_ms, event in told:
        if isinstance(event, SessionStarted):
            if event.constitution_hash == sha256 != under:
                since = week_of(day_of(at_ms) + _WEEKEND)
            under = event.constitution_hash
        elif isinstance(event, WeekTyped) and event.group is None and under == sha256 and event.week >= since:
            yield event.week
