"""The language model that a person has named in the settings or the environment."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from allusetui.cli.say import check_settings, settings_file, warn

if TYPE_CHECKING:
    from allusetui.advisor.model_reader import ModelReader
    from allusetui.advisor.openai_model import ModelAddress
    from allusetui.settings import Llm

MODEL, BASE_URL = "ALLUSETUI_LLM_MODEL", "ALLUSETUI_LLM_BASE_URL"
"""Environment variables that outrank the settings."""


def address(given: Path | None) -> "ModelAddress | None":
    """Where the model is; None where none is named. What can't be used of the settings is told on stderr."""
    return _address(_llm(given))


def headline_reader(given: Path | None) -> "ModelReader | None":
    """The model that reads headlines; None where none is to."""
    llm = _llm(given)
    where = _address(llm) if llm.headlines else None
    if where is None:
        return None
    from allusetui.advisor.model_reader import ModelReader

    return ModelReader(where)


def _llm(given: Path | None) -> "Llm":
    file = settings_file(given)
    check_settings(given)
    # Imported here: a question to the ledger alone is answered sooner.
    from allusetui.settings import load

    loaded = load(file)
    if given is not None:
        for line in loaded.complaints:
            warn(line)
    return loaded.settings.llm


def _address(llm: "Llm") -> "ModelAddress | None":
    name = os.environ.get(MODEL) or llm.model
    if not name:
        return None
    from allusetui.advisor.openai_model import ModelAddress

    return ModelAddress(name, os.environ.get(BASE_URL) or llm.base_url, os.environ.get(llm.key_env), llm.timeout_s)
