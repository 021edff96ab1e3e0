"""What `allusetui run` is asked for: read without typer where it is plain, and the same as typer reads it."""

import sys
from pathlib import Path

import pytest
from typer.main import get_command

from allusetui.cli import commands, main
from allusetui.cli.start import Start, is_option, start_of

PLAIN = [
    [],
    ["--session", "night"],
    ["--session=night", "--speed", "max", "--headless"],
    ["--scenario", "crash-week", "--mode", "sim", "--theme=light"],
    ["--mode", "live", "--waive-paper-weeks", "they were traded elsewhere"],
    ["--settings", "my.toml", "--sessions=/tmp/kept", "--speed", "2", "--speed", "3"],
]
OTHERS = [
    ["--help"],
    ["night"],
    ["--speed"],
    ["--session="],
    ["--speed", "--headless"],
    ["--headless=yes"],
    ["--sesion", "night"],
    ["--", "night"],
    ["--waive_paper_weeks", "none"],
]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Start]:
    """What sessions were begun with, none of which runs."""
    found: list[Start] = []
    monkeypatch.setattr("allusetui.cli.session.run_session", found.append)
    return found


@pytest.mark.parametrize("words", PLAIN, ids=" ".join)
def test_plain_words_are_read_as_typer_reads_them(words: list[str], begun: list[Start]) -> None:
    with pytest.raises(SystemExit):
        commands.app(["run", *words])
    assert begun == [start_of(words)]


@pytest.mark.parametrize("words", OTHERS, ids=" ".join)
def test_what_is_not_plain_is_left_to_typer(words: list[str]) -> None:
    assert start_of(words) is None


def test_typer_knows_the_same_options_and_defaults() -> None:
    known = get_command(commands.app).commands["run"].params  # type: ignore[attr-defined]
    assert {option.name: option.default for option in known} == Start()._asdict()
    assert all(option.opts == [f"--{option.name.replace('_', '-')}"] and is_option(*option.opts) for option in known)


@pytest.mark.parametrize("command", [["run"], []], ids=["run", "none"])
def test_without_a_command_the_options_are_those_of_run(
    command: list[str], begun: list[Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["allusetui", *command, "--sessions", "kept", "--speed", "9"])
    main()
    assert begun == [Start(speed="9", sessions=Path("kept"))]


@pytest.mark.parametrize(("words", "lines"), [([], 3), (["run"], 0), (["--speed", "9"], 0)])
def test_its_name_alone_is_explained_in_three_lines(
    words: list[str],
    lines: int,
    begun: list[Start],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["allusetui", *words])
    monkeypatch.setattr("allusetui.cli.say.can_draw", lambda: True)
    main()
    assert len(begun) == 1
    assert capsys.readouterr().out.count("\n") == lines


def test_an_early_interrupt_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(start: Start) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("allusetui.cli.session.run_session", interrupted)
    monkeypatch.setattr(sys, "argv", ["allusetui"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


def test_a_slip_without_a_command_is_told_as_one_of_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["allusetui", "--sessions", "kept", "--sped", "9"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "allusetui run" in (told := capsys.readouterr().err) and "--sped" in told
