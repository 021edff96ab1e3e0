"""`allusetui gateway`: what it serves, what it refuses, how it ends."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ib_async import IB, LimitOrder, Stock

from allusetui.cli import gateway as command
from tests.broker.gateway.desks import HEAD
from tests.cli.commanded import run

PATIENCE_S = 60


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(HEAD, encoding="utf-8")
    return file


@contextmanager
def gateway(*words: str | Path) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The program, serving, and its port."""
    command = [sys.executable, "-m", "allusetui", "gateway", "--port", "0", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.search(r"127\.0\.0\.1:([0-9]+)", said)
            assert found is not None, said + process.stdout.read()
            yield int(found[1]), process
        finally:
            process.kill()


async def _price(port: int) -> float:
    """What a client of the port sees of a stock, after it has synchronised."""
    ib = IB()
    await ib.connectAsync("127.0.0.1", port, clientId=3, timeout=PATIENCE_S, raiseSyncErrors=True)
    try:
        (stock,) = await ib.qualifyContractsAsync(Stock("AAPL", "SMART", "USD"))
        (ticker,) = await ib.reqTickersAsync(stock)
        return ticker.marketPrice()
    finally:
        ib.disconnect()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_client_trades_on_it_and_a_signal_ends_it(scenario: Path, end: signal.Signals) -> None:
    with gateway("--scenario", scenario, "--accounts", "GEN=DU4000007") as (port, process):
        assert asyncio.run(_price(port)) == 200
        process.send_signal(end)
        assert process.stdout is not None
        said = process.stdout.read()
        assert process.wait(PATIENCE_S) == 0
    assert "Accounts: DU4000007, DU4000001. All of it is simulated." in said
    assert "Traceback" not in said


def test_it_serves_on_when_nobody_reads_what_it_says_and_ends_in_good_order(scenario: Path) -> None:
    port = _free_port()
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "allusetui", "gateway", "--port", str(port), "--scenario", str(scenario)]
    with subprocess.Popen(command, stdout=writer, stderr=subprocess.PIPE, text=True) as process:
        os.close(writer)
        try:
            assert asyncio.run(_priced_once_there(port, process)) == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
            assert process.stderr is not None and process.stderr.read() == ""
        finally:
            process.kill()


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port: int = found.getsockname()[1]
        return port


async def _priced_once_there(port: int, process: "subprocess.Popen[str]") -> float:
    async with asyncio.timeout(PATIENCE_S):
        while process.poll() is None:
            try:
                return await _price(port)
            except OSError:
                await asyncio.sleep(0.1)
    raise AssertionError(f"it has ended with {process.returncode}")


async def _refused(port: int) -> list[int]:
    """What a client is told that asks for quotes and for corporate events."""
    ib, codes = IB(), []
    await ib.connectAsync("127.0.0.1", port, clientId=3, timeout=PATIENCE_S, raiseSyncErrors=True)
    ib.errorEvent += lambda number, code, text, contract: codes.append(code)
    (stock,) = await ib.qualifyContractsAsync(Stock("AAPL", "SMART", "USD"))
    ib.reqMktData(stock)
    await ib.getWshMetaDataAsync()
    ib.disconnect()
    return codes


def test_what_its_clients_may_not_see_they_are_refused(scenario: Path) -> None:
    with gateway("--scenario", scenario, "--data", "none", "--no-events") as (port, _):
        assert asyncio.run(_refused(port)) == [354, 10276]


async def _written(port: int) -> list[int]:
    """What a client is told that does not ask for orders, and then places one."""
    ib, codes = IB(), []
    await ib.connectAsync("127.0.0.1", port, clientId=3, timeout=PATIENCE_S, readonly=True, raiseSyncErrors=True)
    ib.errorEvent += lambda number, code, text, contract: codes.append(code)
    (stock,) = await ib.qualifyContractsAsync(Stock("AAPL", "SMART", "USD"))
    ib.placeOrder(stock, LimitOrder("BUY", 1, 1.0, account="DU4000001", tif="DAY"))
    await ib.reqCurrentTimeAsync()
    ib.disconnect()
    return codes


def test_where_they_only_read_they_place_nothing(scenario: Path) -> None:
    with gateway("--scenario", scenario, "--read-only") as (port, _):
        assert asyncio.run(_written(port)) == [321]


