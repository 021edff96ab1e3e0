"""What an order that opens would do to its account's margin: asked of the broker, the only one who knows (0.10)."""

import asyncio
from copy import copy
from decimal import Decimal
from typing import Final

from ib_async import Contract as TheirContract
from ib_async import Order as TheirOrder
from ib_async import OrderState
from ib_async.wrapper import RequestError

from allusetui.broker.ibkr.client import Lane
from allusetui.broker.ibkr.codes import NOTICES
from allusetui.broker.ibkr.library import Library
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO
from allusetui.domain.text import untrusted

WAIT_S: Final = 1.5
_BESIDE: Final = frozenset({399, *NOTICES})
"""Said beside an answer; everything else under the question's number is in its place."""
_UNTOLD: Final = "the broker does not say what margin it would need"
_CURRENCY: Final = "USD"
_LARGEST: Final = Decimal(10) ** 15


@frozen
class NoRoom:
    """Why an order must not be placed; `fits`: how many of its contracts may, None where margin is not the reason."""

    reason: str
    fits: int | None = None


class Margins:
    """Asks what orders would need. `cap`: how much of an account's net liquidation may be bound after one (0.10)."""

    def __init__(self, library: Library, cap: Decimal, wait_s: float = WAIT_S) -> None:
        self._library = library
        self._cap = cap
        self._wait_s = wait_s
        self._asked: set[int] = set()
        library.errorEvent += self._error

    async def refusal(self, theirs: TheirContract, order: TheirOrder) -> NoRoom | None:
        """Why an order must not be placed; None where it may. No answer, and one that is no figure, is a refusal."""
        try:
            state = await self._ask(theirs, order)
        except RequestError as error:
            return NoRoom(untrusted(f"{error.code} {error.message}"))
        except (TimeoutError, ConnectionError):
            return NoRoom(_UNTOLD)
        told, currency = self._worth(order.account)
        if currency != _CURRENCY:
            return NoRoom(f"account {order.account} is kept in {currency}: its margin is not told in {_CURRENCY}")
        bound, worth = _usd(state.initMarginAfter), _usd(told)
        if bound is None or worth is None or worth <= 0:
            return NoRoom(_UNTOLD)
        if bound <= self._cap * worth:
            return None
        use, quantity = f"{bound / worth:.1%}", int(order.totalQuantity)
        return NoRoom(
            f"margin_cap: it would bind {use} of the broker's account, of which {self._cap:.0%} may be",
            _fits(_usd(state.initMarginBefore), bound, quantity, self._cap * worth),
        )

    def _worth(self, code: str) -> tuple[str, str]:
        """What the account is worth, as it was told with its cash the last time, and in which currency.

        An account has one, in which its margin is told too, without its name.
        """
        rows = self._library.wrapper.accountValues.values()
        worth = {row.currency: row.value for row in rows if (row.account, row.tag) == (code, "NetLiquidation")}
        other = next((untrusted(each) for each in worth if each), _CURRENCY)
        return (str(worth[_CURRENCY]), _CURRENCY) if _CURRENCY in worth else ("", other)

    async def _ask(self, theirs: TheirContract, order: TheirOrder) -> OrderState:
        """Under a number of orders: the broker takes no other. Raises what the refusal is told by."""
        question = copy(order)
        question.whatIf = True
        client, wrapper = self._library.client, self._library.wrapper
        number = client.getReqId()
        future = wrapper.startReq(number)
        self._asked.add(number)
        try:
            client.hurry(Lane.ORDER, lambda: client.placeOrder(number, theirs, question))
            state: OrderState = await asyncio.wait_for(future, self._wait_s)
            return state
        finally:
            self._asked.discard(number)
            wrapper._futures.pop(number, None)
            wrapper._results.pop(number, None)

    def _error(self, number: int, code: int, text: str, _: TheirContract | None) -> None:
        """Some refusals are warnings to the library, which then waits for ever."""
        if number in self._asked and code not in _BESIDE:
            self._library.wrapper._endReq(number, RequestError(number, code, text), success=False)


def _fits(before: Decimal | None, after: Decimal, quantity: int, most: Decimal) -> int:
    """The largest size that binds no more than `most`, if each contract binds as much as the others; asked anew."""
    if before is None or not before < most < after:
        return 0
    return min(int((most - before) * quantity / (after - before)), quantity - 1)


def _usd(told: str) -> Decimal | None:
    """A figure; None for what is none, and for what stands for none."""
    try:
        found = Decimal(told)
    except ArithmeticError:
        return None
    return found if found.is_finite() and ZERO <= found < _LARGEST else None
