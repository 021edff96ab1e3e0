"""`allusetui backtest`: what it prints, what it keeps when it is stopped, and how it says no."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from allusetui.cli import backtest as command
from allusetui.cli.stopping import stop_asked
from allusetui.market import history_data
from allusetui.scenario.model import Scenario
from tests.cli.commanded import run
from tests.replaying import DATA

WEEK = ("--from", "2026-03-02", "--to", "2026-03-06")
TWO_WEEKS = ("--from", "2026-03-02", "--to", "2026-03-10")


def test_a_week_is_one_json_value_and_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("backtest", *WEEK, "--capital", "1_000_000", "--json", "--out", tmp_path) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (told["market"], told["from"], told["to"], told["law"]) == ("synthetic", "2026-03-02", "2026-03-06", "v1.3")
    assert told["seconds"] > 0
    assert told["events"] == len((tmp_path / "journal.ndjson").read_text().splitlines())
    assert 900_000 < told["final_equity"] < 1_100_000
    assert {path.name for path in tmp_path.iterdir()} >= {"result.txt", "result.json", "equity.csv", "clauses.csv"}
    # The same again replaces it, and tells the same.
    before = (tmp_path / "equity.csv").read_bytes()
    assert run("backtest", *WEEK, "--capital", "1_000_000", "--out", tmp_path) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("ALL-USE backtest, synthetic market, seed 1, law v1.3\n2026-03-02 to 2026-03-06\n")
    assert shown.rstrip().endswith(str(tmp_path))
    assert (tmp_path / "equity.csv").read_bytes() == before


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks: list[int] = []

    @contextmanager
    def impatient(scenario: Scenario) -> Iterator[Callable[[int], None]]:
        """A person who has seen one week."""

        def tick(at_ms: int) -> None:
            ticks.append(at_ms)
            if len(ticks) == 1:
                signal.raise_signal(signal.SIGINT)

        yield tick

    monkeypatch.setattr(command, "progress_bar", impatient)
    assert run("backtest", *TWO_WEEKS, "--out", tmp_path) == 130
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        f"allusetui: stopped by hand; what is done is kept, and the same command goes on: {tmp_path}\n"
    )
    assert run("backtest", *TWO_WEEKS, "--json", "--out", tmp_path) == 0
    told = json.loads(capsys.readouterr().out)
    rows = [json.loads(line) for line in (tmp_path / "journal.ndjson").read_text().splitlines()]
    assert told["to"] == "2026-03-10"
    assert [row["seq"] for row in rows] == list(range(1, told["events"] + 1))
    assert sum(row["kind"] == "session.started" for row in rows) == 1


def test_the_second_ctrl_c_ends_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_asked() as is_stopped:
        assert not is_stopped()
        signal.raise_signal(signal.SIGINT)
        assert is_stopped()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--law", "v9"), "law: version: there is no 'v9'; allowed: v1.3"),
        (("--capital", "much"), "--capital much: not an amount; allowed: dollars above 0, such as 4_000_000"),
        (("--capital", "-5"), "--capital -5: not an amount"),
        (("--from", "2020-02-30"), "--from 2020-02-30: not a day; allowed: 2020-03-02"),
        (("--market", "real"), "--market real: no such market; allowed: synthetic, history"),
        (("--years", "0"), "--years 0: out of range; allowed: 1 to 40"),
        (("--market", "history"), "--market history: reads a data folder; allowed: the environment variable"),
    ],
)
def test_what_can_not_be_run_is_one_line_and_exit_2(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALLUSETUI_DATA", raising=False)
    assert run("backtest", *words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"allusetui: {told}")
    assert shown.err.count("\n") == 1


@pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")
def test_a_span_without_data_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ALLUSETUI_DATA", str(DATA))
    words = ("backtest", "--market", "history", "--from", "2030-01-02", "--to", "2030-02-01", "--out", tmp_path)
    assert run(*words) == 2
    told = capsys.readouterr().err
    assert "the scenario needs 2029-12-31 to 2030-02-01" in told
    assert told.count("\n") == 1


@pytest.mark.skipif(not DATA.is_dir(), reason="the market data is not here")
def test_a_law_that_the_data_can_not_serve_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Indexes alone: no sleeve would ever find a symbol to trade."""
    data, out = tmp_path / "data", tmp_path / "out"
    (data / "daily").mkdir(parents=True)
    for name in ("index", "rates.csv", "dividends.csv", "splits.csv", "earnings.csv"):
        (data / name).symlink_to(DATA / name)
    assert history_data.covered(data, ["AAPL"]) == (date(1990, 1, 2), date(2022, 12, 28))
    monkeypatch.setenv("ALLUSETUI_DATA", str(data))
    words = ("backtest", "--market", "history", "--from", "2020-03-02", "--to", "2020-03-06", "--out", out)
    assert run(*words) == 2
    told = capsys.readouterr().err
    assert told.startswith("allusetui: law v1.3: GEN trades ")
    assert told.count("\n") == 1


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "journal.sqlite").write_text("a session's")
    assert run("backtest", *WEEK, "--out", tmp_path) == 2
    assert "holds journal.sqlite, which is no trial's; allowed: another --out" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["journal.sqlite"]