def test_a_transcript_of_it_has_no_difference(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "visit.ndjson"
    with gateway("--scenario", scenario, "--record", kept) as (port, process):
        asyncio.run(_price(port))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
    assert kept.stat().st_mode & 0o077 == 0
    assert run("gateway", "--scenario", scenario, "--compare", kept) == 0
    assert capsys.readouterr().out == "No difference\n"
    kept.write_text(kept.read_text(encoding="utf-8").replace("200.0", "201.0"), encoding="utf-8")
    assert run("gateway", "--scenario", scenario, "--compare", kept) == 1
    assert "differences" in capsys.readouterr().out


def test_a_port_in_use_is_one_plain_line(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert run("gateway", "--scenario", scenario, "--port", str(port)) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith(f"allusetui: --port {port}: Address already in use") and complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--port", "4001"], "--port 4001: is a live port"),
        (["--port", "7496"], "--port 7496: is a live port"),
        (["--port", "80"], "--port 80: is the system's; allowed: 1024 to 65535"),
        (["--speed", "max"], "--speed max: clients need a clock"),
        (["--speed", "-1"], "--speed -1: not a speed"),
        (["--market", "moon"], "--market moon: unknown; allowed: synthetic"),
        (["--market", "synthetic", "--scenario", "demo"], "--scenario and --market: one of both"),
        (["--scenario", "nope.toml"], "nope.toml: no such file"),
        (["--accounts", "GEN=U4000001"], "--accounts GEN=U4000001: not a sleeve and a paper account"),
        (["--accounts", "GEN"], "--accounts GEN: not a sleeve and a paper account"),
        (["--accounts", "GEN=DU4000001,GEN=DU4000002"], "--accounts GEN=DU4000002: not a sleeve and a paper"),
        (["--data", "stale"], "--data stale: unknown; allowed: live, delayed, none"),
        (["--mask"], "--mask: hides the accounts of a transcript"),
        (["--upstream", "127.0.0.1:7497"], "--upstream: is for keeping its transcript"),
        (["--upstream", "there", "--record", "x"], "--upstream there: no address; allowed: HOST:PORT"),
        (["--upstream", "there:99999", "--record", "x"], "--upstream there:99999: no address"),
        (["--upstream", "a..b:7497", "--record", "x"], "--upstream a..b:7497: no address"),
        (["--upstream", f"{'a' * 64}.b:7497", "--record", "x"], f"--upstream {'a' * 64}.b:7497: no address"),
    ],
)  # fmt: skip
def test_what_it_can_t_do_is_one_plain_line(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("gateway", *words) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"allusetui: {complaint}") and said.count("\n") == 1


def test_a_sleeve_that_there_is_not_is_told(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("gateway", "--scenario", scenario, "--accounts", "FOO=DU4000001") == 2
    assert "--accounts FOO: no sleeve of" in capsys.readouterr().err


def test_a_transcript_is_never_written_over(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("gateway", "--scenario", scenario, "--record", scenario) == 2
    assert capsys.readouterr().err.startswith(f"allusetui: --record {scenario}: File exists; allowed: a new file")
    assert scenario.read_text(encoding="utf-8") == HEAD


LATE = [
    {"at_ms": at_ms, "connection": 1, "way": way, "fields": fields}
    for at_ms, way, fields in ((1_000, "opened", []), (2**52, "in", ["v157..178"]))
]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "line 1: is no record"),
        (None, "No such file"),
        ("".join(f"{json.dumps(row)}\n" for row in LATE), "line 2: lies after the end of the scenario; allowed: "),
    ],
)
def test_what_is_no_transcript_is_told(
    scenario: Path, tmp_path: Path, text: str | None, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    if text is not None:
        kept.write_text(text, encoding="utf-8")
    assert run("gateway", "--scenario", scenario, "--compare", kept) == 2
    assert complaint in capsys.readouterr().err


def test_a_market_from_now_on_is_none_after_its_last_day(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "time", lambda: datetime(2040, 1, 3, tzinfo=UTC).timestamp())
    assert run("gateway", "--market", "today") == 2
    told = "it is 2040-01-02 by this machine's clock, and that market ends on 2031-02-28"
    allowed = "allowed: a clock that is right, or --scenario FILE"
    assert capsys.readouterr().err == f"allusetui: --market today: {told}; {allowed}\n"
