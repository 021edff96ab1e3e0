"""`allusetui serve`: the dashboard of a running engine in a browser of this machine."""

import asyncio
import os
import secrets
import sys
from pathlib import Path

from allusetui.cli.say import complain, mention, plain, sessions_root
from allusetui.runtime.remote import status
from allusetui.runtime.talk import ControlError

_EXTRA = frozenset({"aiohttp", "textual_serve"})
_TOKEN_BYTES = 32


def serve_session(
    session: str, port: int, theme: str | None, settings: Path | None, watch: bool, sessions: Path | None
) -> None:
    """Serve until it is ended; each browser has a dashboard of its own, by the settings as they are when it opens."""
    # Imported here: nothing else needs the extra.
    try:
        import textual_serve  # noqa: F401  # its page's script is read from its folder

        from allusetui.cli.settings import prefs
        from allusetui.web.server import serve
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        raise complain("a browser needs the extra web: pip install 'allusetui[web]'") from None
    root = (sessions or sessions_root()).resolve()
    folder = root / plain(session)
    # What is wrong with them is said here, where somebody reads it, and not in a page.
    prefs(theme, settings, folder)
    try:
        status(folder)
    except ControlError as error:
        raise complain(str(error)) from None
    shown = ["--sessions", str(root), *(["--watch"] if watch else [])]
    shown += [] if theme is None else ["--theme", theme]
    shown += [] if settings is None else ["--settings", str(settings.resolve())]
    command = [sys.executable, "-m", "allusetui", "attach", *shown, "--", session]
    try:
        asyncio.run(serve(command, f"ALL-USE {session}", port, secrets.token_urlsafe(_TOKEN_BYTES), _say))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise complain(f"--port {port}: {reason}; allowed: another --port, or 0 for any that is free") from None


def _say(address: str) -> None:
    mention(f"The dashboard: {address}")
    mention("Who has this address has the keys. Ctrl-C ends the pages; the engine goes on.")
