"""The broker's book: what each account holds, kept apart from the engine's."""

from collections.abc import Iterator
from decimal import Decimal

from allusetui.broker.simulated.standing import Holder
from allusetui.domain.contract import Contract, Option, Stock, after_split
from allusetui.domain.input import Execution, Provision
from allusetui.domain.money import ZERO


class Book:
    """Positions by account and contract, and the cash of all accounts."""

    def __init__(self) -> None:
        self.cash = ZERO
        self._accounts: dict[str, dict[Contract, int]] = {}

    def open_account(self, provision: Provision) -> None:
        """Takes an account as it is handed to the engine. Raises ValueError when it is here already."""
        if provision.name in self._accounts:
            raise ValueError(f"account {provision.name} is open already")
        self._accounts[provision.name] = {}
        self.cash += provision.cash
        for holding in provision.holdings:
            self.move(provision.name, Stock(holding.symbol), holding.shares)
        for held in provision.options:
            self.move(provision.name, held.contract, held.quantity)

    def move(self, account: str, contract: Contract, quantity: int) -> None:
        """Adds a signed quantity."""
        held = self._accounts.setdefault(account, {})
        held[contract] = held.get(contract, 0) + quantity
        if not held[contract]:
            del held[contract]

    def trade(self, account: str, execution: Execution) -> None:
        """Books a fill."""
        signed = execution.side.sign * execution.quantity
        self.move(account, execution.contract, signed)
        self.cash -= signed * execution.contract.multiplier * execution.price + execution.commission

    def split(self, symbol: str, ratio: Decimal, name: str | None = None) -> None:
        """Turns each share of `symbol` into `ratio` shares, options with it; a fraction that is left over lapses.

        `name`: what the symbol is called from then on.
        """
        for account, held in self._accounts.items():
            old = {contract: held.pop(contract) for contract in list(held) if contract.symbol == symbol}
            for contract, quantity in old.items():
                self.move(account, after_split(contract, ratio, name), int(quantity * ratio))

    def options(self) -> Iterator[tuple[str, Option, int]]:
        """(account, option, quantity) of every option held: accounts as they were opened, contracts in order."""
        for account, held in self._accounts.items():
            options = sorted(contract for contract in held if isinstance(contract, Option))
            yield from ((account, option, held[option]) for option in options)

    def holders(self, contract: Contract) -> list[tuple[str, int]]:
        """(account, quantity) of all who hold the contract, as the accounts were opened."""
        return [(name, held[contract]) for name, held in self._accounts.items() if contract in held]

    def standing(self) -> tuple[Holder, ...]:
        """Every account as it stands."""
        return tuple(Holder(account, tuple(held.items())) for account, held in self._accounts.items())

    def restore(self, cash: Decimal, holders: tuple[Holder, ...]) -> None:
        """Hold this, and nothing else."""
        self.cash = cash
        self._accounts = {holder.account: dict(holder.held) for holder in holders}

    def totals(self) -> dict[Contract, int]:
        """Quantity by contract over the accounts."""
        found: dict[Contract, int] = {}
        for held in self._accounts.values():
            for contract, quantity in held.items():
                found[contract] = found.get(contract, 0) + quantity
        return {contract: quantity for contract, quantity in found.items() if quantity}
