"""What a shell says to an engine that runs elsewhere: keys, a question, a dashboard of its own."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from allusetui.cli.say import can_draw, complain, folder_of
from allusetui.domain.console import Key
from allusetui.domain.contract import Option, Right
from allusetui.domain.text import untrusted
from allusetui.runtime.remote import RemoteConsole
from allusetui.runtime.remote import press as press_key
from allusetui.runtime.talk import ControlError


def press(
    action: str, session: str, account: str | None, sessions: Path | None, contract: Option | None = None
) -> None:
    """Press a key, and say that the journal has it."""
    folder = folder_of(session, sessions)
    try:
        press_key(folder, Key(action, account, contract, by="shell"))
    except ControlError as error:
        raise complain(str(error)) from None
    print(f"{action} {account or 'every account'} of session {folder.name}: done, in the journal")


def option_of(words: Sequence[str]) -> Option:
    """An option as `status` writes it: `NVDA 2026-03-06 180.00 P`, in one word or in four."""
    parts = " ".join(words).split()
    try:
        symbol, expiry, strike, right = parts
        return Option(symbol.upper(), date.fromisoformat(expiry), _dollars(strike), Right(right.upper()))
    except ValueError:
        written = untrusted(" ".join(parts), 40)
        raise complain(f"{written}: no option; write it as the status does: NVDA 2026-03-06 180.00 P") from None


def _dollars(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not found.is_finite():
        raise ValueError(text)
    return found


def attach_to(session: str, theme: str | None, settings: Path | None, watch: bool, sessions: Path | None) -> None:
    """A dashboard on the session's engine, until it is left; with `watch` it sends no keys."""
    if not can_draw():
        raise complain("no terminal to draw on; allowed: allusetui status, pause, resume, kill, reset")
    folder = folder_of(session, sessions)
    try:
        console = RemoteConsole(folder, only=watch)
    except ControlError as error:
        raise complain(str(error)) from None
    # Imported here: an engine that can't be reached needs no screen.
    from allusetui.cli.crash import SCREEN_LOG, keep
    from allusetui.cli.screen import dashboard, heed_signals, onlooker
    from allusetui.cli.settings import prefs

    chosen = prefs(theme, settings, folder)
    screen = (
        onlooker(console, chosen, folder, settings)
        if watch
        else dashboard(console, chosen, folder, lambda: None, settings)
    )
    heed_signals(screen, lambda: screen.leave(end=False))
    screen.run()
    console.close()
    if screen.failure is not None:
        keep(screen.failure, folder, SCREEN_LOG)
        raise complain(f"the dashboard failed ({type(screen.failure).__name__}); the engine goes on")
