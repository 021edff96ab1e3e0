"""What a session's engine and dashboard are started with."""

from pathlib import Path
from typing import NamedTuple


class Start(NamedTuple):
    """The words of `allusetui run`; the defaults are what `allusetui` alone does."""

    mode: str = "sim"
    session: str = "demo"
    scenario: str | None = None
    headless: bool = False
    speed: str = "60"
    theme: str | None = None
    settings: Path | None = None
    sessions: Path | None = None
    waive: str | None = None
    """Why a person does without the paper weeks that come before live."""
