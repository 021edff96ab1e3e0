"""`allusetui sweep`: stopped, gone on with, and how it says no."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from allusetui.cli import sweep as command
from allusetui.cli.sweep import seeds_in
from tests.cli.commanded import run
from tests.lab.jobs import Alone

DAYS = ("--from", "2026-03-02", "--to", "2026-03-03", "--seeds", "1-3")


def test_ctrl_c_keeps_the_trials_that_are_done_and_the_same_command_does_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def impatient(what: str, count: int) -> Iterator[Callable[[int], None]]:
        """A person who has seen one trial."""
        yield lambda done: signal.raise_signal(signal.SIGINT) if done == 1 else None

    monkeypatch.setattr(command, "count_bar", impatient)
    monkeypatch.setattr(command, "Processes", lambda count: Alone())
    assert run("sweep", *DAYS, "--out", tmp_path) == 130
    told = f"allusetui: stopped by hand; 1 trials are kept, and the same command goes on: {tmp_path}\n"
    assert capsys.readouterr().err == told
    monkeypatch.undo()
    assert run("sweep", *DAYS, "--workers", "1", "--json", "--out", tmp_path) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["id"][-6:] for each in found["trials"]] == ["seed 1", "seed 2", "seed 3"]
    assert found == json.loads((tmp_path / "sweep.json").read_text())
    assert found["groups"][0]["group"] == "synthetic 2026-03-02 2026-03-03 4000000 v1.3"


def test_seeds_are_spans_and_numbers() -> None:
    assert seeds_in("1-3") == (1, 2, 3)
    assert seeds_in("7, 1-2,7") == (7, 1, 2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seeds", "3-1"), "--seeds 3-1: not a list of seeds; allowed: 1-1000, or 1,5,9, at most 100,000"),
        (("--seeds", "1-999999999"), "--seeds 1-999999999: not a list of seeds"),
        (("--law", "v9"), "law: version: there is no 'v9'; allowed: v1.3"),
        (("no-such-scenario",), "no-such-scenario: no such file; allowed: a TOML file or a shipped scenario"),
        (("crash-week", "crash-week"), "crash-week: two trials are crash-week "),
        (("crash-week", "--years", "2"), "--market, --years, --from and --to: a scenario says these itself; allowed"),
        (("--years", "0"), "--years 0: out of range; allowed: 1 to 40"),
        (("--capital", "0"), "--capital 0: not an amount"),
    ],
)
def test_what_can_not_be_swept_is_one_line_and_exit_2(
    words: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sweep", *words, "--out", tmp_path) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"allusetui: {told}")
    assert shown.err.count("\n") == 1
