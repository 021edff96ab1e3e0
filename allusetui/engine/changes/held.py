"""What the changes share."""

from collections.abc import Callable, Mapping
from typing import Any

from allusetui.domain import event as ev
from allusetui.domain.account import Account
from allusetui.domain.contract import Contract, Option
from allusetui.domain.lot import Lot
from allusetui.domain.state import State

Changes = Mapping[type[ev.Event], Callable[[State, Any], None]]
"""How the state changes, by kind of event."""


def account_of(state: State, event: ev.Event) -> Account:
    """The account that an event is about."""
    assert event.account is not None
    return state.accounts[event.account]


def keep(account: Account, contract: Contract, lots: list[Lot]) -> None:
    """The lots that are left of a contract; nothing of it stays when there are none."""
    if lots:
        account.lots[contract] = lots
        return
    account.lots.pop(contract, None)
    if isinstance(contract, Option):
        account.positions.pop(contract, None)
