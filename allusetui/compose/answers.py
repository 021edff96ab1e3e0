"""Questions put together with the journal that they are asked of."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from allusetui.advisor.answers.ask import Offline
from allusetui.compose.ruled import Ruled
from allusetui.domain.answer import Answer, Reply
from allusetui.domain.text import untrusted
from allusetui.journal.archive import open_archive
from allusetui.journal.error import JournalError
from allusetui.law.load import LawError
from allusetui.law.own import OwnLaws
from allusetui.rules.situation import clause

if TYPE_CHECKING:
    from allusetui.advisor.openai_model import ModelAddress


@clause("11.4", "13.1")
def answer(question: str, path: Path, model: "ModelAddress | None", laws: OwnLaws) -> Answer:
    """The answer of a session's folder, or of a journal's file; worded by a model, where one is named.

    Raises JournalError, LawError, OSError.
    """
    with closing(open_archive(path)) as archive:
        return _ask(Offline(archive, *Ruled(archive, path, laws).every()), model, question)


def _ask(offline: Offline, model: "ModelAddress | None", question: str) -> Answer:
    if model is None:
        return offline.ask(question)
    # Imported here: the ledger alone answers sooner.
    from allusetui.advisor.answers.worded import Worded
    from allusetui.advisor.openai_model import OpenAISpeaker

    return Worded(offline, OpenAISpeaker(model)).ask(question)


def reply(folder: Path, model: "ModelAddress | None", question: str, laws: OwnLaws) -> Reply:
    """The answer of a session and the records that it cites, each with what led to it.

    Opens the journal anew, so that any thread may ask. Raises OSError, and ValueError for a journal or a law
    that can't be read.
    """
    try:
        with closing(open_archive(folder)) as archive:
            offline = Offline(archive, *Ruled(archive, folder, laws).every())
            found = _ask(offline, model, question)
            return Reply(found, {seq: offline.finder.opened(seq) for seq in found.citations})
    except (JournalError, LawError) as error:
        raise ValueError(untrusted(str(error))) from None
