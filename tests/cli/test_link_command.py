"""`allusetui link`: what is written, what stays, what is asked, what is refused."""

import os
import stat
from pathlib import Path

import pytest

from allusetui.linking.table import load
from tests.cli.commanded import run
from tests.cli.terminals import Terminal


def test_options_alone_write_the_table_show_it_and_say_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "settings.toml"
    assert run("link", "--account", "du4000001", "--settings", file) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"written: {file}\n\n[broker]\n") and "next: allusetui doctor" in shown
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [child.name for child in file.parent.iterdir()] == ["settings.toml"]
    link = load(file)
    assert link is not None
    assert (link.host, link.port, link.client_id, link.mode, link.live, link.codes) == (
        "127.0.0.1", 4002, 7, "paper", False, ("DU4000001",)
    )  # fmt: skip


def test_what_a_person_wrote_stays_and_the_file_becomes_its_owner_s_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\ntheme = "light"\n\n[broker]\nport = 1\nlive = true\n\n# my keys\n[keys]\npause = "F"\n')
    file.chmod(0o644)
    kept = tmp_path / "elsewhere.toml"
    file.rename(kept)
    file.symlink_to(kept)
    codes = ("--account", "GEN=U1", "--account", "REV=U2", "--account", "COM=U2")
    assert run("link", *codes, "--port", "7496", "--client-id", "12", "--settings", file) == 0
    text = kept.read_text(encoding="utf-8")
    assert file.is_symlink() and stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert text.startswith('# mine\ntheme = "light"\n\n[broker]\n')
    assert text.endswith('COM = "U2"\n\n# my keys\n[keys]\npause = "F"\n')
    link = load(file)
    assert link is not None
    assert (link.mode, link.live, link.codes) == ("live", False, ("U1", "U2"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--account: none is named; allowed: one account for all, or GEN=… REV=… COM=…"),
        (("--account", "XY"), "broker.accounts.GEN: 'XY' is no account code; allowed: DU or DF and digits for paper"),
        (("--account", "U1", "--port", "4002"), "broker.port: 4002 is a paper port, U1 a live account; allowed: 4001"),
        (("--account", "DU1", "--port", "7496"), "broker.port: 7496 is a live port, DU1 a paper account"),
        (("--account", "DU1", "--mode", "live"), "broker.accounts.GEN: DU1 is a paper account, the mode is live"),
        (("--account", "DU1", "--mode", "sim"), "--mode sim: not known; allowed: paper, live"),
        (("--account", "GEN=DU1"), "--account GEN=DU1: does not map every sleeve once"),
        (("--account", "GEN=DU1", "--account", "DU2"), "--account GEN=DU1 DU2: does not map every sleeve once"),
        (("--account", "DU1", "--port", "0"), "broker.port: 0 does not fit; allowed: greater than or equal to 1"),
        (("--account", "DU1", "--client-id", "0"), "broker.client_id: 0 does not fit; allowed: greater"),
        (("--account", "DU1", "--host", "a b"), "broker.host: 'a b' is no host"),
        (
            ("--account", "DU1", "--host", 'x"\nlive = true\n#'),
            "--host, --account: hold what no name has; allowed: letters, digits and dots",
        ),
    ],
)
def test_what_does_not_fit_is_one_line_and_nothing_is_written(
    words: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    assert run("link", *words, "--settings", file) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
    assert not file.exists()


@pytest.mark.parametrize("text", [b"broker = { port = 1 }\n", b"theme = \n", b'theme = "\xff"\n'])
def test_a_file_that_can_not_be_spliced_stays_and_the_lines_to_paste_are_shown(
    text: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(text)
    assert run("link", "--account", "DU1", "--settings", file) == 2
    told = capsys.readouterr()
    assert "it stays as it is, these lines belong into it" in told.err
    assert told.out.startswith("[broker]\n") and file.read_bytes() == text


def test_a_place_that_can_not_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("link", "--account", "DU1", "--settings", tmp_path) == 2
    assert capsys.readouterr().err == f"allusetui: {tmp_path}: Is a directory; allowed: a file that can be written\n"


def test_on_a_terminal_it_asks_and_enter_takes_what_stands_in_brackets(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    with Terminal("link", "--settings", file) as terminal:
        terminal.shows("No password is asked for")
        terminal.type("gen=du1, rev=du2, com=du3\r")
        terminal.shows("mode [paper]:")
        terminal.type("\r")
        terminal.shows("host [127.0.0.1]:")
        terminal.type("\r")
        terminal.shows("7497 TWS")
        terminal.type("7497\r")
        terminal.shows("client id [7]:")
        terminal.type("\r")
        terminal.shows("next: allusetui doctor")
        assert terminal.ended() == 0
    link = load(file)
    assert link is not None
    assert (link.port, dict(link.accounts)) == (7497, {"GEN": "DU1", "REV": "DU2", "COM": "DU3"})
    assert os.listdir(tmp_path) == ["settings.toml"]


def test_on_a_terminal_what_stands_in_the_file_is_proposed(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    before = '[broker]\nhost = "10.0.0.9"\nport = 4009\nclient_id = 12\nmode = "paper"\n'
    file.write_text(before + '[broker.accounts]\nGEN = "DU1"\nREV = "DU1"\nCOM = "DU3"\n', encoding="utf-8")
    with Terminal("link", "--settings", file) as terminal:
        for prompt in ("[GEN=DU1,REV=DU1,COM=DU3]:", "mode [paper]:", "host [10.0.0.9]:", "[4009]:", "client id [12]:"):
            terminal.shows(prompt)
            terminal.type("\r")
        terminal.shows("next: allusetui doctor")
        assert terminal.ended() == 0
    link = load(file)
    assert link is not None
    assert (link.host, link.port, link.client_id) == ("10.0.0.9", 4009, 12)
    assert dict(link.accounts) == {"GEN": "DU1", "REV": "DU1", "COM": "DU3"}


def test_on_a_terminal_another_mode_has_another_port(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[broker]\nport = 4009\nmode = "paper"\naccount = "DU1"\n', encoding="utf-8")
    with Terminal("link", "--settings", file) as terminal:
        for prompt, typed in (("[DU1]:", "U7\r"), ("mode [live]:", "\r"), ("host [127.0.0.1]:", "\r")):
            terminal.shows(prompt)
            terminal.type(typed)
        terminal.shows("[4001]:")
