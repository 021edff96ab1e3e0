"""A session by the clock put together: its scenario found again, its folder opened, its engine ready to be turned."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from allusetui.advisor.adviser import Adviser
from allusetui.broker.simulated.store import DurableExchange
from allusetui.compose.linked import check_simulated
from allusetui.compose.load import load_scenario
from allusetui.compose.sessions import open_session, write_out
from allusetui.domain.link import Mode
from allusetui.journal.whole_file import whole_file
from allusetui.law.own import SHIPPED_ALONE, OwnLaws
from allusetui.ports import HeadlineReader
from allusetui.runtime.asking import Aside
from allusetui.runtime.live import Live, Session
from allusetui.runtime.pace import Pace
from allusetui.runtime.tail import TailJournal
from allusetui.scenario.load import ScenarioError, load, text_of
from allusetui.scenario.model import Scenario

DEFAULT = "demo"
ORIGIN_FILE = "scenario.json"
_OWNER_ONLY = 0o700
"""An account's affairs, and the socket that commands it, are nobody else's."""
_EVERY_TICK_UP_TO = 1_200.0
"""Up to this speed every tick is looked at, so that a screen shows the market move."""
_ASIDE_UP_TO = 10.0
"""Up to this speed an adviser that thinks aside is in time; faster runs wait for it."""


def open_live(
    folder: Path,
    wanted: str | None,
    data: Path | None,
    speed: float | None,
    wall_s: Callable[[], float],
    reader: HeadlineReader | None = None,
    laws: OwnLaws = SHIPPED_ALONE,
) -> Live:
    """The session of a folder, new or as it was left, to be run by the clock; a new one is of the scenario `wanted`.

    `reader` reads headlines instead of the list of words, where the market is slow enough for it to be in time.

    Raises ScenarioError where the scenario is bad, or not the one that the session was begun with, and what
    `open_session` raises. To be used in the thread that opened it.
    """
    check_simulated(folder)
    scenario, origin = _scenario(folder, wanted, data)
    run = open_session(scenario, folder, laws)
    folder.chmod(_OWNER_ONLY)
    if origin is not None:
        with whole_file(folder / ORIGIN_FILE) as file:
            file.write(origin)
    world, book = run.runtime.world, run.runtime.world.broker
    world.journal = tail = TailJournal(world.journal)
    world.every_tick = speed is not None and speed <= _EVERY_TICK_UP_TO
    if speed is not None and speed <= _ASIDE_UP_TO:
        world.advice = Aside(Adviser(run.law, reader))
    pace = Pace(run.calendar, speed, run.runtime.now_ms, wall_s())

    def close() -> None:
        if isinstance(book, DurableExchange):
            book.stop(run.runtime.now_ms)
        write_out(tail, folder)
        run.close()

    return Live(Session(folder.name, Mode.SIM, run.runtime, tail, run.begin, close, pace, run.end_ms), wall_s)


def _scenario(folder: Path, wanted: str | None, data: Path | None) -> tuple[Scenario, str | None]:
    """The scenario that a session was begun with, and what is to be written of a new one's.

    A session keeps its first for life.
    """
    origin = folder / ORIGIN_FILE
    if not origin.is_file():
        source = wanted or DEFAULT
        scenario = load_scenario(source, data)
        folder.mkdir(_OWNER_ONLY, parents=True, exist_ok=True)
        path = Path(source)
        where = str(path.resolve()) if path.is_file() else source
        return scenario, json.dumps({"scenario": where, "sha256": _digest(source)}) + "\n"
    source, sha256 = _begun_with(origin)
    if _digest(wanted or source) != sha256:
        raise ScenarioError(
            wanted or source,
            f"is not what the session {folder.name} was begun with; allowed: another --session, or the file as it was",
        )
    return load(source, data), None


def _begun_with(origin: Path) -> tuple[str, str]:
    """The scenario that a session was begun with, and the digest of its text. Raises ScenarioError."""
    try:
        told = json.loads(origin.read_bytes())
        return str(told["scenario"]), str(told["sha256"])
    except (ValueError, TypeError, LookupError):
        cure = "allowed: without this file, with --scenario as the session was begun"
        raise ScenarioError(str(origin), f"is damaged; {cure}") from None


def _digest(source: str) -> str:
    return hashlib.sha256(text_of(source).encode()).hexdigest()
