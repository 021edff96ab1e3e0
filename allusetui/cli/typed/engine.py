"""An engine, and the dashboards on it."""

from typing import Annotated

import typer

from allusetui.cli.start import Start
from allusetui.cli.typed.options import (
    AccountName,
    AsJson,
    OneSession,
    SessionName,
    SessionsFolder,
    SettingsFile,
    Theme,
    WatchOnly,
)

_USUAL = Start()


def run(
    mode: Annotated[str, typer.Option(help="sim; paper or live trade the account of allusetui link.")] = _USUAL.mode,
    session: SessionName = _USUAL.session,
    scenario: Annotated[str | None, typer.Option(help="A scenario file or a shipped name; default demo.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="No dashboard: attach one later.")] = False,
    speed: Annotated[str, typer.Option(help="Market seconds a second, or max.")] = _USUAL.speed,
    theme: Theme = None,
    settings: SettingsFile = None,
    sessions: SessionsFolder = None,
    waive_paper_weeks: Annotated[
        str | None, typer.Option(help="Why live may do without them; journalled.", show_default=False)
    ] = None,
) -> None:
    """Run a session's engine, with its dashboard; a session that has been run before goes on where it stood.

    q leaves the dashboard; a lost terminal ends it alone, the engine goes on. SIGTERM ends both in good order.
    """
    from allusetui.cli.session import run_session

    run_session(Start(mode, session, scenario, headless, speed, theme, settings, sessions, waive_paper_weeks))


def attach(
    session: OneSession = "demo",
    theme: Theme = None,
    settings: SettingsFile = None,
    watch: WatchOnly = False,
    sessions: SessionsFolder = None,
) -> None:
    """A dashboard on an engine that runs already."""
    from allusetui.cli.remote import attach_to

    attach_to(session, theme, settings, watch, sessions)


def serve(
    session: OneSession = "demo",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where it listens; 0 for any free one.")] = 8_000,
    theme: Theme = None,
    settings: SettingsFile = None,
    watch: WatchOnly = False,
    sessions: SessionsFolder = None,
) -> None:
    """The dashboard in a browser of this machine, at an address that nobody can guess. Needs the extra web.

    From afar: ssh -L 8000:127.0.0.1:8000, and the same address. Each browser has a dashboard of its own.
    """
    from allusetui.cli.serve import serve_session

    serve_session(session, port, theme, settings, watch, sessions)


def status(
    session: SessionName = "demo",
    account: AccountName = None,
    max_age: Annotated[
        float | None, typer.Option(min=0, help="Only judge: exit 1 where something has been silent for more seconds.")
    ] = None,
    as_json: AsJson = False,
    sessions: SessionsFolder = None,
) -> None:
    """How an engine stands: clock, heartbeat, link, accounts, latches, equity, working orders, approvals.

    With --max-age a dead man's alarm: nothing is printed while heartbeat, link and data live. Else one line, and exit
    code 1; or 2 where no engine answers. Data may rest while the market does.
    """
    from allusetui.cli.status import show_status

    show_status(session, account, max_age, as_json, sessions)
