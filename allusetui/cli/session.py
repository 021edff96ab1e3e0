"""`allusetui run`: a session's engine in a thread of its own, and its dashboard, which may end without it."""

import errno
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from getpass import getuser
from pathlib import Path
from time import monotonic, time_ns
from types import FrameType
from typing import TYPE_CHECKING

from allusetui.cli.say import (
    FAILED,
    can_draw,
    check_settings,
    complain,
    elsewhere,
    folder_of,
    mention,
    own_laws,
    settings_file,
    speed_of,
    warn,
)
from allusetui.cli.start import Start
from allusetui.domain.text import untrusted
from allusetui.runtime.thread import EngineThread
from allusetui.view.commands import label

if TYPE_CHECKING:
    from allusetui.runtime.live import Live
    from allusetui.tui.prefs import Prefs

_GREETING = "A new session. {guides} handbook: the first hour. {help} keys. {leave} leaves."
_ATTACH = "A dashboard: allusetui attach"
SWITCH_S = 0.0001
"""A cancel gives the interpreter up at each write, and gets it back from a screen that draws after so long."""
_OF_THE_FOLDER = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTDIR)
_CURE = "; allowed: a folder with room that you may write to, by --sessions DIR"


def run_session(start: Start) -> None:
    """Run it until it ends or is ended."""
    # What is imported is no garbage, and looking for some takes a fifth of the start; the sweep enables it again.
    gc.disable()
    check_settings(start.settings)
    folder = folder_of(start.session, start.sessions)
    opened = _simulated(start, folder) if start.mode == "sim" else _linked(start, folder)

    sys.setswitchinterval(SWITCH_S)
    engine = EngineThread(partial(_attended, opened, start.settings), partial(_reachable, folder, start.headless))
    if start.headless:
        _wait_headless(engine, started=False)
    elif not can_draw():
        raise complain("no terminal to draw on; allowed: allusetui run --headless")
    else:
        # Imported here: an engine without a screen has no settings.
        from allusetui.cli.settings import prefs

        chosen = _greeted(prefs(start.theme, start.settings, folder), folder)
        _with_screen(engine, folder, chosen, start.settings)
    if engine.failure is not None:
        raise _told(engine.failure, folder)


