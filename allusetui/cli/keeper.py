"""What of a person's proposals waits for a word, for a dashboard to ask; and the hand that writes what was approved."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from allusetui.domain.moment import HOUR_MS
from allusetui.domain.proposal import Change, Proposal
from allusetui.domain.text import untrusted
from allusetui.law.load import LawError
from allusetui.law.own import REGISTER, OwnLaws
from allusetui.ports import LawKeeperError
from allusetui.rules.situation import clause
from allusetui.runtime.amending import Aside

if TYPE_CHECKING:  # no session needs the laboratory before there is something to approve
    from allusetui.lab.approval import Examined
    from allusetui.runtime.live import Live

_LONGEST: Final = 1_000
Stamp = tuple[tuple[Path, int, int], ...]


class Keeper:
    """Implements `ports.LawKeeper` over the folder of a person's laws. `now_ms` is the wall's clock, `by` who runs it.

    A look at a folder in which nothing has changed reads nothing; evidence that grows too old is found within an hour.
    """

    def __init__(self, folder: Path, now_ms: Callable[[], int], by: str) -> None:
        self._folder, self._now_ms, self._by = folder, now_ms, by
        self._stamp: tuple[int, Stamp] | None = None

    @clause("15.2")
    def waiting(self) -> tuple[Proposal, ...] | None:
        """Those that an approval would be good for: what it would refuse is not asked for."""
        stamp = self._now_ms() // HOUR_MS, tuple(_stamps(self._folder))
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        names = [path.parent.name for path, _, _ in stamp[1] if path.name != REGISTER]
        return tuple(proposal for name in names if (proposal := self._told(name)) is not None)

    @clause("15.2", "15.3")
    def enact(self, proposal: Proposal) -> None:
        """What was shown, by the evidence that was shown; one that is in force already is left as it is."""
        from allusetui.journal.error import SessionInUse
        from allusetui.lab.approval import approve, examined
        from allusetui.lab.proposals import NAME_CHARS

        laws = OwnLaws(self._folder)
        try:
            if any(row.sha256 == proposal.sha256 for row in laws.register):
                return
            wanted = examined(laws, proposal.sha256[:NAME_CHARS], self._now_ms())
            if (wanted.made.law.hash, wanted.found.digest) != (proposal.sha256, proposal.evidence):
                raise LawKeeperError("it is not what was shown any more; simulate it again")
            approve(laws, wanted, self._by, self._now_ms())
        except (LawError, SessionInUse) as error:
            raise LawKeeperError(str(error)) from None
        except OSError as error:
            raise LawKeeperError(f"{error.filename or 'disk'}: {error.strerror or error}") from None

    def _told(self, name: str) -> Proposal | None:
        from allusetui.lab.approval import examined

        try:
            return _proposal(examined(OwnLaws(self._folder), name, self._now_ms()))
        except (LawError, OSError):
            return None


def _stamps(folder: Path) -> Iterator[tuple[Path, int, int]]:
    """What has been written, and when: the register, and the evidence of each proposal."""
    # Imported here: a session's first second needs none of it.
    from allusetui.lab.proposals import EVIDENCE_FILE, FOLDER

    place = folder / FOLDER
    names = sorted(path.name for path in place.iterdir()) if place.is_dir() else []
    for path in (folder / REGISTER, *(place / name / EVIDENCE_FILE for name in names)):
        try:
            found = path.stat()
        except OSError:
            continue
        yield path, found.st_mtime_ns, found.st_size


def _proposal(wanted: "Examined") -> Proposal:
    made, found = wanted.made, wanted.found
    changes = (
        Change(_plain(each.key), _plain(each.was), _plain(each.now), made.law.law.cited(each.key))
        for each in made.changes
    )
    return Proposal(
        made.law.name, made.law.hash, made.base, _plain(made.reason), tuple(changes), found.digest,
        found.paths, found.weeks, _plain(found.verdict), found.rows,
    )  # fmt: skip


def _plain(text: str) -> str:
    return untrusted(text, _LONGEST)


def keep_laws(live: "Live", keeper: Keeper) -> None:
    """Have a session's dashboard ask for what waits, from now on until it is closed."""
    session = live.session
    aside = Aside(keeper, session.bell.ring)
    session.turn.world.amending = aside
    with ExitStack() as held:
        held.callback(session.close)
        held.callback(aside.close)
        session.close = held.pop_all().close
