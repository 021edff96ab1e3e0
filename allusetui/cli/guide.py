"""`allusetui guide`: the guides, for a person at a shell."""

from difflib import get_close_matches

from allusetui.cli.say import WIDTH, complain, tell
from allusetui.domain.text import untrusted
from allusetui.guides.pages import page
from allusetui.view.guides import GUIDES, laid
from allusetui.view.model import Line


def show(topic: str | None, as_markdown: bool) -> None:
    """A guide; without a topic which there are. A topic that there is none of is one line and exit code 2."""
    if topic is None:
        wide = max(map(len, GUIDES))
        tell("".join(f"{name:<{wide}}  {about}\n" for name, about in GUIDES.items()))
        return
    if topic not in GUIDES:
        near = get_close_matches(topic.lower(), GUIDES, n=1, cutoff=0)
        raise complain(f"{untrusted(topic, 40)}: no such guide; did you mean {near[0]}? There are {', '.join(GUIDES)}")
    text = page(topic)
    tell(text if as_markdown else "".join(_plain(line) for line in laid(text, WIDTH)))


def _plain(line: Line) -> str:
    return f"{''.join(cell.text for cell in line).rstrip()}\n"
