"""The first paint: what is heavy comes after it."""

from pathlib import Path

import pytest

from tests.cli.painted import FILE_NAME, STARTING
from tests.cli.terminals import Terminal

pytestmark = pytest.mark.timeout(240)

HEAVY = {"exchange_calendars", "ib_async", "numpy", "pandas", "pydantic", "scipy", "tinydb", "typer"}


@pytest.mark.parametrize(
    "words",
    [(), ("run", "--session", "demo", "--speed=120"), ("--sessions", "sessions", "--theme", "light")],
    ids=["plain", "run", "without a command"],
)
def test_the_first_paint_waits_for_nothing_heavy_and_the_accounts_follow(tmp_path: Path, words: tuple[str]) -> None:
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "README.md").touch()
    with Terminal(*words, tmp_path, module="tests.cli.painted") as terminal:
        terminal.shows(STARTING)
        imported = (tmp_path / FILE_NAME).read_text(encoding="utf-8").split()
        assert "textual.app" in imported
        assert HEAVY & {name.partition(".")[0] for name in imported} == set()
        terminal.shows("GEN     SAFE")
        assert (tmp_path / "sessions" / "demo" / "journal.sqlite").exists()
