"""The first paint: what is heavy comes after it."""

from pathlib import Path

import pytest

from tests.cli.painted import FILE_NAME, STARTING, USABLE_NAME
from tests.cli.terminals import Terminal

pytestmark = pytest.mark.timeout(240)

NOT_YET = {"exchange_calendars", "ib_async", "pandas", "pydantic", "tinydb", "typer"}
"""Not before the accounts are shown either; scipy is fetched beside that, at the engine's second snapshot."""
HEAVY = {"numpy", "scipy"} | NOT_YET
UNASKED = {"allusetui.codec.state", "allusetui.codec.whole", "allusetui.market.history"}
"""What a visitor, a snapshot that is kept or a market of files needs: the accounts do not wait for it."""


def packages(modules: list[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


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
        assert HEAVY & packages(imported) == set()
        terminal.shows("GEN     SAFE")
        imported = (tmp_path / USABLE_NAME).read_text(encoding="utf-8").split()
        assert "allusetui.engine.engine" in imported
        assert NOT_YET & packages(imported) == set() == UNASKED & set(imported)
        assert (tmp_path / "sessions" / "demo" / "journal.sqlite").exists()
