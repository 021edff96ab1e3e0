"""What calls a person who looks elsewhere: each thing once, and nothing of it can steer his terminal."""

from copy import deepcopy
from dataclasses import replace

import pytest

from allusetui.domain.account import Latch
from allusetui.domain.event import AlertRaised
from allusetui.domain.snapshot import Link, Told
from allusetui.tui.bells import Bells
from allusetui.tui.prefs import Prefs
from tests.tui.consoles import afternoon, paused_afternoon
from tests.tui.desk import Desk, watching

pytestmark = pytest.mark.asyncio
NOTE = "\x1b]9;ALL-USE margin use 65%\a"


def raised(desk: Desk, severity: str, text: str) -> None:
    """Serve one more alert."""
    seq = desk.console.snapshot.alerts[-1].seq + 1 if desk.console.snapshot.alerts else 10_000
    told = Told(seq, desk.console.snapshot.now_ms, AlertRaised(account="GEN", severity=severity, text=text))
    desk.console.publish(alerts=(*desk.console.snapshot.alerts, told))


async def test_a_critical_alert_rings_once_and_others_do_not() -> None:
    async with watching(afternoon()) as desk:
        sent = desk.terminal()
        raised(desk, "warning", "something")
        await desk.poll()
        assert sent == []
        raised(desk, "critical", "margin use 65%")
        await desk.poll()
        await desk.poll()
        desk.console.publish()
        await desk.poll()
        assert sent == ["\a", NOTE]


async def test_an_account_that_the_engine_latches_rings_once_and_a_pause_does_not() -> None:
    async with watching(afternoon()) as desk:
        sent, state = desk.terminal(), deepcopy(desk.console.snapshot.state)
        state.accounts["GEN"].latches |= {Latch.LEVEL3}
        state.accounts["REV"].latches |= {Latch.PAUSED}
        desk.console.publish(state=state)
        await desk.poll()
        desk.console.publish()
        await desk.poll()
        assert sent == ["\a", "\x1b]9;ALL-USE GEN latched: level3\a"]


async def test_what_stood_there_before_the_first_look_does_not_ring_and_what_comes_then_does() -> None:
    async with watching(afternoon()) as desk:
        assert desk.console.snapshot.state.accounts["REV"].latches
        raised(desk, "critical", "old")
        sent: list[str] = []
        bells = Bells(sent.append, Prefs())
        bells.look(desk.console.snapshot)
        assert sent == []
        raised(desk, "critical", "margin use 65%")
        bells.look(desk.console.snapshot)
        assert sent == ["\a", NOTE]


async def test_an_alert_s_text_can_not_steer_the_terminal() -> None:
    async with watching(afternoon()) as desk:
        sent = desk.terminal()
        raised(desk, "critical", "\a\x1b]52;c;cm0=\x07\x9b2J" + "x" * 10_000)
        await desk.poll()
        bell, note = sent
        assert bell == "\a" and len(note) < 600
        assert note[3:-1].isprintable() and note.count("\a") == 1 and note.count("\x1b") == 1


@pytest.mark.parametrize(
    ("prefs", "sent"),
    [(Prefs(bell=False), [NOTE]), (Prefs(notify=False), ["\a"]), (Prefs(bell=False, notify=False), [])],
)
async def test_a_person_may_switch_either_off(prefs: Prefs, sent: list[str]) -> None:
    async with watching(afternoon(), prefs=prefs) as desk:
        found = desk.terminal()
        raised(desk, "critical", "margin use 65%")
        await desk.poll()
        assert found == sent


async def test_a_prompt_rings_once() -> None:
    async with watching(afternoon()) as desk:
        sent = desk.terminal()
        approvals = paused_afternoon().run.runtime.engine.state.approvals
        desk.console.publish(state=replace(desk.console.snapshot.state, approvals={"2": approvals["2"]}))
        await desk.poll()
        desk.console.publish()
        await desk.poll()
        assert sent == ["\a", "\x1b]9;ALL-USE asks: GEN: roll AAPL\a"]


async def test_an_engine_without_a_heartbeat_is_told_loudly_and_rings_once() -> None:
    async with watching(afternoon()) as desk:
        sent = desk.terminal()
        desk.clock.now_ms = 59_000
        await desk.poll()
        assert sent == [] and "SILENCE" not in desk.line
        desk.clock.now_ms = 61_000
        await desk.poll()
        await desk.poll()
        assert "SILENCE: no heartbeat of the engine for 1m" in desk.line
        assert [each for each in sent if "no heartbeat" in each] == sent[1:] and sent[0] == "\a" and len(sent) == 2
        desk.console.publish(beat_ms=61_000.0)
        await desk.poll()
        assert "SILENCE" not in desk.line
        desk.clock.now_ms = 125_000
        await desk.poll()
        assert sent.count("\a") == 2


async def test_a_link_that_stays_down_is_told_after_a_minute() -> None:
    async with watching(afternoon()) as desk:
        for now_ms, told in ((1_000.0, False), (60_000.0, False), (61_000.0, True)):
            desk.clock.now_ms = now_ms
            desk.console.publish(beat_ms=now_ms, link=Link(up=False))
            await desk.poll()
            assert ("SILENCE: the broker's link is down" in desk.line) is told
        desk.console.publish(beat_ms=61_000.0, link=Link())
        await desk.poll()
        assert "SILENCE" not in desk.line
