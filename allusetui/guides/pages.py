"""A guide by its name: a Markdown file of this folder whose holes, `{{fact}}` or `{{fact argument}}`, are filled."""

import re
from importlib.resources import files
from typing import Final

from allusetui.view.guides import GUIDES

_HOLE: Final = re.compile(r"\{\{([a-z_]+)(?: ([^{}]+))?\}\}")


def page(topic: str) -> str:
    """Gives the Markdown of a guide. Raises KeyError for a topic that there is no guide of."""
    if topic not in GUIDES:
        raise KeyError(topic)
    text = (files("allusetui.guides") / f"{topic}.md").read_text(encoding="utf-8")
    return _HOLE.sub(_fact, text)


def _fact(hole: re.Match[str]) -> str:
    # Imported here: the page that opens first has no hole, and the facts bring law, codec and scenarios.
    from allusetui.guides.facts import FACTS

    return FACTS[hole[1]](hole[2] or "")
