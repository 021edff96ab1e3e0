"""What the live sessions on this machine tell, read without touching them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from allusetui.acceptance.judge.story import Fact, Story, told
from allusetui.codec.records import line
from allusetui.compose.linked import begun
from allusetui.compose.sessions import REPORTS_FOLDER
from allusetui.domain.link import Mode
from allusetui.domain.text import untrusted
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError


def live_stories(sessions: Path) -> Iterator[Story | Fact]:
    """Of each session that trades a live account its journal's public lines; of one that can't be read, why not.

    A folder that was copied is none, as it can't be gone on with either; what can't be read at all proves nothing.
    """
    for folder in sorted(sessions.iterdir()) if sessions.is_dir() else ():
        try:
            link = begun(folder)
        except (JournalError, OSError):
            continue
        if link is None or link.mode is not Mode.LIVE or link.name != folder.name:
            continue
        name = untrusted(folder.name, 100)
        try:
            with closing(open_archive(folder)) as archive:
                lines = "".join(f"{line(*row)}\n" for row in archive.select())
            yield told(name, lines.encode(), folder / REPORTS_FOLDER)
        except (JournalError, OSError) as error:
            read = f"session {name} trades a live account; its journal can't be read: {error}"
            yield Fact(False, untrusted(read, 500))
