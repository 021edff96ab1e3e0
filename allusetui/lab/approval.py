"""From a proposal that was simulated to a law in force: one way for a terminal and a dashboard (15.2, 15.3)."""

from pathlib import Path

from allusetui.compose.laws import Seen, check_seen, enact
from allusetui.compose.program import program_digest
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import iso
from allusetui.domain.text import untrusted
from allusetui.lab import evidence
from allusetui.lab.amendment import Amendment
from allusetui.lab.evidence import Evidence
from allusetui.lab.proposals import find
from allusetui.law.own import Approved, OwnLaws

_LONGEST_NAME = 40


@frozen
class Examined:
    """A proposal with evidence that is good for an approval."""

    folder: Path
    made: Amendment
    found: Evidence


def examined(laws: OwnLaws, start: str, now_ms: int) -> Examined:
    """The proposal whose hash begins so. Raises LawError where it can't be approved as it stands."""
    folder, made = find(laws, start)
    found = evidence.read(folder)
    seen = Seen(found.law, found.base, found.program, found.at_ms, found.paths)
    check_seen(seen, made.law, laws.in_force(), program_digest(), now_ms)
    return Examined(folder, made, found)


def approve(laws: OwnLaws, wanted: Examined, by: str, now_ms: int) -> None:
    """Bring it into force by a person's word. Raises LawError, SessionInUse, OSError."""
    made, who = wanted.made, untrusted(by, _LONGEST_NAME)
    told = made.law.name, made.law.hash, made.base, made.reason, wanted.found.digest
    enact(laws, made.law, Approved(*told, who, iso(now_ms)))
