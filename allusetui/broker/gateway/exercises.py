"""Options that a client exercises: what of them its account holds goes, and is seen to have gone in the night after."""

from collections.abc import Callable, Mapping
from typing import Final

from allusetui.broker.gateway import order_requests as asking
from allusetui.broker.gateway.book import OrderBook
from allusetui.broker.gateway.checks import invalid
from allusetui.broker.gateway.contracts import NO_DEFINITION, Registry
from allusetui.broker.gateway.part import Quiet, Route
from allusetui.broker.gateway.session import Session
from allusetui.broker.simulated.exchange import Exchange
from allusetui.domain.contract import Option

_EXERCISE: Final = 1


class Exercises(Quiet):
    """Implements `Part`. `refuses(session, number)`: whether nobody may do anything, which it says."""

    def __init__(
        self,
        exchange: Exchange,
        registry: Registry,
        book: OrderBook,
        refuses: Callable[[Session, int], bool],
    ) -> None:
        self._exchange = exchange
        self._registry = registry
        self._book = book
        self._refuses = refuses

    def routes(self) -> Mapping[int, Route]:
        return {asking.EXERCISE: Route(asking.exercise, self._exercise, id_at=1)}

    def _exercise(self, session: Session, asked: asking.ExerciseAsked, at_ms: int) -> None:
        if self._refuses(session, asked.request_id):
            return
        found = self._registry.find(asked.wanted, at_ms)
        option = found[0].contract if len(found) == 1 else None
        if not isinstance(option, Option):
            session.error(asked.request_id, 200, NO_DEFINITION)
            return
        trouble = self._done(asked, option, at_ms)
        if trouble is not None:
            refusal = invalid(trouble)
            session.error(asked.request_id, refusal.code, refusal.text)

    def _done(self, asked: asking.ExerciseAsked, option: Option, at_ms: int) -> str | None:
        """Does it; why it can't be done."""
        if option.is_index:
            return "An option that settles in cash is exercised at its expiry, and by nobody before"
        if asked.action != _EXERCISE:
            return "To let an option lapse is not served by this gateway"
        if not self._book.link_up:
            return "The broker can't be reached"
        try:
            self._book.take(self._exchange.exercise(asked.account, option, asked.quantity, at_ms), at_ms)
        except ValueError:
            return "No such number of contracts is held"
        return None
