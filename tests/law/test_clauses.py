"""Every clause of the constitution stands in the law, in the constitution's own words."""

import csv
import re

import pytest

from allusetui.law.load import load
from allusetui.law.model import Clause
from tests.replaying import SHARED

ENFORCED = (
    "0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 0.10 0.11 0.12 1.1 1.2 1.3 1.4 1.5 1.6 1.7 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8"
    " 3.1 3.2 3.3 3.4 3.5 3.6 4.1 4.2 4.3 4.4 5.1 5.2 5.3 5.4 5.5 5.6 5.7 6.1 6.2 6.3 6.4 6.5 6.6 6.7 6.8 6.9 6.10"
    " 6.11 6.12 6.13 6.14 7.1 7.2 7.3 8.1 8.2 8.3 8.4 8.5 8.6 9.1 9.2 9.3 9.4 9.5 10.1 10.2 10.3 11.1 11.2 11.3 11.4"
    " 12.1 12.2 12.3 13.1 13.2 13.3 14.1 14.4 15.1 15.2 15.3 16.1 16.2 16.3 16.4 16.5 17.1 17.2 17.3 17.4"
    " 17.5 17.6 17.7 S.3 S.4 S.5 S.7"
)
LAW = load("v1.3")


def spec(name: str) -> str:
    file = SHARED / "spec" / name
    if not file.is_file():
        pytest.skip(f"{name} is not at hand; ALLUSETUI_SHARED names its folder")
    return file.read_text(encoding="utf-8")


def plain(markdown: str) -> str:
    return " ".join(re.sub(r"[*|]", " ", markdown).split())


def chapter(clause: Clause) -> str:
    """The part of the seed that a clause's sentence has to come from."""
    section, _ = clause.id.split(".")
    if section == "S":
        return plain(spec("system-story-v1.2.md"))
    text = spec("constitution-v1.3.md")
    return plain(re.split(rf"^## §{section} ", text, flags=re.MULTILINE)[1].split("\n## §")[0])


def test_every_clause_is_listed_with_its_kind_and_summary_in_the_order_of_the_list() -> None:
    rows = list(csv.DictReader(spec("clauses.csv").splitlines()))
    listed = [(row["id"], row["kind"], row["summary"]) for row in rows]
    assert [(clause.id, clause.kind, clause.summary) for clause in LAW.clauses] == listed


@pytest.mark.parametrize("clause", LAW.clauses, ids=lambda clause: clause.id)
def test_a_clause_says_what_the_constitution_says_in_that_section(clause: Clause) -> None:
    assert plain(clause.sentence) in chapter(clause)


@pytest.mark.clause("15.3")
def test_15_3_the_changelog_of_the_constitution_is_kept() -> None:
    told = plain(spec("constitution-v1.3.md"))
    for entry in LAW.changelog:
        assert entry.split(":")[0] in told
    assert len(LAW.changelog) == 3


def test_what_is_enforced_and_what_is_planned_is_said_of_each_clause() -> None:
    assert [clause.id for clause in LAW.clauses if clause.status == "enforced"] == ENFORCED.split()


def test_a_clause_that_is_not_there_is_not_found() -> None:
    with pytest.raises(KeyError):
        LAW.clause("18.1")
