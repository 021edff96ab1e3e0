"""The README's table of faults: its rows are those of the program at hand, its numbers those of a clean run."""

import re
from pathlib import Path

import pytest

from allusetui.cli.torture_told import HEAD, OFTEN, table
from allusetui.torture.crowd import Sum
from allusetui.torture.groups import GROUPS
from allusetui.torture.sites.table import SITES
from tests.cli.typed import read
from tests.replaying import SHARED

ROOT = Path(__file__).parents[2]
FAULTS = SHARED / "spec" / "faults.md"
README = (ROOT / "README.md").read_text("utf-8")
BROKEN = README.partition("\n## When things break\n")[2].partition("\n## ")[0]
ROWS = [line for line in BROKEN.splitlines() if line.startswith("|")]
RUN = re.compile(
    r"`(allusetui torture --seeds (\d+) --table)`: ([\d,]+) seeds,\s([\d,.]+) simulated\shours, 0 violations"
)


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_table_has_the_rows_that_the_program_makes_but_for_their_counts() -> None:
    made = table(Sum()).splitlines()
    assert ROWS[:2] == made[:2] == HEAD.splitlines()
    assert [cells(row)[:2] for row in ROWS[2:]] == [cells(row)[:2] for row in made[2:]]


@pytest.mark.parametrize("place", range(len(GROUPS)))
def test_each_site_of_a_row_was_tried_ten_times_or_more_and_nothing_was_found(place: int) -> None:
    *_, tried, violations = cells(ROWS[2 + place])
    sites = len(list(GROUPS[place].sites()))
    assert re.fullmatch(r"\d{1,3}(,\d{3})*", tried) and int(tried.replace(",", "")) >= OFTEN * sites
    assert violations == "0"


def test_its_run_is_named_with_its_seeds_its_hours_and_its_command() -> None:
    ((command, asked, seeds, hours),) = RUN.findall(BROKEN)
    assert read(command) is not None and int(asked) == int(seeds.replace(",", ""))
    a_seed_h = float(hours.replace(",", "")) / int(asked)
    assert 0.2 < a_seed_h < 0.5  # of the market, a night in which no program runs left out


def test_each_fault_that_the_program_knows_is_in_a_row_and_is_one_of_the_specifications() -> None:
    known = {number for site in SITES.values() for number in site.rows}
    assert known == {number for group in GROUPS for site in group.sites() for number in site.rows}
    if not FAULTS.is_file():
        pytest.skip("the table of faults is not at hand; ALLUSETUI_SHARED names its folder")
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", FAULTS.read_text("utf-8"), re.MULTILINE)}
    assert known <= told and len(told) == 38
