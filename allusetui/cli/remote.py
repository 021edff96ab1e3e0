"""What a shell says to an engine that runs elsewhere: keys, a question, a dashboard of its own."""

import json
import sys
from pathlib import Path

from allusetui.cli.say import complain, plain, sessions_root
from allusetui.domain.snapshot import Key
from allusetui.runtime.remote import RemoteConsole, status
from allusetui.runtime.remote import press as press_key
from allusetui.runtime.talk import ControlError


def press(action: str, session: str, account: str | None, sessions: Path | None) -> None:
    """Press a key, and say that the journal has it."""
    try:
        press_key(_folder(session, sessions), Key(action, account, by="shell"))
    except ControlError as error:
        raise complain(str(error)) from None
    print(f"{action} {account or 'every account'}: done, in the journal")


def show_status(session: str, sessions: Path | None) -> None:
    """Print how the session stands."""
    try:
        found = status(_folder(session, sessions))
    except ControlError as error:
        raise complain(str(error)) from None
    print(json.dumps(found))


def attach_to(session: str, theme: str | None, settings: Path | None, sessions: Path | None) -> None:
    """A dashboard on the session's engine, until it is left or the engine ends."""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise complain("no terminal to draw on; allowed: allusetui status, pause, resume, kill, reset")
    try:
        console = RemoteConsole(_folder(session, sessions))
    except ControlError as error:
        raise complain(str(error)) from None
    # Imported here: an engine that can't be reached needs no screen.
    from allusetui.cli.screen import dashboard, heed_signals
    from allusetui.cli.settings import prefs

    screen = dashboard(console, prefs(theme, settings, _folder(session, sessions)), lambda: None)
    heed_signals(screen, lambda: screen.leave(end=False))
    screen.run()
    console.close()
    if screen.failure is not None:
        raise complain(f"the dashboard failed ({type(screen.failure).__name__}); the engine goes on")


def _folder(session: str, sessions: Path | None) -> Path:
    return (sessions or sessions_root()) / plain(session)
