"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer


def session_names() -> list[str]:
    """The sessions that there are where they usually lie, for a shell that completes."""
    from allusetui.cli.say import sessions_root
    from allusetui.journal.sqlite import FILE_NAME

    return sorted(journal.parent.name for journal in sessions_root().glob(f"*/{FILE_NAME}"))


SessionName = Annotated[
    str,
    typer.Option("--session", help="Name of the session; its folder lies in --sessions.", autocompletion=session_names),
]
OneSession = Annotated[str, typer.Argument(help="Name of the session.", autocompletion=session_names)]
SessionsFolder = Annotated[Path | None, typer.Option("--sessions", help="Folder of all sessions.", show_default=False)]
Theme = Annotated[str | None, typer.Option(help="Palette: dark, light, contrast, safe, ansi.", show_default=False)]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings", help="The settings file; else the one that allusetui settings names.", show_default=False
    ),
]
LawsOf = Annotated[
    Path | None,
    typer.Option("--settings", help="The settings file, beside which your own laws lie.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")]
OneAccount = Annotated[str, typer.Option("--account", help="GEN, REV, COM …", show_default=False)]
ContractWords = Annotated[list[str], typer.Argument(help="As the status writes it: NVDA 2026-03-06 180.00 P")]
WatchOnly = Annotated[bool, typer.Option("--watch", help="Look only: no key reaches the engine.")]
JournalFile = Annotated[Path | None, typer.Option("--journal", help="An exported journal instead: journal.ndjson.")]
AccountName = Annotated[str | None, typer.Option("--account", help="GEN, REV, COM …; left out: every account.")]
