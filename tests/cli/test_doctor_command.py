"""`allusetui doctor`: a line a check, JSON for programs, and an exit code that says whether it will do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.broker.ibkr.scripted import Answer, Scripted, playing_aside, quoted
from tests.cli.commanded import run
from tests.cli.shells import command
from tests.cli.terminals import Terminal

CHECKS = [
    "settings", "tcp", "handshake", "client id", "accounts", "line", "clock", "sync", "farms", "contract", "chain",
    "quote", "bars", "what-if", "orders", "earnings",
]  # fmt: skip


def settings(tmp_path: Path, port: int) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text(f'[broker]\nport = {port}\nmode = "paper"\naccount = "DU4000001"\n', encoding="utf-8")
    return file


def test_a_gateway_that_is_well_is_ready_with_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with playing_aside(Scripted()) as port:
        assert run("doctor", "--settings", settings(tmp_path, port)) == 0
    told = capsys.readouterr()
    *lines, last = told.out.splitlines()
    assert [line[:8].strip() for line in lines] == ["ok"] * len(CHECKS)
    assert lines[0] == f"ok       settings   paper DU4000001 at 127.0.0.1:{port}, client 7"
    assert (last, told.err) == ("ready; no order was placed", "")


def test_a_program_gets_one_json_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with playing_aside(Scripted({"1": quoted(3)}, taken=frozenset({"8"}))) as port:
        assert run("doctor", "--json", "--client-id", "9", "--settings", settings(tmp_path, port)) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["check"] for row in found["checks"]] == CHECKS
    (quote,) = [row for row in found["checks"] if row["check"] == "quote"]
    assert found["verdict"] == quote["verdict"] == "warn"
    assert "DELAYED" in quote["found"] and "OPRA" in quote["cure"]


def test_where_no_gateway_is_the_cure_is_told_with_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with playing_aside(Scripted()) as port:
        pass
    assert run("doctor", "--settings", settings(tmp_path, port)) == 1
    _, tcp, cure, handshake, *_, last = capsys.readouterr().out.splitlines()
    assert tcp == f"fail     tcp        127.0.0.1:{port}: nothing listens there"
    assert cure.strip().startswith("→ start the Gateway or TWS; ")
    assert handshake == "skipped  handshake  needs tcp"
    assert last == "not ready: tcp; no order was placed"


@pytest.mark.parametrize(
    "answers",
    [
        {"71": lambda asked: [("", ""), ("x", "y", "z")]},
        {"71": lambda asked: [(15, 1, "DU4000001"), (9, 1, "no number")]},
        {"49": lambda asked: [(49, 1, "no time")]},
        {"61": lambda asked: [(61, 3, "too", "few"), (62, 1)], "9": lambda asked: [("what", "is", "this")]},
    ],
)
def test_a_gateway_that_talks_nonsense_is_told_in_lines_without_a_traceback(
    answers: dict[str, Answer], tmp_path: Path
) -> None:
    with playing_aside(Scripted(answers)) as port:
        done = command("doctor", "--settings", settings(tmp_path, port))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.endswith("; no order was placed\n") and "Traceback" not in done.stdout


def test_without_a_link_there_is_nothing_to_look_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "none.toml"
    assert run("doctor", "--settings", file) == 2
    assert capsys.readouterr().err == f"allusetui: {file}: broker: there is no such table; allusetui link writes it\n"
    assert run("doctor", "--client-id", "7", "--settings", settings(tmp_path, 4002)) == 2
    assert capsys.readouterr().err == "allusetui: --client-id 7: is the engine's own; allowed: another\n"


def test_on_a_terminal_it_says_what_it_waits_for_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    with (
        playing_aside(Scripted(hello=None)) as port,
        Terminal("doctor", "--settings", settings(tmp_path, port)) as terminal,
    ):
        terminal.shows("tcp …")
        terminal.type("\x03")
        assert terminal.ended() == 130


def test_where_nobody_reads_on_the_exit_code_still_says_whether_it_will_do(tmp_path: Path) -> None:
    with playing_aside(Scripted()) as port:
        reader, writer = os.pipe()
        os.close(reader)
        words = ["doctor", "--settings", str(settings(tmp_path, port))]
        done = subprocess.run(
            [sys.executable, "-m", "allusetui", *words], stdout=writer, stderr=subprocess.PIPE, timeout=60
        )
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_host_that_can_not_be_looked_for_is_refused_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settings(tmp_path, 4002)
    file.write_text(file.read_text(encoding="utf-8") + 'host = "a..b"\n', encoding="utf-8")
    assert run("doctor", "--settings", file) == 2
    wrong = "'a..b' is no host; a host's name or its address, such as 127.0.0.1"
    assert capsys.readouterr().err == f"allusetui: {file}: broker.host: {wrong}\n"
