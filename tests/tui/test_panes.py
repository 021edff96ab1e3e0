"""Which panes there are at which size, the keys that open one, and the reports that can be read."""

from collections.abc import Iterator
from hashlib import sha256

import pytest

from allusetui.domain.console import Key
from allusetui.domain.event import ReportWritten
from allusetui.domain.snapshot import Told
from allusetui.tui.keys import FULL, bound
from allusetui.tui.prefs import Prefs
from allusetui.tui.screens.reports import Reports
from allusetui.tui.screens.why import Why
from allusetui.tui.widgets.pane import Pane
from allusetui.view.commands import KEYS
from tests.tui.consoles import afternoon, laddered, paused_afternoon
from tests.tui.desk import Desk, watching

pytestmark = pytest.mark.asyncio

SMALL = ["sleeves", "risk"]
WIDE = [*SMALL, "states", "orders", "journal"]
WIDEST = [*SMALL, "states", "orders", "approvals", "ladder", "journal", "alerts"]


def walked(desk: Desk) -> Iterator[str]:
    """The panes that a person can go to, in the order of tab."""
    return (pane.id or "" for pane in desk.app.screen.focus_chain)


@pytest.mark.parametrize(
    ("size", "panes"),
    [
        ((80, 24), SMALL), ((120, 24), SMALL), ((80, 48), SMALL), ((120, 40), WIDE), ((160, 40), [*WIDE, "alerts"]),
        ((160, 48), WIDEST), ((200, 60), WIDEST), ((60, 12), SMALL),
    ],
)  # fmt: skip
async def test_each_size_has_its_panes_and_tab_goes_through_them_in_order(
    size: tuple[int, int], panes: list[str]
) -> None:
    async with watching(afternoon(), size) as desk:
        assert list(walked(desk)) == panes
        seen = [desk.app.focused and desk.app.focused.id]
        for _ in panes[1:]:
            await desk.press("tab")
            seen.append(desk.app.focused and desk.app.focused.id)
        assert seen == panes
        for key, name in (("tab", panes[0]), ("shift+tab", panes[-1])):
            await desk.press(key)
            assert desk.app.focused is not None and desk.app.focused.id == name


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 48)])
async def test_every_pane_has_room_for_a_title_and_a_row_and_the_keys_stand_below(size: tuple[int, int]) -> None:
    async with watching(afternoon(), size) as desk:
        panes = [pane for pane in desk.app.main.query(Pane) if pane.can_focus and pane.id in list(walked(desk))]
        assert panes and all(pane.size.height >= 2 and pane.size.width >= 30 for pane in panes)
        assert desk.app.main.query_one("#keys").region.y == size[1] - 1


@pytest.mark.parametrize("name", FULL)
async def test_a_key_opens_its_pane_in_full_and_the_same_key_or_escape_goes_back(name: str) -> None:
    key = bound(KEYS[name])
    async with watching(afternoon()) as desk:
        for back in (key, "escape"):
            await desk.press(key)
            assert desk.full == name
            assert "can't be drawn" not in desk.text(name)
            await desk.press(back)
            assert desk.app.screen is desk.app.main


@pytest.mark.parametrize("back", ["j", "escape"])
async def test_another_panes_key_changes_to_it_and_one_key_leaves(back: str) -> None:
    async with watching(afternoon()) as desk:
        await desk.press("l", "c", "g", "j")
        assert desk.full == "journal"
        await desk.press(back)
        assert desk.app.screen is desk.app.main


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_m_gives_every_pane_the_whole_screen_and_m_gives_it_back(size: tuple[int, int]) -> None:
    async with watching(afternoon(), size) as desk:
        for name in list(walked(desk)):
            await desk.press("m")
            assert desk.full == name
            await desk.press("p")
            assert desk.console.keys.pop() == Key("pause", "GEN")
            await desk.press("m")
            assert desk.app.screen is desk.app.main
            assert desk.app.focused is not None and desk.app.focused.id == name
            await desk.press("tab")