def _attended(opened: "Callable[[], Live]", settings: Path | None) -> "Live":
    """The session once it is open, with what goes on beside its engine: proposals of law, memory, a warm-up."""
    # Imported here, in the engine's thread: the screen paints meanwhile.
    from allusetui.cli.keeper import Keeper, keep_laws
    from allusetui.compose.memory import Sweep
    from allusetui.compose.warm import WarmUp

    live = opened()
    laws = own_laws(settings).folder
    assert laws is not None
    keep_laws(live, Keeper(laws, lambda: time_ns() // 1_000_000, getuser()))
    live.watchers += [Sweep(live.session.pace.is_shut, monotonic), WarmUp()]
    return live


@asynccontextmanager
async def _reachable(folder: Path, headless: bool, live: "Live") -> AsyncIterator[None]:
    """The session's control socket, for as long as it runs; without a screen the terminal is told."""
    from allusetui.runtime.control import ControlServer
    from allusetui.runtime.talk import SOCKET_NAME

    async with ControlServer(folder / SOCKET_NAME, live, monotonic):
        if headless:
            mention(f"Session {folder.name} runs; Ctrl-C ends it. {_ATTACH} {folder.name}{elsewhere(folder)}")
        yield


def _simulated(start: Start, folder: Path) -> "Callable[[], Live]":
    """How a session on our own exchange is opened, once it is: the engine's thread imports what it needs."""
    rate = speed_of(start.speed)

    def opened() -> "Live":
        from allusetui.cli.model import headline_reader
        from allusetui.compose.live import open_live

        data = os.environ.get("ALLUSETUI_DATA")
        where, reader, laws = Path(data) if data else None, headline_reader(start.settings), own_laws(start.settings)
        return open_live(folder, start.scenario, where, rate, monotonic, reader, laws)

    return opened


def _linked(start: Start, folder: Path) -> "Callable[[], Live]":
    """The same on a broker's account, where nothing stands against it; else exit code 2, and nothing was opened."""
    if start.mode not in ("paper", "live"):
        raise complain(f"--mode {untrusted(start.mode, 40)}: not known; allowed: sim, paper, live")
    # Imported here: a simulation has no link.
    from allusetui.cli.linked import linked

    link, found = linked(start)
    settings = settings_file(start.settings)

    def opened() -> "Live":
        from allusetui.broker.ibkr.known import FILE_NAME, read
        from allusetui.cli.model import headline_reader
        from allusetui.compose.linked_live import Wall, Wish, open_linked

        known = read(settings.with_name(FILE_NAME))
        wish = Wish(settings, link, found, known, headline_reader(start.settings))
        return open_linked(folder, wish, Wall(lambda: time_ns() // 1_000_000, monotonic), own_laws(start.settings))

    return opened


def _greeted(prefs: "Prefs", folder: Path) -> "Prefs":
    """The same; where the session is a new one it begins with telling where to read."""
    keys = {name: label(key) for name, key in prefs.keys.items()}
    return prefs if folder.exists() else replace(prefs, greeting=_GREETING.format(**keys))


def _with_screen(engine: EngineThread, folder: Path, prefs: "Prefs", settings: Path | None) -> None:
    """A screen that dies is made once more; after that the engine goes on without one."""
    left, lost = _watch(engine, folder, prefs, settings)
    if left is None and not lost and engine.started and not engine.ended.is_set():
        left, lost = _watch(engine, folder, prefs, settings)
    if not engine.started and left is not None:
        return
    if not engine.started:
        raise complain("the dashboard can't be drawn here; allowed: allusetui run --headless")
    if left == "end":
        engine.end()
    elif not lost:
        mention(f"The engine goes on. Ctrl-C here ends it. {_ATTACH} {folder.name}{elsewhere(folder)}")
    _wait_headless(engine, started=True)


def _watch(engine: EngineThread, folder: Path, prefs: "Prefs", settings: Path | None) -> tuple[str | None, bool]:
    """What the screen was left for, None where it died of itself; and whether its terminal is lost."""
    from allusetui.cli.crash import SCREEN_LOG, keep
    from allusetui.cli.screen import dashboard, heed_signals

    screen = dashboard(engine, prefs, folder, lambda: None if engine.started else engine.start(), settings)
    engine.when_begun = screen.look_soon
    engine.when_ended = lambda: screen.leave(end=True) if engine.failure is not None else None

    def terminate() -> None:
        engine.end()
        screen.leave(end=True)

    heed_signals(screen, terminate)
    left = screen.run()
    if screen.failure is not None:
        warn(f"the dashboard failed ({type(screen.failure).__name__})")
        keep(screen.failure, folder, SCREEN_LOG)
    return left, screen.lost


def _wait_headless(engine: EngineThread, started: bool) -> None:
    """Until the engine has ended; Ctrl-C and SIGTERM ask it to."""

    def stop(number: int, frame: FrameType | None) -> None:
        engine.end()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if not started:
        engine.start()
    engine.join()


def _told(failure: BaseException, folder: Path) -> SystemExit:
    """One line of what broke. What nobody foresaw is reported in the folder, and whoever restarts us may try again."""
    # Imported here: an engine that ends in good order has nothing to report.
    from allusetui.cli.crash import is_foreseen, keep

    if is_foreseen(failure):
        return complain(_plainly(failure))
    path = keep(failure, folder)
    kept = f"where in the code is in {path}" if path is not None else "and the disk takes no report"
    told = f"the engine failed ({type(failure).__name__}), {kept}; the journal is whole: start it again"
    return complain(told, FAILED)


def _plainly(failure: BaseException) -> str:
    """One line of what broke: our own errors say it themselves."""
    if isinstance(failure, OSError) and failure.strerror:
        cure = _CURE if failure.errno in _OF_THE_FOLDER else ""
        return f"{failure.filename or 'disk'}: {failure.strerror}{cure}"
    return str(failure).splitlines()[0] if str(failure) else type(failure).__name__
