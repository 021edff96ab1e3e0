"""`allusetui run --mode paper` as one process on virtual time: begun, killed at any instant, and begun again."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from allusetui.advisor.adviser import Adviser
from allusetui.broker.gateway.server import ADDRESS
from allusetui.broker.simulated.fees import COMMISSION
from allusetui.compose.gateway import ACCOUNT
from allusetui.compose.linked_live import MARGIN_RATE, Wall, Wish, open_linked
from allusetui.compose.provisions import provisions, sleeves
from allusetui.domain.event import Event
from allusetui.domain.input import Started
from allusetui.domain.link import SLEEVES, Link, Linked, Mode
from allusetui.domain.state import State
from allusetui.engine.engine import Engine
from allusetui.journal.sqlite import SqliteJournal
from allusetui.law.load import law_hash
from allusetui.law.own import SHIPPED_ALONE, OwnLaws
from allusetui.ports import Journal
from allusetui.runtime.asking import Asking, AtOnce
from allusetui.runtime.live import Live
from allusetui.torture.house import House
from allusetui.torture.process import Process, Traffic
from allusetui.torture.wire import CLIENT, SNAPSHOT_S, known_of

NAME: Final = "main"
_SETTINGS: Final = "settings.toml"
_SESSION: Final = "5eed00"
"""Nothing is drawn but by the seed."""

Layer = Callable[[Journal], Journal]
"""What stands between the engine and its journal, made anew with each process."""


class Program:
    """The product's own composition on a house's gateway, with its session on the disk below `disk`.

    Each process finds the disk as the one before left it, in a copy: what the dead still write nobody reads.
    `layer`: see `Layer`; `traffic`: is told of each message that leaves and of all bytes that come; `laws`: what it
    finds beside its settings.
    """

    def __init__(
        self, house: House, disk: Path, layer: Layer | None = None, traffic: Traffic | None = None,
        laws: OwnLaws = SHIPPED_ALONE,
    ) -> None:  # fmt: skip
        self._house, self._disk, self._laws = house, disk, laws
        self._layer, self._traffic = layer, traffic
        self._known = known_of(house.stage.market, house.stage.start_ms, house.stage.end_ms)
        self._codes = dict.fromkeys((*SLEEVES, *sleeves(house.scenario)), ACCOUNT)
        self._lives = count(1)
        self._dead: list[tuple[Process, Live]] = []
        self.folder = disk / "0" / NAME
        self.adviser: Asking = AtOnce(Adviser(house.stage.law))
        self.skew_ms = 0
        """How far the clock of its machine is from the market's."""
        self.process: Process | None = None
        self.live: Live | None = None
        self.failure: BaseException | None = None
        """What it died of by itself."""
        self._task: asyncio.Task[None] | None = None

    def prepare(self) -> Sequence[tuple[int, int, Event]]:
        """The session as it was left right after its start: with what the scenario's accounts hold. Its records."""
        stage, spec = self._house.stage, self._house.scenario.scenario
        link = Linked(Mode.PAPER, NAME, self._codes, 0)
        accounts = provisions(self._house.scenario, stage.law, stage.market, stage.calendar, stage.start_ms)
        engine = Engine(stage.law, law_hash(), stage.calendar, State())
        started = Started(
            stage.start_ms, _SESSION, spec.mode, spec.seed, MARGIN_RATE, COMMISSION, accounts, link
        )  # fmt: skip
        batch = engine.handle(started)
        with closing(SqliteJournal(self.folder)) as journal:
            journal.append(batch.at_ms, batch.events)
            return tuple(journal.read())

    def start(self) -> None:
        """A process begins on the disk as it is. Raises as `open_linked` does."""
        process = Process(self._house.loop)
        if self._traffic is not None:
            process.traffic = self._traffic
        live = process.run(self._opened)
        self.process, self.live = process, live
        self._task = process.spawn(live.run())
        self._task.add_done_callback(partial(self._over, process))

    def start_beside(self) -> None:
        """Another process begins on the session that runs. Raises SessionInUse where it is as it should be."""
        Process(self._house.loop).run(self._opened).session.close()

    def kill(self) -> None:
        """It is dead at once, wherever it is: the disk and the broker's book stand as they stood."""
        assert self.process is not None and self.live is not None
        self.process.kill()
        self._dead.append((self.process, self.live))
        self.process = self.live = self._task = None
        folder = self._disk / str(next(self._lives)) / NAME
        shutil.copytree(self.folder, folder)
        self.folder = folder

    async def end(self) -> None:
        """It ends in good order."""
        assert self.live is not None and self._task is not None
        live, task = self.live, self._task
        live.end()
        await asyncio.wait([task])
        live.session.close()
        self.process = self.live = self._task = None

    def bury(self) -> None:
        """All is over: the dead give back what the kernel would have taken from them."""
        for process, live in self._dead:
            live.end()  # a cancellation may be lost to a time-out of the same instant; this is not
            process.bury()
            live.session.journal.tail.clear()  # who was killed writes out nothing
            live.session.close()

    def _opened(self) -> Live:
        house = self._house
        mapped = {sleeve: self._codes[sleeve] for sleeve in SLEEVES}
        wish = Wish(
            self.folder / _SETTINGS, Link(ADDRESS, house.port, CLIENT, Mode.PAPER, mapped),
            Linked(Mode.PAPER, NAME, mapped, 0), self._known,
        )  # fmt: skip
        live = open_linked(self.folder, wish, Wall(self._now_ms, house.loop.time, lambda: _SESSION), self._laws)
        live.snapshot_s = SNAPSHOT_S
        world = live.session.turn.world
        world.advice = self.adviser
        if self._layer is not None:
            world.journal = self._layer(world.journal)
        return live

    def _now_ms(self) -> int:
        return self._house.now_ms() + self.skew_ms

    def _over(self, process: Process, task: "asyncio.Task[None]") -> None:
        if not process.is_dead and not task.cancelled():
            self.failure = task.exception()
