"""How a change of the law is shown: every number that would be another, why, and what was simulated of it."""

from dataclasses import replace

import pytest

from allusetui.domain.proposal import Change, Proposal
from allusetui.view.approvals import approvals
from allusetui.view.model import Seen
from allusetui.view.prompts import named, prompts
from tests.engine.amending import PROPOSAL, Keeps, asked
from tests.view.snapshots import seen_of, shown, text_of


@pytest.fixture(scope="module")
def seen() -> Seen:
    return seen_of(asked(Keeps(PROPOSAL), end="2026-03-05T09:45:00"))


def lines(seen: Seen, proposal: Proposal) -> list[str]:
    """The prompt, its title first."""
    (approval,) = seen.snapshot.state.approvals.values()
    state = replace(seen.snapshot.state, approvals={"1": replace(approval, proposal=proposal)})
    (prompt,) = prompts(replace(seen, snapshot=replace(seen.snapshot, state=state)))
    return [text_of(line) for line in (prompt.title, *prompt.lines)]


@pytest.mark.clause("15.2")
def test_15_2_it_is_shown_by_its_numbers_its_clauses_and_the_paired_intervals(seen: Seen) -> None:
    assert lines(seen, PROPOSAL) == [
        "Law v1.4 with sizing.symbol_cap 0.25 → 0.15?",
        "sizing.symbol_cap 0.25 → 0.15 (0.2, 0.3)",
        "why: No single gap.",
        "1,000 paths of 13 weeks, proposed less current: ├ 95 % ┤ ┃ none",
        "growth         ├─◆─┤    ┃          against −0.52 % to −0.28 %",
        "worst drawdown ├──◆──┤  ┃          for     −3.00 % to −1.00 %",
        "resets asked       ├────┃─◆──────┤ open    −0.10 to +0.20",
        "The evidence is divided: for it: worst drawdown; against it: growth.",
        "expires in 7d 5h, at the close of Thu 12 Mar",
        "",
        "yes: v1.4 comes into force; sessions take it up at a week's start",
        "no: the law stays as it is; asked again once it is simulated again",
    ]


def test_the_list_has_it_without_an_account(seen: Seen) -> None:
    table = approvals(seen, 120)
    (row,) = table.rows
    cells = shown(table, row)
    assert (cells["account"].text, cells["what is asked"].text) == ("–", "Law v1.4 with sizing.symbol_cap 0.25 → 0.15")
    (approval,) = seen.snapshot.state.approvals.values()
    assert named(approval) == "law v1.4"


def test_what_a_file_says_is_text_and_no_more(seen: Seen) -> None:
    change = Change("etfs", '["A"]', '["\x1b]52;c;x\x07"]', ())
    told = replace(PROPOSAL, reason="calm \x1b[2J\u202e[b]", changes=(change,))
    said = " ".join(lines(seen, told))
    assert "\x1b" not in said and "\u202e" not in said and "why: calm [2J[b]" in said
