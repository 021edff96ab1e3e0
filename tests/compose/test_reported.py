"""A report is the same from the records that it asks for as from the whole journal, and as the one that was written."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from allusetui.compose.load import load_scenario
from allusetui.compose.reported import ladder_records, records_of, tax_records, written
from allusetui.compose.sessions import replay
from allusetui.domain.contract import CASH_SETTLED
from allusetui.domain.event import AccountMarked, OrderFilled
from allusetui.domain.moment import day_of
from allusetui.journal.archive import open_archive
from allusetui.law.load import load
from allusetui.ledger.chains import stories
from allusetui.ledger.tax.year import tax_ledger
from allusetui.ports import Archive
from allusetui.reports.issue import page_of
from allusetui.reports.leaps import leaps
from allusetui.reports.page import as_json, markdown, text
from allusetui.reports.periods import Span
from allusetui.reports.taxes import rules_of
from tests.replaying import DATA

LAW = load()
FORMS = {".txt": text, ".md": markdown, ".json": as_json}
# From the end of 2019 over two quarters' ends: hedges, assignments, breakers, a month-end that is a week-end.
CRASH = """
[scenario]
name = "reported"
start = 2019-12-27T09:00:00
end = 2020-04-03T17:00:00
capital = 4_000_000
seed = 1
[market]
kind = "history"
"""


pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reported")
    source = folder / "reported.toml"
    source.write_text(CRASH, encoding="utf-8")
    replay(load_scenario(str(source), DATA), folder / "out", lambda at_ms: None)
    return folder / "out"


@pytest.fixture(scope="module")
def archive(folder: Path) -> Iterator[Archive]:
    with closing(open_archive(folder / "journal.ndjson")) as found:
        yield found


def names(folder: Path) -> list[tuple[str, str]]:
    stems = sorted(path.stem.partition("-") for path in (folder / "reports").glob("*.txt"))
    return [(period, name) for period, _, name in stems]


@pytest.mark.clause("11.1", "11.2", "11.3", "S.4", "S.5")
def test_11_1_every_report_is_rebuilt_byte_for_byte(folder: Path, archive: Archive) -> None:
    found, whole = names(folder), list(archive.select())
    assert {period for period, _ in found} == {"weekly", "monthly", "quarterly"} and len(found) == 21
    for period, name in found:
        for records in (records_of(archive, period, name, issued=True), whole):
            page = page_of(records, period, name, LAW)
            for ending, form in FORMS.items():
                file = folder / "reports" / f"{period}-{name}{ending}"
                assert form(page) == file.read_text(encoding="utf-8"), file.name


@pytest.mark.clause("11.1", "11.2", "11.3")
def test_11_1_a_report_asks_for_no_more_than_it_needs(folder: Path, archive: Archive) -> None:
    for period, name in names(folder):
        chosen = records_of(archive, period, name)
        assert len(chosen) < archive.last_seq and [seq for seq, _, _ in chosen] == sorted({seq for seq, _, _ in chosen})
    week = records_of(archive, "weekly", "2020-W10", issued=True)
    assert len(week) < archive.last_seq / 5


@pytest.mark.clause("17.7")
def test_17_7_so_does_the_leap_ledger(archive: Archive) -> None:
    whole = list(archive.select())
    span = Span(day_of(whole[0][1]), day_of(whole[-1][1]))
    chosen = ladder_records(archive)
    assert leaps(chosen, span) == leaps(whole, span)
    fills = [event for _, _, event in chosen if isinstance(event, OrderFilled)]
    assert fills and all(fill.contract.symbol in CASH_SETTLED for fill in fills)  # no LEAP was bought in these months


@pytest.mark.clause("10.2", "10.3")
def test_10_3_and_the_tax_ledger(archive: Archive) -> None:
    chosen, whole = tax_records(archive), list(archive.select())
    marks = [event for _, _, event in chosen if isinstance(event, AccountMarked)]
    ours, theirs = (tax_ledger(records, rules_of(LAW)) for records in (chosen, whole))
    assert (ours, stories(chosen)) == (theirs, stories(whole)) and ours.years == (2019, 2020)
    assert len(marks) == len(ours.marks) == 2 * len(ours.accounts)


def test_what_was_written_is_known_by_its_period(archive: Archive) -> None:
    assert written(archive, "monthly") == {"2019-12", "2020-01", "2020-02", "2020-03"}
    assert written(archive, "quarterly") == {"2019-Q4", "2020-Q1"}


def test_what_was_never_written_is_read_to_the_journal_s_end(archive: Archive) -> None:
    found = records_of(archive, "monthly", "2020-04", issued=True)
    assert found == records_of(archive, "monthly", "2020-04")
    assert found[-1][0] > max(seq for seq, _, _ in records_of(archive, "monthly", "2020-03", issued=True))
