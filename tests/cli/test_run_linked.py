"""`allusetui run --mode paper|live`: everything that stands against it, before anything is connected to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from allusetui.domain.event import Event
from allusetui.domain.link import SLEEVES, Mode
from tests.cli.commanded import run
from tests.cli.terminals import Terminal
from tests.linking.sessions import linked, on_paper, session, started

PAPER = '[broker]\nport = 4002\nmode = "paper"\naccount = "DU4000001"\n'
LIVE = '[broker]\nport = 4001\nmode = "live"\nlive = true\naccount = "U4000001"\n'


def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, *words: str) -> str:
    """The one line of a refusal, without the way to the settings."""
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert run("run", *words, "--session", "main", "--settings", file, "--sessions", tmp_path / "sessions") == 2
    error = capsys.readouterr().err
    assert error.startswith("allusetui: ") and error.count("\n") == 1
    return error.removeprefix("allusetui: ").replace(f"{file}: ", "").rstrip("\n")


@pytest.mark.parametrize(
    ("mode", "text", "line"),
    [
        ("paper", "", "broker: there is no such table; allusetui link writes it"),
        ("paper", LIVE, "broker.mode: is live; --mode live, or allusetui link"),
        ("live", PAPER, "broker.mode: is paper; --mode paper, or allusetui link"),
        (
            "live",
            LIVE.replace("live = true\n", ""),
            "broker.live: is false; live = true in that table, written by your",
        ),
        (
            "live",
            LIVE.replace("4001", "4002"),
            "broker.port: 4002 is a paper port, U4000001 a live account; allowed: 4001",
        ),
        ("live", LIVE.replace('"U', '"DU'), "broker.accounts.GEN: DU4000001 is a paper account, the mode is live; "),
        (
            "paper",
            PAPER.replace("4002", "7496"),
            "broker.port: 7496 is a live port, DU4000001 a paper account; allowed: 4",
        ),
        ("paper", PAPER.replace("4002", '"4002"'), "broker.port: '4002' does not fit; allowed: a valid integer"),
        ("live", LIVE, "--mode live: 0 paper weeks under this constitution, 16.1 asks for 2; first run --mode paper"),
        ("dance", PAPER, "--mode dance: not known; allowed: sim, paper, live"),
    ],
)
def test_the_first_thing_that_stands_against_it_is_one_line(
    mode: str, text: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(tmp_path, capsys, text, "--mode", mode).startswith(line)
    assert not (tmp_path / "sessions").exists()


def test_what_a_person_knows_of_the_market_is_read_before_anything_is_connected_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "market.toml").write_text("rate = 4\n", encoding="utf-8")
    line = told(tmp_path, capsys, PAPER, "--mode", "paper", "--headless")
    assert line.startswith(f"{tmp_path / 'market.toml'}: rate: Decimal('4') does not fit; allowed: ")
    assert not (tmp_path / "sessions").exists()


def test_a_live_port_and_a_paper_account_are_refused_before_any_connection(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def connected(*args: object) -> None:
        raise AssertionError("something was connected to")

    monkeypatch.setattr(socket.socket, "connect", connected)
    line = told(tmp_path, capsys, PAPER.replace("4002", "4001"), "--mode", "paper")
    assert line.startswith("broker.port: 4001 is a live port, DU4000001 a paper account")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--speed", "60.0"), "--speed 60.0: the market is the world's own; allowed: with --mode sim"),
        (("--scenario", "demo"), "--scenario demo: the market is the world's own; allowed: with --mode sim"),
        (("--waive-paper-weeks", "x"), "--waive-paper-weeks: nothing to waive; allowed: with --mode live"),
    ],
)
def test_words_of_a_simulation_and_a_waiver_of_nothing_are_refused(
    words: tuple[str, ...], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(tmp_path, capsys, PAPER, "--mode", "paper", *words) == line
    assert told(tmp_path, capsys, LIVE, "--mode", "live", "--waive-paper-weeks", " \x1b ").startswith(
        "--waive-paper-weeks: without a reason"
    )


@pytest.mark.parametrize(
    ("begun", "line"),
    [
        ((started(),), "--session: main was begun in sim; another --session"),
        ((started(), linked(Mode.LIVE, "main", "U4000001")), "--session: main was begun in live; another --session"),
        ((started(), linked(Mode.PAPER, "first", "DU4000001")), "--session: main is a copy of first; --session first"),
        ((started(), linked(Mode.PAPER, "main", "DU9")), "--session: main was begun with GEN=DU9, REV=DU9, COM=DU9; "),
    ],
)
def test_a_session_of_another_mode_account_or_name_is_never_loaded(
    begun: tuple[Event, ...], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session(tmp_path / "sessions", "main", *begun)
    assert told(tmp_path, capsys, PAPER, "--mode", "paper").startswith(line)


def test_a_session_begun_live_is_never_loaded_by_a_simulation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = session(tmp_path / "sessions", "main", started(), linked(Mode.LIVE, "main", "U4000001"))
    line = told(tmp_path, capsys, LIVE, "--mode", "sim", "--headless")
    assert line == f"{folder}: holds a session that was begun in live; allowed: another folder"


@pytest.mark.clause("16.1")
def test_16_1_after_two_paper_weeks_live_is_meant_by_a_person_who_types_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_paper(tmp_path / "sessions", "paper", "2026-W10", "2026-W11")
    assert told(tmp_path, capsys, LIVE, "--mode", "live").startswith(
        "--mode live: no terminal; it is begun by a person"
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (("U400000", ""), "that is not the account of the settings; nothing was begun"),
        (("u4000001", ""), "that is not the account of the settings; nothing was begun"),
        (("U4000001", "yes"), "that is not the phrase; nothing was begun"),
    ],
)
def test_the_account_in_full_and_the_phrase_are_typed(typed: tuple[str, str], shown: str, tmp_path: Path) -> None:
    with begun_live(tmp_path, LIVE, *typed) as terminal:
        terminal.until(lambda: shown.replace(" ", "") in "".join(terminal.text.split()))
        assert terminal.ended() == 2
    assert not (tmp_path / "sessions").exists()


def test_once_it_is_typed_the_dashboard_says_live_and_waits_for_its_link(tmp_path: Path) -> None:
    nowhere = LIVE.replace("port", 'host = "127.8.7.6"\nport')  # the port of a real Gateway, at an address of nobody's
    with begun_live(tmp_path, nowhere, "U4000001", "trade real money") as terminal:
        terminal.shows("LIVE main")
        terminal.shows("linking … nobody listens on 127.8.7.6:4001")
        assert "U4000001" not in terminal.text
        terminal.type("q")
        terminal.shows("e end")
        terminal.type("e")
        assert terminal.ended() == 0
    assert not (tmp_path / "sessions" / "main" / "journal.ndjson").exists()


@contextmanager
def begun_live(tmp_path: Path, text: str, account: str, phrase: str) -> Iterator[Terminal]:
    """A live session on a terminal, once a person has typed these."""
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    waive = ("--waive-paper-weeks", "a year elsewhere")
    where = ("--settings", file, "--sessions", tmp_path / "sessions", "--session", "main")
    with Terminal("run", "--mode", "live", *waive, *where) as terminal:
        terminal.shows("waived, which is journalled: a year elsewhere")
        assert "U4000001" not in terminal.text  # it has to be known, not copied
        terminal.shows("Account, in full:")
        terminal.type(f"{account}\r")
        if phrase:
            terminal.shows('Type "trade real money":')
            terminal.type(f"{phrase}\r")
        yield terminal


def test_accounts_of_several_sleeves_are_typed_each_once(tmp_path: Path) -> None:
    mapped = "\n".join(f'{sleeve} = "U{number}"' for number, sleeve in enumerate(SLEEVES, 1))
    file = tmp_path / "settings.toml"
    file.write_text(LIVE.replace('account = "U4000001"', f"[broker.accounts]\n{mapped}"), encoding="utf-8")
    with Terminal("run", "--mode", "live", "--waive-paper-weeks", "x", "--settings", file) as terminal:
        for number in (1, 2, 3):
            terminal.shows(f"Account {number} of 3, in full:")
            terminal.type(f"U{number}\r")
        terminal.shows('Type "trade real money":')
        terminal.type("\x04")
        terminal.shows("that is not the phrase")
        assert terminal.ended() == 2
