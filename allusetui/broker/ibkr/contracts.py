"""Which contract of ours is which of the broker's: asked once, never guessed."""

from collections.abc import Iterable

from ib_async import Contract as TheirContract

from allusetui.broker.ibkr.asks import Asks, RefusedError
from allusetui.broker.ibkr.translate import SMART, ours, wanted
from allusetui.domain.contract import Contract, Stock


class UnknownContractError(LookupError):
    """The broker knows no contract like it, or several."""


class Contracts:
    """The broker's own contracts, by ours, as they have been named since the start."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self._known: dict[Contract, TheirContract] = {}

    def known(self, contract: Contract) -> TheirContract | None:
        return self._known.get(contract)

    async def resolve(self, contracts: Iterable[Contract]) -> None:
        """Make contracts known. Raises UnknownContractError, and UnansweredError where nobody says."""
        for contract in contracts:
            if contract not in self._known:
                self._known[contract] = await self._find(contract)

    async def _find(self, contract: Contract) -> TheirContract:
        try:
            rows = await self._asks.details(wanted(contract))
        except RefusedError as error:
            raise UnknownContractError(f"{_name(contract)}: {error}") from None
        # A row may come twice.
        found = {each.conId: each for row in rows if (each := row.contract) is not None and ours(each) == contract}
        if len(found) != 1:
            raise UnknownContractError(f"{_name(contract)}: the broker knows {len(found)} like it")
        (theirs,) = found.values()
        theirs.exchange = SMART  # lists of positions and details name none, or another
        return theirs


def _name(contract: Contract) -> str:
    if isinstance(contract, Stock):
        return contract.symbol
    return f"{contract.symbol} {contract.expiry} {contract.strike} {contract.right.value}"
