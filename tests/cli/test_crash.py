"""An engine that breaks of what nobody foresaw leaves a report that tells where, and nothing of whose it was."""

import sys
from pathlib import Path

import pytest

from allusetui.cli.crash import CRASH_LOG, report
from allusetui.cli.say import BAD_INPUT, FAILED
from allusetui.cli.session import _told
from allusetui.journal.error import JournalError
from allusetui.law.load import law_hash

Captured = pytest.CaptureFixture[str]


def broken(secret: str) -> BaseException:
    """A failure that another one led to, both about a value that nobody must see."""
    try:
        try:
            int(secret)
        except ValueError as error:
            raise KeyError(secret) from error
    except KeyError as error:
        return error


def test_a_surprise_is_one_line_a_report_and_exit_1(tmp_path: Path, capsys: Captured) -> None:
    assert _told(broken("U1234567"), tmp_path).code == FAILED
    log = tmp_path / CRASH_LOG
    told = capsys.readouterr().err
    assert told.startswith(f"allusetui: the engine failed (KeyError), where in the code is in {log}; ")
    assert told.count("\n") == 1
    text = log.read_text(encoding="utf-8")
    assert "U1234567" not in told + text
    assert law_hash() in text and f"Python {sys.version.split()[0]}" in text
    assert text.index("ValueError\n") < text.index("KeyError\n") and " in broken\n" in text


def test_a_second_one_is_added(tmp_path: Path) -> None:
    for _ in range(2):
        _told(broken("x"), tmp_path)
    assert (tmp_path / CRASH_LOG).read_text(encoding="utf-8").count("KeyError\n") == 2


@pytest.mark.parametrize(
    ("foreseen", "line"),
    [
        (JournalError("journal.sqlite: is damaged"), "journal.sqlite: is damaged"),
        (
            OSError(28, "No space left"),
            "disk: No space left; allowed: a folder with room that ",
        ),
    ],
)
def test_what_the_program_says_itself_is_no_crash(
    foreseen: Exception, line: str, tmp_path: Path, capsys: Captured
) -> None:
    assert _told(foreseen, tmp_path).code == BAD_INPUT
    assert not (tmp_path / CRASH_LOG).exists()
    told = capsys.readouterr().err
    assert told.startswith(f"allusetui: {line}") and told.count("\n") == 1


def test_without_a_folder_to_write_to_it_is_still_told(tmp_path: Path, capsys: Captured) -> None:
    assert _told(broken("x"), tmp_path / "none").code == FAILED
    assert "the disk takes no report" in capsys.readouterr().err


def test_the_report_does_not_say_whose_machine_it_was() -> None:
    own = str(Path(__file__).parents[2])
    assert own not in (text := report(broken("x"))) and "test_crash.py:" in text


def test_a_failure_that_led_to_itself_is_told_once_and_again_no_further() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert report(first).count("Error\n") == 8
