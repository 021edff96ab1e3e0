"""The language model that a person has named in the settings or the environment."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from allusetui.cli.say import complain, settings_file

if TYPE_CHECKING:
    from allusetui.advisor.openai_model import ModelAddress

MODEL, BASE_URL = "ALLUSETUI_LLM_MODEL", "ALLUSETUI_LLM_BASE_URL"
"""Environment variables that outrank the settings."""


def address(given: Path | None) -> "ModelAddress | None":
    """Where the model is; None where none is named. What can't be used of the settings is told on stderr."""
    file = settings_file(given)
    if given is not None and not given.is_file():
        raise complain(f"--settings {given}: no such file; allusetui settings --write makes one")
    # Imported here: a question to the ledger alone is answered sooner.
    from allusetui.settings import load

    loaded = load(file)
    if given is not None:
        for line in loaded.complaints:
            print(f"allusetui: {line}", file=sys.stderr)
    llm = loaded.settings.llm
    name = os.environ.get(MODEL) or llm.model
    if not name:
        return None
    from allusetui.advisor.openai_model import ModelAddress

    return ModelAddress(name, os.environ.get(BASE_URL) or llm.base_url, os.environ.get(llm.key_env), llm.timeout_s)
