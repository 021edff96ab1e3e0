"""The library, with our ears in it and without the habits that do harm."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any, Final

from ib_async import IB, CommissionReport, Execution, IBDefaults, Order, OrderState
from ib_async import Contract as TheirContract
from ib_async.wrapper import Wrapper

from allusetui.broker.ibkr import translate
from allusetui.broker.ibkr.client import LaneClient
from allusetui.broker.ibkr.evidence import ErrorSeen, Evidence, StatusSeen
from allusetui.broker.ibkr.translate import UntranslatableError, contract_of, stage_of, whole

FIRST_NUMBER: Final = 1 << 30
Hear = Callable[[Evidence], None]
Complain = Callable[[int, int, str], None]
"""Is told of an error: the id that it names, its code, its text."""


class Numbers:
    """Numbers for requests of data, of one connection after the other.

    They begin far above those of orders, so that an error on one of them is never taken for an order's.
    """

    def __init__(self) -> None:
        self._next: Iterator[int] = count(FIRST_NUMBER)

    def take(self) -> int:
        return next(self._next)

    def is_mine(self, number: int) -> bool:
        """Whether a number was ever taken here, or could be."""
        return number >= FIRST_NUMBER


class Ears(Wrapper):
    """Passes on what the wire says of orders before the library makes its own sense of it.

    `untranslatable` counts what we have no word for; it reaches nobody.
    """

    def listen(self, hear: Hear, complain: Complain) -> None:
        """Call these from now on; they must not raise."""
        self._hear, self._complain = hear, complain
        self.untranslatable: Counter[str] = Counter()
        self.packets = 0

    def _tell(self, make: Callable[[], Evidence]) -> None:
        try:
            seen = make()
        except UntranslatableError as error:
            self.untranslatable[str(error)] += 1
        else:
            self._hear(seen)

    def _handle(self, client_id: int, order_id: int) -> int | None:
        return order_id if client_id == self.clientId and order_id > 0 else None

    def openOrder(self, orderId: int, contract: TheirContract, order: Order, orderState: OrderState) -> None:
        if not order.whatIf:
            self._tell(partial(translate.opened, contract, order, orderState, self.clientId))
        super().openOrder(orderId, contract, order, orderState)

    def completedOrder(self, contract: TheirContract, order: Order, orderState: OrderState) -> None:
        self._tell(partial(translate.done, order, orderState))
        super().completedOrder(contract, order, orderState)

    def orderStatus(
        self, orderId: int, status: str, filled: float, remaining: float, avgFillPrice: float, permId: int,
        parentId: int, lastFillPrice: float, clientId: int, whyHeld: str, mktCapPrice: float = 0.0,
    ) -> None:  # fmt: skip
        handle = self._handle(clientId, orderId)
        self._tell(lambda: StatusSeen(permId, handle, stage_of(status), whole(filled)))
        super().orderStatus(
            orderId, status, filled, remaining, avgFillPrice, permId, parentId, lastFillPrice, clientId, whyHeld,
            mktCapPrice,
        )  # fmt: skip

    def execDetails(self, reqId: int, contract: TheirContract, execution: Execution) -> None:
        self._tell(partial(translate.filled, contract, execution))
        super().execDetails(reqId, contract, execution)

    def commissionReport(self, commissionReport: CommissionReport) -> None:
        self._tell(partial(translate.charged, commissionReport))
        super().commissionReport(commissionReport)

    def error(self, reqId: int, errorCode: int, errorString: str, advancedOrderRejectJson: str) -> None:
        if reqId > 0:
            self._tell(lambda: ErrorSeen(reqId, errorCode, errorString))
        self._complain(reqId, errorCode, errorString)
        super().error(reqId, errorCode, errorString, advancedOrderRejectJson)

    def tcpDataArrived(self) -> None:
        self.packets += 1
        super().tcpDataArrived()


class Library(IB):
    """`ib_async.IB` over our client and ears.

    Its own answer to 1102, one more account summary each time until the broker refuses, is left out.
    """

    RaiseRequestErrors = True

    def __init__(self, hear: Hear, complain: Complain) -> None:
        self.numbers = Numbers()
        defaults = IBDefaults(emptyPrice=float("nan"))
        self._createEvents()
        self.wrapper: Ears = Ears(self, defaults=defaults)
        self.wrapper.listen(hear, complain)
        self.client: LaneClient = LaneClient(self.wrapper)
        self.client.apiEnd += self.disconnectedEvent
        self._logger = logging.getLogger("ib_async.ib")
        # All that it says comes to our ears; its log would be written across the screen.
        logging.getLogger("ib_async").setLevel(logging.CRITICAL + 1)

    def held(self, codes: frozenset[str]) -> dict[Any, int]:
        """Our contracts in the accounts of these codes, summed; what we have no word for is left out, and counted."""
        found: dict[Any, int] = {}
        for position in self.positions():
            if position.account in codes:
                try:
                    contract, quantity = contract_of(position.contract), whole(position.position)
                except UntranslatableError as error:
                    self.wrapper.untranslatable[str(error)] += 1
                    continue
                found[contract] = found.get(contract, 0) + quantity
        return {contract: quantity for contract, quantity in found.items() if quantity}

    async def list_positions(self) -> None:
        """Ask for every position: one that is not listed any more is gone, whether or not that was told.

        The library would keep it for as long as the connection lasts.
        """
        before = {code: dict(held) for code, held in self.wrapper.positions.items()}
        listed = {(row.account, row.contract.conId) for row in await self.reqPositionsAsync()}
        for code, held in before.items():
            now = self.wrapper.positions[code]
            for con_id, row in held.items():
                # What was told since the answer is another row.
                if (code, con_id) not in listed and now.get(con_id) is row:
                    del now[con_id]

    def hang_up(self) -> None:
        """Drop the connection without a farewell: a half-open one would wait for ever for its own."""
        if (transport := self.client.conn.transport) is not None:
            transport.abort()
