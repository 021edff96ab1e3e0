"""11.1: the weekly report as text, Markdown, JSON and files."""

import json
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from allusetui.reports.files import read, write
from allusetui.reports.income import Income
from allusetui.reports.page import as_json, markdown, text
from allusetui.reports.weekly import WeeklyTable
from allusetui.reports.weekly_page import page
from tests.reports.journals import D
from tests.reports.weeks import W11, row, second_week

pytestmark = pytest.mark.clause("11.1")


@pytest.fixture
def table() -> WeeklyTable:
    return second_week()


def test_11_1_the_text_is_a_table_of_at_most_100_columns(table: WeeklyTable) -> None:
    found = text(page(table))
    assert max(map(len, found.splitlines())) <= 100
    assert "GEN      1,008,000.50  5,000.00   1,000.50" in found
    assert "GEN        900.00      26.00   -796.60  4.55" in found  # three fills of two at 1.50
    assert "  GEN: L1 × 2, L2 × 1" in found
    assert "  GEN: earnings 2, spread 1" in found
    assert re.search(r"^  2026-\d\d-\d\d \d\d:\d\d:\d\d ET hedged_week at VIX 51.25$", found, re.MULTILINE)
    assert found.splitlines()[1] == "Cut 2026-03-13 16:00:38 ET"
    assert "  Total: Assignment, all that applied: Assignment, Roll, Earnings-Filter" in found


def test_11_1_the_text_keeps_its_width_with_hundreds_of_millions_and_many_skips(table: WeeklyTable) -> None:
    huge = replace(
        row(table, "GEN"), account="A-LONG-ACCOUNT-NAME", equity=D("987654321.01"), flows=D("-987654321.01"),
        income=Income(*[D("-987654321.01")] * 6), skips=tuple((f"reason_{n}", n) for n in range(20)),
    )  # fmt: skip
    found = text(page(replace(table, accounts=(huge,), totals=huge)))
    assert max(map(len, found.splitlines())) <= 100
    assert "reason_19 19" in found


def test_11_1_names_from_outside_are_text_in_every_form(table: WeeklyTable) -> None:
    hostile = replace(table, accounts=(replace(row(table, "GEN"), account="a|b\n\x1b[31m*"),))
    assert "\x1b" not in text(page(hostile)) + markdown(page(hostile))
    assert "| a\\|b \\[31m\\* |" in markdown(page(hostile))


def test_11_1_markdown_and_json_hold_the_same_figures(table: WeeklyTable) -> None:
    assert "| GEN | 1,008,000.50 | 5,000.00 | 1,000.50 |" in markdown(page(table))
    found = json.loads(as_json(page(table)))
    assert found["week"] == W11
    assert found["accounts"][0]["equity"] == 1008000.5
    assert found["accounts"][0]["trades"] == {"entry": 1, "roll": 1}
    assert found["totals"]["all"] == ["Assignment", "Roll", "Earnings-Filter"]
    assert found["breakers"][0]["vix"] == 51.25


def test_11_1_three_files_are_written_and_the_hash_is_the_text_s(table: WeeklyTable, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    digest = write(folder, "weekly", W11, page(table))
    assert sorted(path.name for path in folder.iterdir()) == [f"weekly-{W11}.{end}" for end in ("json", "md", "txt")]
    assert digest == sha256((folder / f"weekly-{W11}.txt").read_bytes()).hexdigest()
    assert write(folder, "weekly", W11, page(table)) == digest


def test_11_1_a_written_report_is_read_back_and_a_name_that_is_none_of_ours_reads_nothing(
    table: WeeklyTable, tmp_path: Path
) -> None:
    write(tmp_path / "reports", "weekly", W11, page(table))
    (tmp_path / "weekly-secret.txt").write_text("not a report")
    (tmp_path / "reports" / "weekly-broken.txt").write_bytes(b"\xff\xfe")
    assert read(tmp_path / "reports", "weekly", W11) == text(page(table))
    for name in ("../weekly-secret", "W99", "broken"):
        assert read(tmp_path / "reports", "weekly", name) is None
    assert read(tmp_path / "reports", "../weekly", "secret") is None
    assert read(tmp_path / "nowhere", "weekly", W11) is None


def test_11_1_a_week_that_is_none_is_not_made_a_file_name(table: WeeklyTable, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no name of a weekly report"):
        write(tmp_path, "weekly", "../2026-W11", page(table))
