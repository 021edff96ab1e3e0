"""`allusetui guide` and `allusetui completion`: what a person at a shell is helped with."""

import subprocess
import sys
from pathlib import Path

import pytest

from allusetui.cli.start import COMPLETING
from allusetui.view.guides import GUIDES
from tests.cli.commanded import run

ROOT = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[str]


def test_without_a_topic_every_guide_is_listed(capsys: Captured) -> None:
    assert run("guide") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(GUIDES)


def test_a_guide_is_text_or_markdown(capsys: Captured) -> None:
    assert run("guide", "backup") == 0
    assert capsys.readouterr().out.startswith("Backup and restore of a session\n====")
    assert run("guide", "backup", "--markdown") == 0
    assert capsys.readouterr().out.startswith("# Backup and restore of a session\n")


def test_a_topic_that_is_none_is_one_line_with_the_nearest(capsys: Captured) -> None:
    assert run("guide", "lo\x1bw") == 2
    told = capsys.readouterr().err
    assert told.startswith("allusetui: low: no such guide; did you mean law? There are start, ")
    assert told.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_a_shell_say_where_they_belong(shell: str, capsys: Captured) -> None:
    assert run("completion", shell) == 0
    told = capsys.readouterr().out
    assert f"# allusetui completion {shell} > " in told and COMPLETING in told


def test_a_shell_that_nobody_knows_is_one_line(capsys: Captured) -> None:
    assert run("completion", "tcsh") == 2
    assert capsys.readouterr().err == "allusetui: tcsh: no shell that is known; allowed: bash, zsh, fish\n"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("guide l", ["law", "linking"]), ("attach ", ["demo", "main"]), ("pause --session m", ["main"])],
)
def test_a_shell_that_completes_is_answered_and_nothing_is_started(
    typed: str, offered: list[str], tmp_path: Path
) -> None:
    (tmp_path / "sessions" / "replays").mkdir(parents=True)
    (tmp_path / "sessions" / "README.md").touch()
    for name in ("main", "demo"):
        (tmp_path / "sessions" / name).mkdir()
        (tmp_path / "sessions" / name / "journal.sqlite").touch()
    words = f"allusetui {typed}"
    asked = {COMPLETING: "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "allusetui"], cwd=tmp_path, env={**asked, "PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == offered
    assert not (tmp_path / "sessions" / "demo" / "lock").exists()
