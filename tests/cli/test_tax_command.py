"""`allusetui tax`: its page, its CSV and its JSON say the same, and the simulated broker's cash agrees."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allusetui.cli import say
from allusetui.domain.event import AccountProvisioned, LotClosed
from allusetui.journal.archive import open_archive
from allusetui.journal.export import export
from allusetui.journal.memory import MemoryJournal
from allusetui.ledger.lots import LotBook
from tests.cli.commanded import run
from tests.ledger.dealing import Dealing, put
from tests.replaying import DATA, Replayed, replay_file, replay_text
from tests.rules.situations import option

SCENARIOS = Path(__file__).parents[1] / "scenarios"
pytestmark = pytest.mark.clause("10.3")
Row = dict[str, str]

# The hedge is held over the year's end and sold on its fifth session: taxed in 2020 at its mark, in 2021 from there on.
NEW_YEAR = f"""
[scenario]
name = "new-year"
start = 2020-12-28T09:00:00
end = 2021-01-29T17:00:00
capital = 4_000_000
[market]
kind = "history"
data = "{DATA}"
{option("COM", "SPX", "2021-06-18", 3000, "P", 2, 90, "2020-12-28")}
"""


def exported(replayed: Replayed, folder: Path) -> Path:
    path = folder / "journal.ndjson"
    export(replayed.journal, path)
    return path


def rows_of(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def total(rows: list[Row], column: str, *sections: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row["section"] in sections), Decimal(0))


def year_of(
    capsys: pytest.CaptureFixture[str], journal: Path, folder: Path, year: int
) -> tuple[dict[str, Any], list[Row]]:
    """The year as JSON, and as the rows of its CSV."""
    capsys.readouterr()
    assert run("tax", "--journal", journal, "--year", str(year), "--json", "--csv", folder / f"{year}.csv") == 0
    return json.loads(capsys.readouterr().out), rows_of(folder / f"{year}.csv")


SALES = ("short", "long", "1256")


@pytest.fixture(scope="module")
def new_year() -> Replayed:
    return replay_text(NEW_YEAR)


@pytest.fixture(scope="module")
def march() -> Replayed:
    return replay_file(SCENARIOS / "march-2020.toml")


@pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")
@pytest.mark.parametrize(("name", "years"), [("march", (2020,)), ("new_year", (2020, 2021))])
def test_10_3_the_csv_sums_to_the_summary_to_the_journal_and_to_the_broker_s_cash(
    name: str, years: tuple[int, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    replayed: Replayed = request.getfixturevalue(name)
    journal = exported(replayed, tmp_path)
    earned = Decimal(0)
    for year in years:
        told, rows = year_of(capsys, journal, tmp_path, year)
        whole = told["accounts"][-1]
        assert whole["account"] is None
        for section, key in zip(SALES, ("short", "long", "section_1256"), strict=True):
            for column in ("proceeds", "basis", "fees", "gain"):
                assert total(rows, column, section) == Decimal(str(whole[key][column]))
        assert total(rows, "short_term", *SALES) == Decimal(str(whole["short_gain"]))
        assert total(rows, "long_term", *SALES) == Decimal(str(whole["long_gain"]))
        assert total(rows, "amount", "income") == sum(Decimal(str(usd)) for usd in whole["income"].values())
        earned += total(rows, "gain", *SALES) + total(rows, "amount", "income")
    records = replayed.journal.read()
    closed = sum((event.realized for _, _, event in records if isinstance(event, LotClosed)), Decimal(0))
    assert closed + sum(total(rows_of(tmp_path / f"{y}.csv"), "amount", "income") for y in years) == earned
    assert Decimal(str(cash_of(replayed))) == began_with(replayed) + earned - cost_of_what_is_held(replayed)


def cash_of(replayed: Replayed) -> Decimal:
    """What the simulated broker shows at the end."""
    return replayed.run.exchange.positions(replayed.run.end_ms).cash


def began_with(replayed: Replayed) -> Decimal:
    """Cash at the start, and what was held then at its cost."""
    starts = [event for _, _, event in replayed.journal.read() if isinstance(event, AccountProvisioned)]
    options = sum(o.quantity * o.price * o.contract.multiplier for each in starts for o in each.options)
    return sum((each.cash for each in starts), Decimal(0)) + options


def cost_of_what_is_held(replayed: Replayed) -> Decimal:
    book = LotBook()
    for _ in book.facts(replayed.journal.read()):
        pass
    held = [(contract, lot) for (_, contract), lots in book.lots.items() for lot in lots]
    return sum((lot.price * lot.quantity * contract.multiplier + lot.fees_usd for contract, lot in held), Decimal(0))


@pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")
def test_10_3_a_hedge_over_the_year_s_end_is_in_both_years(
    new_year: Replayed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = exported(new_year, tmp_path)
    _, old = year_of(capsys, journal, tmp_path, 2020)
    _, new = year_of(capsys, journal, tmp_path, 2021)
    (marked,), (sold,) = ([row for row in rows if row["section"] == "1256"] for rows in (old, new))
    assert (marked["how"], marked["disposed"], marked["basis"]) == ("marked at year end", "2020-12-31", "18000.00")
    assert (sold["how"], sold["basis"]) == ("traded", marked["proceeds"])


def test_10_3_the_page_tells_terms_flags_reserve_and_assignments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hedge, sold = put("SPX", "2021-06-18", "3000"), put("AAPL", "2020-03-06", "195")
    book = Dealing("GEN", "COM").on("2020-03-04").trade(sold, -1, "1.5", "0.65")
    book.on("2020-03-06").settle("assigned", sold, 1).on("2020-03-09").shares("AAPL", -100, "180")
    book.on("2020-03-20").shares("AAPL", 40, "170", account="COM")
    book.on("2020-12-30").trade(hedge, 1, "100", account="COM").on("2020-12-31").mark(hedge, None, account="COM")
    journal = MemoryJournal()
    for _, at_ms, event in book.records:
        journal.append(at_ms, [event])
    export(journal, tmp_path / "journal.ndjson")
    assert run("tax", "--journal", tmp_path / "journal.ndjson") == 0
    told = capsys.readouterr().out
    # 100 at 180 − (195 − 1.50 + 0.0065): a loss of 1,350.65, of which 40 % stand against what COM bought.
    assert "GEN 100 AAPL sold 2020-03-09, a loss of 1,350.65: 40 flagged, 540.26; replaced by 40 AAPL of COM" in told
    assert "COM 1 SPX 2021-06-18 3000 P: not marked at the year's last close" in told
    assert "GEN 100 AAPL: 2020-03-04 put sold 100 at 1.5 [#3]" in told
    assert max(map(len, told.splitlines())) <= 100
    assert all(line == line.rstrip() for line in told.splitlines())


def test_10_3_what_can_t_be_read_or_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty, whole = tmp_path / "journal.ndjson", MemoryJournal()
    empty.write_text("", encoding="utf-8")
    book = Dealing().on("2020-03-04").pay("interest", "5")
    for _, at_ms, event in book.records:
        whole.append(at_ms, [event])
    good = tmp_path / "good.ndjson"
    export(whole, good)
    torn = tmp_path / "torn.ndjson"
    torn.write_text(good.read_text(encoding="utf-8").replace('"interest"', '"interest', 1), encoding="utf-8")
    cases: list[tuple[tuple[str | Path, ...], str]] = [
        (("--journal", empty), "holds no record"),
        (("--journal", tmp_path / "none.ndjson"), "none.ndjson: No such file"),
        (("--session", "nobody", "--sessions", tmp_path), "allowed: --session NAME"),
        (("--journal", torn), "torn.ndjson"),
        (("--journal", good, "--year", "1999"), "--year 1999: nothing happened in it; allowed: 2020"),
        (("--journal", good, "--csv", tmp_path / "no" / "x.csv"), "--csv"),
    ]
    for args, why in cases:
        assert run("tax", *args) == say.BAD_INPUT
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
        assert why in told.err


def test_10_3_a_session_s_folder_is_read_and_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replay", "crash-week", "--out", tmp_path / "week") == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "week").iterdir() if path.is_file()}
    capsys.readouterr()
    assert run("tax", "--session", "week", "--sessions", tmp_path, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    archive = open_archive(tmp_path / "week" / "journal.ndjson")
    closed = sum(event.realized for _, _, event in archive.select(["lot.closed"]) if isinstance(event, LotClosed))
    archive.close()
    assert Decimal(str(told["accounts"][-1]["realized"])) == closed
    assert {path.name: path.read_bytes() for path in (tmp_path / "week").iterdir() if path.is_file()} == before
