"""Text from outside is text, wherever it can stand: escapes, markup, bidi signs, ten thousand characters."""

import base64
from dataclasses import replace
from datetime import date

import pytest

from allusetui.domain.event import AlertRaised, ApprovalDecided, OperatorKey
from allusetui.domain.snapshot import Told
from allusetui.domain.state import Approval
from allusetui.tui.screens.ask import Approval as Prompt
from allusetui.tui.widgets.pane import Pane
from tests.tui.consoles import afternoon
from tests.tui.desk import Desk, watching

pytestmark = pytest.mark.asyncio
HOSTILE = "\x1b]52;c;cm0=\x07\x1b[2J\x9b31m\r\n[link=x]\u202e\u2066GEN\x00" + "漢" * 10_000


def serve(desk: Desk) -> None:
    """Serve hostile text wherever a snapshot can hold some."""
    snapshot = desk.console.snapshot
    seq, now_ms = snapshot.tail[-1].seq, snapshot.now_ms
    alert = AlertRaised(account=HOSTILE, severity="critical", text=HOSTILE)
    events = (
        OperatorKey(account="GEN", action=HOSTILE, by=HOSTILE, prompt=HOSTILE),
        ApprovalDecided(account=HOSTILE, id="4", decision=HOSTILE, by=HOSTILE), alert,
    )  # fmt: skip
    tail = tuple(Told(seq + place, now_ms, event) for place, event in enumerate(events, 1))
    asked = Approval("9", "GEN", None, None, 0, None, "llms", HOSTILE, date(2026, 3, 18))
    state = replace(snapshot.state, approvals={"9": asked})
    desk.console.publish(
        state=state, tail=(*snapshot.tail, *tail), alerts=(Told(seq + 9, now_ms, alert),), session=HOSTILE
    )


def drawn(desk: Desk) -> str:
    panes = [pane for screen in desk.app.screen_stack for pane in screen.query(Pane)]
    return "".join(pane.render_line(y).text for pane in panes for y in range(pane.size.height))


@pytest.mark.parametrize("key", ["j", "exclamation_mark", "a", "s", "b"])
@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
async def test_no_pane_draws_or_copies_anything_but_text(key: str, size: tuple[int, int]) -> None:
    async with watching(afternoon(), size) as desk:
        sent = desk.terminal()
        serve(desk)
        await desk.poll()
        await desk.until(lambda: isinstance(desk.app.screen, Prompt))
        assert "cm0=" in drawn(desk) and drawn(desk).isprintable()
        await desk.put_aside()
        await desk.press(key, "C")
        assert drawn(desk).isprintable()
        await desk.press("end", "C", "enter", "C")
        assert drawn(desk).isprintable()
        clips = [each for each in sent if each.startswith("\x1b]52;")]
        texts = [base64.b64decode(each[7:-1]).decode() for each in clips]
        assert texts and all(line.isprintable() for text in texts for line in text.split("\n"))
        assert all(each.count("\x1b") <= 1 and len(each) < 40_000 for each in sent)
