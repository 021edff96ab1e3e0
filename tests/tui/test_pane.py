"""The one widget: only what changed is drawn again, the cursor keeps to its row, what breaks is told in its place."""

from collections.abc import Iterable

import pytest
from textual.app import App, ComposeResult

from allusetui.tui.widgets.pane import Pane
from allusetui.view.model import Cell, Column, Line, Row, Table

pytestmark = pytest.mark.asyncio


def table(names: Iterable[str], figure: str = "1") -> Table:
    rows = tuple(Row(name, (Cell(name), Cell(figure if name == "b" else "0"))) for name in names)
    return Table((Column("name", 6), Column("n", 3, right=True)), rows, "none")


class Bench(App[None]):
    """One pane of three rows in sight."""

    CSS = "".join(f"$tone-{tone}: #ffffff;" for tone in ("plain", "dim", "good", "warn", "bad", "loud"))

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane

    def compose(self) -> ComposeResult:
        yield self.pane


def lines(pane: Pane) -> list[str]:
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


async def test_a_pane_that_has_nothing_to_show_yet_has_no_title() -> None:
    pane = Pane(heading="rows")
    async with Bench(pane).run_test(size=(20, 8)) as pilot:
        assert lines(pane) == [""] * 8
        pane.put(lambda width: ())
        await pilot.pause()
        assert "rows" in lines(pane)[0]


async def test_only_the_lines_that_changed_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pane = Pane(heading="rows")
    async with Bench(pane).run_test(size=(20, 8)) as pilot:
        pane.put(lambda width: table("abc"))
        await pilot.pause()
        drawn: list[int] = []
        monkeypatch.setattr(pane, "refresh", lambda *regions, **more: drawn.extend(region.y for region in regions))
        pane.put(lambda width: table("abc"))
        assert drawn == []
        pane.put(lambda width: table("abc", "2"))
        assert drawn == [3]


async def test_the_cursor_and_its_line_keep_to_the_row_when_rows_come_above() -> None:
    pane = Pane(heading="rows")
    async with Bench(pane).run_test(size=(20, 5)) as pilot:
        pane.put(lambda width: table("abcdefg"))
        pane.choose("d")
        await pilot.pause()
        before = lines(pane)
        pane.put(lambda width: table("xyabcdefg"))
        assert pane.cursor == "d"
        assert lines(pane)[1:] == before[1:]
        assert "▸d" in before[4]


async def test_rows_out_of_sight_are_told() -> None:
    pane = Pane(heading="rows")
    async with Bench(pane).run_test(size=(24, 5)) as pilot:
        pane.put(lambda width: table("abcdefg"))
        await pilot.pause()
        assert lines(pane)[0].endswith(" 1–3 of 7")


async def test_a_pane_that_tails_shows_the_newest_until_a_person_goes_back() -> None:
    pane = Pane(heading="rows", tails=True)
    async with Bench(pane).run_test(size=(20, 5)) as pilot:
        pane.put(lambda width: table("abcdefg"))
        await pilot.pause()
        assert [line[1] for line in lines(pane)[2:]] == ["e", "f", "g"]
        await pilot.press("up")
        pane.put(lambda width: table("abcdefghi"))
        assert pane.cursor == "f"
        await pilot.press("end")
        pane.put(lambda width: table("abcdefghij"))
        assert [line[1] for line in lines(pane)[2:]] == ["h", "i", "j"]


async def test_what_can_not_be_drawn_is_told_in_its_place_and_the_app_lives() -> None:
    def broken(width: int) -> Table:
        raise KeyError("[bold]TSLA\x1b[31m")

    pane = Pane(heading="rows")
    async with Bench(pane).run_test(size=(50, 8)) as pilot:
        pane.put(broken)
        await pilot.pause()
        assert "can't be drawn" in lines(pane)[1]
        assert "KeyError: '[bold]TSLA" in lines(pane)[2]
        assert "\x1b" not in lines(pane)[2]
        pane.put(lambda width: table("abc"))
        assert "▸" not in lines(pane)[1] and "name" in lines(pane)[1]


async def test_markup_in_data_is_text() -> None:
    def shown(width: int) -> tuple[Line, ...]:
        return ((Cell("[red]x[/] [@click=app.quit]y[/]"),),)

    pane = Pane()
    async with Bench(pane).run_test(size=(50, 3)) as pilot:
        pane.put(shown)
        await pilot.pause()
        assert lines(pane)[0] == "[red]x[/] [@click=app.quit]y[/]"
