"""The README: each command in it is run as a stranger would, in an empty folder; what needs more than that is read."""

import re
from pathlib import Path

import pytest

from tests.cli.commanded import run
from tests.cli.typed import blocks, commands_of, read, words_of

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
NEEDS_MORE = {"", "link", "doctor", "run", "gateway", "attach", "status", "backtest", "sweep"}
"""A terminal, a Gateway, an engine, a data folder, or many minutes; each has its own tests."""


def needs_more(line: str) -> bool:
    name, asked = read(line)
    return name in NEEDS_MORE or asked.get("seeds") is not None


@pytest.mark.parametrize("line", dict.fromkeys([*commands_of(README), *commands_of(CONTRIBUTING)]))
def test_every_command_can_be_typed(line: str) -> None:
    read(line)


@pytest.mark.timeout(240)
def test_the_commands_do_what_is_said_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "README.md").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    told = {}
    for line in dict.fromkeys(commands_of(README)):
        if "--help" not in line and not needs_more(line):
            assert run(*words_of(line)[1:]) == 0, line
            told[line] = capsys.readouterr().out
    (lost,) = re.findall(r"It loses: ([\d,.]+) of 4,000,000", README)
    assert any(f"The week lost {lost} on an equity of 4,000,000.00" in text for text in told.values())
    assert len(told) >= 8


def test_the_two_commands_are_one_line_each() -> None:
    begin = "python3 -m venv .venv && .venv/bin/pip install -q "
    started = [line for body in blocks(README, "sh") for line in body.splitlines() if line.startswith(begin)]
    assert started == [
        f"{begin}. && .venv/bin/allusetui",
        f"{begin}-e '.[test]' && .venv/bin/python -m pytest -n 3",
    ]


def test_the_files_that_it_names_are_there() -> None:
    for page in (README, CONTRIBUTING):
        named = re.findall(r"\]\(([^):]+)\)|`((?:\.?[\w-]+/)*[\w-]*\.(?:md|py|svg|tcss))`", page)
        places = (ROOT, ROOT / "allusetui")
        assert named and all(any((at / (link or name)).exists() for at in places) for link, name in named)