async def test_the_ladder_tells_its_leaps_and_enter_asks_why_of_one() -> None:
    async with watching(laddered(), (120, 40)) as desk:
        await desk.press("l")
        shown = desk.text("ladder")
        assert "NVDA 18Jun27 230C" in shown and "SPX 18Dec 4250P" in shown and "budget" in shown
        await desk.press("down", "down", "enter")
        assert isinstance(desk.app.screen, Why) and "SPX 18Dec 4250P" in desk.text("about")


async def test_the_approvals_pane_tells_what_is_asked() -> None:
    async with watching(paused_afternoon(), (160, 48)) as desk:
        await desk.press("escape")
        assert "GEN     Roll 10 AAPL" in desk.text("approvals") and "! open" in desk.text("approvals")


async def test_the_list_of_reports_turns_the_page() -> None:
    async with watching(afternoon(), (120, 40)) as desk:
        await desk.press("g")
        assert isinstance(desk.app.screen, Reports) and "GEN equity:" in desk.text("document")
        await desk.press("down")
        assert "leap cash" in desk.text("document") and "GEN equity:" not in desk.text("document")
        await desk.press("down")
        assert "in a fall of the market" in desk.text("document")
        await desk.press("down")
        assert "the weeks are being counted" in desk.text("document")
        await desk.press("down")
        assert "base split" in desk.text("document")
        await desk.press("tab", "pagedown", "pagedown")
        assert "base split" not in desk.text("document")
        await desk.press("tab", "up", "down")
        assert "base split" in desk.text("document"), "a page begins at its beginning"


async def test_a_new_session_begins_with_where_to_read() -> None:
    async with watching(afternoon(), prefs=Prefs(greeting="A new session. h handbook.")) as desk:
        assert "A new session. h handbook." in desk.line
        desk.clock.now_ms = 31_000
        await desk.poll()
        assert "A new session." not in desk.line


async def test_the_handbook_turns_its_pages_and_a_guide_is_found_by_its_name() -> None:
    async with watching(afternoon(), (120, 40), shelf=lambda period, name: f"# {period} {name}\n") as desk:
        await desk.press("h")
        assert desk.full == "guides" and "guide start" in desk.text("document")
        await desk.press("down")
        assert "guide dashboard" in desk.text("document")
        await desk.press("ctrl+p", *"guide: backup", "enter")
        await desk.until(lambda: "guide backup" in desk.text("document"))
        await desk.press("h")
        assert desk.full is None
        await desk.press("ctrl+p", *"guide: law", "enter")
        await desk.until(lambda: desk.full == "guides" and "guide law" in desk.text("document"))


async def test_the_page_of_the_weeks_comes_when_it_is_worked_out() -> None:
    worked_out: list[str] = []
    async with watching(afternoon(), (120, 40), shelf=lambda period, name: next(iter(worked_out), None)) as desk:
        await desk.press("g", "down", "down", "down")
        assert "the weeks are being counted" in desk.text("document")
        worked_out.append("ALL-USE week types\n\nNext week\nCalm-Income  52.00 %  61.00 %\n")
        desk.console.publish(count=desk.console.snapshot.count + 1)
        await desk.poll()
        assert "Calm-Income  52.00 %  61.00 %" in desk.text("document")


async def test_a_written_report_is_read_from_the_shelf() -> None:
    text = "ALL-USE weekly report 2026-W10\n\x1b[31mred [bold]not bold[/]\n"
    event = ReportWritten(period="weekly", name="2026-W10", sha256=sha256(text.encode()).hexdigest())
    async with watching(afternoon(), (80, 24), shelf=lambda period, name: text) as desk:
        desk.console.publish(reports=(Told(1, desk.console.snapshot.now_ms, event),))
        await desk.poll()
        await desk.press("g", "end")
        shown = desk.text("document")
        assert "weekly report 2026-W10" in shown and "[31mred [bold]not bold[/]" in shown and "\x1b" not in shown
