"""`allusetui replay --tape`: what a session's engine was told, told again. Does it decide the same?"""

from pathlib import Path
from typing import Final

from allusetui.cli.say import FAILED, complain, folder_of, own_laws, tell
from allusetui.compose.retold import Difference, Retold, retell
from allusetui.domain.text import untrusted
from allusetui.journal.error import JournalError
from allusetui.law.load import LawError

_LONGEST: Final = 10_000


def retell_session(session: str, sessions: Path | None, settings: Path | None) -> None:
    """Say how many records are decided as they were; one that is not, is shown, and exit code 1."""
    folder = folder_of(session, sessions)
    try:
        told = retell(folder, own_laws(settings))
    except (JournalError, LawError) as error:
        raise complain(untrusted(str(error))) from None
    except OSError as error:
        raise complain(f"{error.filename or folder}: {error.strerror}; allowed: a session that was run") from None
    tell("\n".join([*_counted(told, folder), *_shown(told.difference), ""]))
    if told.difference is not None:
        raise SystemExit(FAILED)
    if not told.records:
        raise complain(f"{folder}: nothing that was decided is on its tape; allowed: a session that was run")


def _counted(told: Retold, folder: Path) -> list[str]:
    lines = [f"{told.records} records decided again as they were, by {told.inputs} inputs: {folder}"]
    if told.untold:
        spans = (f"{first}" if first == last else f"{first}–{last}" for first, last in told.untold)
        lines.append(f"On no tape, and so not decided again: records {', '.join(spans)}")
    return lines


def _shown(difference: Difference | None) -> list[str]:
    if difference is None:
        return []
    kept, again = (untrusted(each, _LONGEST) or "nothing" for each in (difference.kept, difference.again))
    return [f"Record {difference.seq} is decided otherwise.", f"  journal: {kept}", f"  again:   {again}"]
