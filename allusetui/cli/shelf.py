"""What a dashboard can read of its session's folder: the reports that were written, and the page of its weeks."""

from contextlib import closing
from pathlib import Path
from threading import Thread


class Shelf:
    """Implements `view.reports.Shelf`. Nothing of it is imported, or worked out, before it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._wanted: str | None = None
        self._weeks: tuple[str, str] | None = None

    def __call__(self, period: str, name: str) -> str | None:
        from allusetui.reports.files import read
        from allusetui.view.reports import WEEKS

        return self._weeks_until(name) if period == WEEKS else read(self._folder / "reports", period, name)

    def _weeks_until(self, name: str) -> str | None:
        """The page as of the newest report, `name`; None while a thread of its own works it out."""
        if self._wanted != name:
            self._wanted = name
            Thread(target=self._work_out, args=(name,), name="weeks", daemon=True).start()
        return self._weeks[1] if self._weeks is not None and self._weeks[0] == name else None

    def _work_out(self, name: str) -> None:
        from allusetui.compose.weeks import weeks
        from allusetui.journal.archive import open_archive
        from allusetui.journal.error import JournalError
        from allusetui.reports.page import text

        try:
            with closing(open_archive(self._folder)) as archive:
                found = text(weeks(archive))
        except JournalError as error:
            found = f"The weeks can't be read: {error}"
        except OSError as error:
            found = f"The weeks can't be read: {error.strerror}"
        self._weeks = name, found
