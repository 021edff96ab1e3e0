"""Orders before they leave: what their contracts are called at the broker, and whether it would let them in (0.10)."""

from collections.abc import Callable
from decimal import Decimal

from ib_async import Contract as TheirContract
from ib_async import Order as TheirOrder

from allusetui.broker.ibkr import translate
from allusetui.broker.ibkr.contracts import Contracts
from allusetui.broker.ibkr.library import Library
from allusetui.broker.ibkr.margins import Margins, NoRoom
from allusetui.domain.contract import Contract, Side
from allusetui.domain.order import Order

Draft = tuple[TheirContract, TheirOrder]


class RefusedError(Exception):
    """The order must not leave; one line that says why. `fits`: see `NoRoom`."""

    def __init__(self, refusal: NoRoom) -> None:
        super().__init__(refusal.reason)
        self.fits = refusal.fits


class Drafts:
    """Makes orders ready.

    `code_of`: the broker's account of a sleeve; `cap`: see `Margins`, None to ask nothing.
    """

    def __init__(
        self, library: Library, contracts: Contracts, code_of: Callable[[str], str], cap: Decimal | None
    ) -> None:
        self._library = library
        self._contracts = contracts
        self._code_of = code_of
        self._margins = None if cap is None else Margins(library, cap)
        self._allowed: dict[str, int] = {}

    def ready(self, order: Order) -> Draft | None:
        """The order as the broker reads it; None where the broker has to be asked about it first."""
        named = all(self._contracts.known(leg) is not None for leg in _legs(order))
        return self._translated(order) if named and not self._has_to_ask(order) else None

    async def prepared(self, order: Order) -> Draft:
        """The same, asked. Raises RefusedError, and what `Contracts.resolve` raises."""
        await self._contracts.resolve(_legs(order))
        draft = self._translated(order)
        if self._margins is not None and self._has_to_ask(order):
            refusal = await self._margins.refusal(*draft)
            if refusal is not None:
                raise RefusedError(refusal)
            self._allowed[_clip(order)] = order.quantity
        return draft

    def _has_to_ask(self, order: Order) -> bool:
        """Whether it opens something, and no version of its clip that was as large has been allowed.

        What only takes away from what is held frees margin, and must not wait: stops are such.
        """
        opens = order.candidate is not None or not self._closes(order)
        return self._margins is not None and opens and self._allowed.get(_clip(order), 0) < order.quantity

    def _closes(self, order: Order) -> bool:
        """Whether the order takes away from what the broker holds for us, in the account that it is for."""
        held = self._library.held(frozenset({self._code_of(order.account)})).get(order.contract, 0)
        return held < 0 if order.side is Side.BUY else held > 0

    def _translated(self, order: Order) -> Draft:
        code = self._code_of(order.account)
        legs = [known for leg in _legs(order) if (known := self._contracts.known(leg)) is not None]
        if order.candidate is not None:
            return translate.roll(legs[0], legs[1], order, code)
        return translate.single(legs[0], order, code, self._closes(order))


def _clip(order: Order) -> str:
    """What all versions of an order share."""
    return order.client_order_id.rpartition(".v")[0] or order.client_order_id


def _legs(order: Order) -> tuple[Contract, ...]:
    return (order.contract,) if order.candidate is None else (order.contract, order.candidate)
