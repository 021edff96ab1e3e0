"""What a dashboard can read: its session's written reports, the page of its weeks, and the guides."""

from contextlib import closing
from pathlib import Path
from threading import Thread


class Shelf:
    """Implements `view.reports.Shelf`. Nothing of it is imported, or worked out, before it is asked for."""

    def __init__(self, folder: Path, settings: Path | None = None) -> None:
        """`settings`: beside which a person's own laws lie."""
        self._folder, self._settings = folder, settings
        self._wanted: str | None = None
        self._weeks: tuple[str, str] | None = None

    def __call__(self, period: str, name: str) -> str | None:
        from allusetui.reports.files import read
        from allusetui.view.guides import GUIDE
        from allusetui.view.reports import WEEKS

        if period == GUIDE:
            from allusetui.guides.pages import page

            return page(name)
        return self._weeks_until(name) if period == WEEKS else read(self._folder / "reports", period, name)

    def _weeks_until(self, name: str) -> str | None:
        """The page as of the newest report, `name`; None while a thread of its own works it out."""
        if self._wanted != name:
            self._wanted = name
            Thread(target=self._work_out, args=(name,), name="weeks", daemon=True).start()
        return self._weeks[1] if self._weeks is not None and self._weeks[0] == name else None

    def _work_out(self, name: str) -> None:
        from allusetui.cli.say import own_laws
        from allusetui.compose.ruled import Ruled
        from allusetui.compose.weeks import weeks
        from allusetui.journal.archive import open_archive
        from allusetui.journal.error import JournalError
        from allusetui.law.load import LawError
        from allusetui.reports.page import text

        try:
            with closing(open_archive(self._folder)) as archive:
                found = text(weeks(Ruled(archive, self._folder, own_laws(self._settings))))
        except (JournalError, LawError) as error:
            found = f"The weeks can't be read: {error}"
        except OSError as error:
            found = f"The weeks can't be read: {error.strerror}"
        self._weeks = name, found
