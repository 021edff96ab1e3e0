"""Which contract of ours is which of the broker's: asked once, never guessed."""

from collections.abc import Iterable

from ib_async import Contract as TheirContract
from ib_async.wrapper import RequestError

from allusetui.broker.ibkr.client import Lane
from allusetui.broker.ibkr.connection import Connection
from allusetui.broker.ibkr.translate import UntranslatableError, contract_of, wanted
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.text import untrusted


class UnknownContractError(LookupError):
    """The broker knows no contract like it, or several."""


class Contracts:
    """The broker's own contracts, by ours, as they have been named since the start."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[Contract, TheirContract] = {}

    def known(self, contract: Contract) -> TheirContract | None:
        return self._known.get(contract)

    async def resolve(self, contracts: Iterable[Contract]) -> None:
        """Make contracts known. Raises UnknownContractError, and what `Connection.ask` raises."""
        for contract in contracts:
            if contract not in self._known:
                self._known[contract] = await self._find(contract)

    async def _find(self, contract: Contract) -> TheirContract:
        library = self._connection.library
        try:
            rows = await self._connection.ask(
                "contractDetails", lambda: library.reqContractDetailsAsync(wanted(contract)), Lane.ORDER
            )
        except RequestError as error:
            raise UnknownContractError(untrusted(f"{_name(contract)}: {error.message}")) from None
        named = [row.contract for row in rows if row.contract is not None and _is(row.contract, contract)]
        found = {theirs.conId: theirs for theirs in named}  # a row may come twice
        if len(found) != 1:
            raise UnknownContractError(f"{_name(contract)}: the broker knows {len(found)} like it")
        (theirs,) = found.values()
        theirs.exchange = "SMART"  # lists of positions and details name none, or another
        return theirs


def _name(contract: Contract) -> str:
    if isinstance(contract, Stock):
        return contract.symbol
    return f"{contract.symbol} {contract.expiry} {contract.strike} {contract.right.value}"


def _is(theirs: TheirContract, ours: Contract) -> bool:
    try:
        return contract_of(theirs) == ours
    except UntranslatableError:
        return False
