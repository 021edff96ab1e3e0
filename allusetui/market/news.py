"""Headlines of a script."""

from collections import deque
from collections.abc import Iterable, Sequence

from allusetui.domain.input import HeadlineSeen
from allusetui.domain.moment import to_ms
from allusetui.scenario.model import Headline


class ScriptedNews:
    """Implements `ports.News`: each headline once, at its time."""

    def __init__(self, headlines: Iterable[Headline]) -> None:
        told = (HeadlineSeen(to_ms(headline.at), headline.symbol, headline.text) for headline in headlines)
        self._ahead = deque(sorted(told, key=lambda headline: headline.at_ms))

    def take(self, at_ms: int) -> Sequence[HeadlineSeen]:
        """What was published up to the instant and has not been taken yet."""
        found = []
        while self._ahead and self._ahead[0].at_ms <= at_ms:
            found.append(self._ahead.popleft())
        return found
