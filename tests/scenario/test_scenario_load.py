"""Reading scenario files, as a user meets it: what loads, and the one line for what does not."""

import pickle
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.scenario.load import ScenarioError, load, parse
from allusetui.scenario.shipped import shipped_names
from tests.replaying import SHARED
from tests.scenario.small import SMALL, changed

EXAMPLES = sorted((SHARED / "scenarios").glob("*.toml"))


@pytest.mark.skipif(not EXAMPLES, reason=f"no worked examples under {SHARED} (set ALLUSETUI_SHARED)")
def test_every_worked_example_loads() -> None:
    for file in EXAMPLES:
        assert load(file).scenario.name == file.stem


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_scenario_is_found_by_its_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(name).scenario.name == name


def test_the_crash_week_is_shipped() -> None:
    assert "crash-week" in shipped_names()


def test_a_file_in_the_way_wins_over_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("crash-week").write_text(SMALL)
    assert load("crash-week").scenario.name == "small"


def test_what_the_format_lets_out_has_the_documented_defaults() -> None:
    scenario = parse(SMALL + "[market.symbols.SPX]\nspot = 5000\n[market.symbols.XSP]\n", "x")
    market, aapl, vix = scenario.market, scenario.market.symbols["AAPL"], scenario.market.symbols["VIX"]
    assert (scenario.scenario.seed, scenario.scenario.mode, scenario.scenario.capital) == (1, "normal", None)
    assert (market.rate, market.margin, market.breadth) == (0.04, Decimal("0.20"), None)
    assert (aapl.spot, aapl.atr, aapl.strike_step, aapl.tick) == (Decimal(200), None, Decimal("2.5"), Decimal("0.01"))
    assert (aapl.spread_pct, aapl.oi, aapl.volume, aapl.expiries) == (0.02, 5000, 2000, "friday")
    assert (aapl.earnings, aapl.dividends) == ((), ())
    assert (vix.iv, vix.strike_step, vix.tick) == (0.9, Decimal(1), Decimal("0.05"))
    spx, xsp = market.symbols["SPX"], market.symbols["XSP"]
    assert (spx.iv, spx.strike_step, spx.tick) == (0.18, Decimal(25), Decimal("0.05"))
    assert (xsp.spot, xsp.iv, xsp.strike_step) == (Decimal(500), 0.18, Decimal("2.5"))


def test_money_is_decimal_to_the_cent_and_spans_are_milliseconds() -> None:
    text = """
[accounts.COM]
equity = 10000.01
opened = 2025-01-02
[accounts.COM.holdings.AAPL]
shares = 300
basis = 190.0
[[accounts.COM.options]]
symbol = "AAPL"
expiry = 2026-03-06
strike = 210
right = "C"
quantity = -3
price = 1.10
opened = 2026-03-02
[[tape]]
at = 2026-03-05T10:30:00
set = { AAPL = 191.0, "AAPL.oi" = "missing", "AAPL.atr" = "none", "AAPL.iv" = 1, breadth = 40 }
glide = "15m"
[[fault]]
at = 2026-03-05T10:40:00
for = "320s"
kind = "partial_fill"
symbol = "AAPL"
value = 2
"""
    scenario = parse(SMALL + text, "x")
    com = scenario.accounts["COM"]
    assert com.equity == Decimal("10000.01")
    assert (com.opened, com.options[0].strike) == (date(2025, 1, 2), Decimal(210))
    point = scenario.tape[0]
    assert (point.at, point.glide_ms) == (datetime(2026, 3, 5, 10, 30), 900_000)
    assert point.set == {
        "AAPL": Decimal(191),
        "AAPL.oi": "missing",
        "AAPL.atr": "none",
        "AAPL.iv": Decimal(1),
        "breadth": Decimal(40),
    }
    assert (scenario.faults[0].for_ms, scenario.faults[0].value) == (320_000, Decimal(2))
    assert pickle.loads(pickle.dumps(scenario)) == scenario


@pytest.mark.parametrize("header", ["[accounts.A2.GEN]", '[accounts."A2.GEN"]'])
def test_a_forks_account_is_named_with_its_all_use(header: str) -> None:
    assert parse(SMALL + f"{header}\nequity = 40_000\n", "x").accounts["A2.GEN"].equity == 40_000


def test_a_byte_order_mark_and_dos_line_ends_are_read(tmp_path: Path) -> None:
    file = tmp_path / "dos.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load(file).scenario.name == "small"


def test_data_is_relative_to_the_scenario_file(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    file = tmp_path / "h.toml"
    file.write_text(changed('kind = "scripted"', 'kind = "history"\ndata = "prices"'))
    assert load(file).market.data == (tmp_path / "prices").resolve()


def test_a_history_market_without_data_reads_the_given_directory(tmp_path: Path) -> None:
    file = tmp_path / "h.toml"
    file.write_text(changed('kind = "scripted"', 'kind = "history"'))
    assert load(file, tmp_path).market.data == tmp_path.resolve()
    with pytest.raises(ScenarioError, match="ALLUSETUI_DATA"):
        load(file)
    with pytest.raises(ScenarioError, match="is not a directory"):
        load(file, tmp_path / "nowhere")


def test_a_synthetic_market_needs_neither_symbols_nor_data(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(SMALL.split("[market]")[0] + '[market]\nkind = "synthetic"\n')
    assert load(file, tmp_path).market.data is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"[scenario", "at end of document"),
        (b"a = 1\n\nb = = 2", "line 3, column"),
        (b"a = 2026-02-30", "not TOML"),
        (b"a = " + b"9" * 5000, "not TOML"),
        (b"a = 1e99999999999999999999", "not TOML"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"a = '\xff'", "not UTF-8"),
        (b"", "scenario: is missing"),
    ],
)
def test_an_unreadable_file_is_one_line(content: bytes | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    if content is not None:
        file.write_bytes(content)
    assert says in _line(file)


def test_a_directory_and_a_name_that_no_file_can_have_are_one_line(tmp_path: Path) -> None:
    assert "is a directory" in _line(tmp_path)
    assert "can't be read" in _line(tmp_path / ("n" * 300))
    assert "can't be read" in _line(Path("a\0b"))


def test_a_misspelt_shipped_name_is_answered_with_the_right_one() -> None:
    assert "did you mean crash-week?" in _line(Path("crash-weak"))


def _line(file: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)
