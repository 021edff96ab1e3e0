"""Laws of somebody's own, approved without a simulation."""

from pathlib import Path

from allusetui.compose.laws import enact
from allusetui.lab.amendment import Amendment, amendment
from allusetui.law.own import Approved, OwnLaws

CAPPED = 'reason = "No single gap."\n[changes]\nsizing.symbol_cap = 0.15\n'


def made(laws: OwnLaws, text: str = CAPPED) -> Amendment:
    """What a proposal would make of the law in force."""
    return amendment(laws.in_force(), text.encode(), "mine.toml")


def approved(folder: Path, text: str = CAPPED) -> OwnLaws:
    """The laws of a folder with one more in force."""
    folder.mkdir(exist_ok=True)
    laws = OwnLaws(folder)
    wanted = made(laws, text)
    enact(laws, wanted.law, row_of(wanted))
    return OwnLaws(folder)


def row_of(wanted: Amendment) -> Approved:
    """A line of the register."""
    law = wanted.law
    return Approved(law.name, law.hash, wanted.base, wanted.reason, "0" * 64, "tester", "2026-03-02T09:00:00.000-05:00")
