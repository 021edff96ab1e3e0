"""`allusetui run --mode paper` on virtual time: the product's own composition, against our gateway in the same loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from allusetui.advisor.adviser import Adviser
from allusetui.broker.gateway.server import ADDRESS
from allusetui.compose.gateway import ACCOUNT
from allusetui.compose.linked_live import Wall, Wish, open_linked
from allusetui.compose.run import Stage, build_stage
from allusetui.domain.link import SLEEVES, Link, Linked, Mode
from allusetui.domain.moment import SECOND_MS
from allusetui.runtime.asking import AtOnce
from allusetui.runtime.live import Live
from allusetui.scenario.model import Scenario
from allusetui.torture.loop import VirtualLoop
from allusetui.torture.wire import AT_ONCE, CLIENT, SNAPSHOT_S, Way, known_of, last_ms, serving

SETTINGS: Final = "settings.toml"


def on_paper(scenario: Scenario, folder: Path, way: Way = AT_ONCE) -> None:
    """A session on paper in a folder, new or as it was left, from a scenario's start to its end.

    Its accounts begin with the scenario's capital, or go on. What a scenario's operators do nobody does here. The
    adviser is asked at once, so that the journal is the same each time.
    """
    loop = VirtualLoop(way.latency_s, way.draw)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_paper(scenario, folder, loop))


async def _paper(scenario: Scenario, folder: Path, loop: VirtualLoop) -> None:
    stage = build_stage(scenario)

    def now_ms() -> int:
        return stage.start_ms + loop.ms()

    async with serving(scenario, now_ms, loop) as port:
        live = _opened(stage, folder, port, now_ms, loop)
        loop.call_at((last_ms(stage.calendar, stage.end_ms) - stage.start_ms) / SECOND_MS, live.end)
        try:
            await live.run()
        finally:
            live.session.close()


def _opened(stage: Stage, folder: Path, port: int, now_ms: Callable[[], int], loop: VirtualLoop) -> Live:
    codes = dict.fromkeys(SLEEVES, ACCOUNT)
    wish = Wish(
        folder / SETTINGS, Link(ADDRESS, port, CLIENT, Mode.PAPER, codes), Linked(Mode.PAPER, folder.name, codes, 0),
        known_of(stage.market, stage.start_ms, stage.end_ms),
    )  # fmt: skip
    live = open_linked(folder, wish, Wall(now_ms, loop.time))
    live.snapshot_s = SNAPSHOT_S
    live.session.turn.world.advice = AtOnce(Adviser(stage.law))
    return live
