"""One seed's run: the plan is drawn, done, watched at every step, calmed and judged."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from allusetui.domain.frozen import frozen
from allusetui.domain.moment import SECOND_MS, to_ms
from allusetui.journal.sqlite import SqliteJournal
from allusetui.law.load import load
from allusetui.scenario.load import parse
from allusetui.torture.checker.violation import Violation
from allusetui.torture.dice import Throws
from allusetui.torture.disk import Rows
from allusetui.torture.loop import Draw, VirtualLoop
from allusetui.torture.plan import CALM, Fault, Plan
from allusetui.torture.rig import Rig
from allusetui.torture.sites.site import Awaited, Done, Scripted
from allusetui.torture.sites.table import SITES
from allusetui.torture.stored import of_the_folder
from allusetui.torture.tally import Change, Tally

Enough = Callable[[Violation], bool]
_AGAIN_S: Final = 0.5
_PATIENCE_S: Final = 120.0
"""How long a fault waits for something that it can be done to."""
_THROWN_AT_ONCE: Final = 4_096


@frozen
class Outcome:
    """What came of a run. `digest`: the head of its journal's hash chain; `fired`: how often each site did something.

    `seconds`: of the market, a night in which no program runs left out.
    """

    seed: int
    seconds: float
    fired: Counter[str]
    states: Counter[Change]
    orders: Counter[Change]
    violations: tuple[str, ...]
    digest: str


def run(plan: Plan, enough: Enough = lambda found: False) -> Outcome:
    """Do what a plan says. Deterministic: the same plan gives the same journal, whatever else the machine does.

    It ends early, and is not judged by its end, once something is found that is `enough`.
    """
    scenario = parse(plan.scenario, f"seed {plan.seed}")
    loop = VirtualLoop(plan.latency_s, None if plan.tasks is None else _drawing(plan.tasks))
    with tempfile.TemporaryDirectory(prefix="torture-") as folder, asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(_Run(plan, Rig(scenario, loop, Path(folder), load()), enough).go())


class _Run:
    def __init__(self, plan: Plan, rig: Rig, enough: Enough) -> None:
        self._plan, self._rig = plan, rig
        self._enough, self._found = enough, rig.loop.create_future()
        self._fired: Counter[str] = Counter()
        self._tally = Tally()
        self._calm_s = 0.0
        rig.moved += [self._tally.take, self._look]

    async def go(self) -> Outcome:
        plan, rig = self._plan, self._rig
        end_s = rig.house.at_s(to_ms(plan.ends))
        self._calm_s = end_s - CALM.total_seconds()
        if plan.prepared:
            rig.prepare()
        async with rig.house.opened():
            rig.start()
            for fault in plan.faults:
                self._set(fault)
            if plan.night is not None:
                await self._sleep_over(*(rig.house.at_s(to_ms(each)) for each in plan.night))
            await self._until(self._calm_s)
            rig.calm()
            await self._until(end_s)
            self._judge(rig.house.now_ms())
            if rig.program.live is not None:
                await rig.program.end()
            rig.note_trouble()
            rig.program.bury()
        night_s = 0.0 if plan.night is None else (plan.night[1] - plan.night[0]).total_seconds()
        return self._outcome(end_s - night_s)

    async def _sleep_over(self, evening_s: float, morning_s: float) -> None:
        """The program is ended for the night."""
        rig = self._rig
        await self._until(evening_s)
        rig.calm()
        if rig.program.live is not None:
            await rig.program.end()
        await self._until(morning_s)
        rig.start()

    async def _until(self, at_s: float) -> None:
        """Let time pass, or no more of it once enough is found."""
        await asyncio.wait([self._found], timeout=at_s - self._rig.loop.time())

    def _look(self, rows: Rows) -> None:
        if not self._found.done() and any(map(self._enough, self._rig.checker.violations)):
            self._found.set_result(None)

    def _set(self, fault: Fault) -> None:
        site = SITES[fault.site]
        if isinstance(site, Scripted):
            self._fired[site.name] += 1
        elif isinstance(site, Done):
            self._rig.loop.call_at(fault.at_ms / SECOND_MS, self._fire, site, fault.salt, _PATIENCE_S)
        elif isinstance(site, Awaited):
            work = partial(self._strike, site, fault.salt)
            self._rig.loop.call_at(fault.at_ms / SECOND_MS, self._await, site, work)

    def _fire(self, site: Done, salt: int, patience_s: float) -> None:
        """As soon as there is something to do it to."""
        rig = self._rig
        rig.note_trouble()
        if rig.loop.time() >= self._calm_s or patience_s <= 0:
            return
        if site.fire(rig, Throws(salt)):
            self._fired[site.name] += 1
        else:
            rig.loop.call_later(_AGAIN_S, self._fire, site, salt, patience_s - _AGAIN_S)

    def _await(self, site: Awaited, work: Callable[[], bool]) -> None:
        if self._rig.loop.time() < self._calm_s:
            self._rig.when(site.on, work)

    def _strike(self, site: Awaited, salt: int) -> bool:
        done = site.fire(self._rig, Throws(salt))
        self._fired[site.name] += done
        return done

    def _judge(self, at_ms: int) -> None:
        rig = self._rig
        rig.note_trouble()
        if self._found.done():
            return
        if rig.program.live is None:
            rig.troubles.append("no program runs at the end")
        rig.checker.end(at_ms)

    def _outcome(self, seconds: float) -> Outcome:
        rig = self._rig
        left = of_the_folder(rig.program.folder, rig.house.now_ms())
        found = [violation.line for violation in (*rig.checker.violations, *left)]
        with closing(SqliteJournal(rig.program.folder)) as journal:
            digest = journal.hash_at(journal.seq) or ""
        return Outcome(
            self._plan.seed, seconds, self._fired, self._tally.states, self._tally.orders,
            (*rig.troubles, *found), digest,
        )  # fmt: skip


def _drawing(seed: int) -> Draw:
    """Which of what is ready comes next; thrown many at a time, as it is asked for with every callback."""
    rng, thrown = np.random.default_rng(seed), list[float]()

    def draw(among: int) -> int:
        if not thrown:
            thrown.extend(rng.random(_THROWN_AT_ONCE).tolist())
        return int(thrown.pop() * among)

    return draw
