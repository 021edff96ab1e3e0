"""A session begins or goes on, and what its accounts are handed to the engine with."""

from datetime import date
from decimal import Decimal

from allusetui.domain.account import AccountType
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.link import Linked
from allusetui.domain.money import ZERO


@frozen
class Holding:
    """Shares held at the start; `basis` a share."""

    symbol: str
    shares: int
    basis: Decimal
    assigned: bool = False


@frozen
class OpenOption:
    """An option already open at the start, traded at `price`."""

    contract: Option
    quantity: int
    price: Decimal
    opened: date


@frozen
class Provision:
    """An account as it is handed to the engine. Money in dollars."""

    name: str
    type: AccountType
    group: str
    trading: bool
    equity: Decimal
    base: Decimal
    cash: Decimal
    high_water: Decimal
    opened: date
    realized_quarter: Decimal
    holdings: tuple[Holding, ...] = ()
    options: tuple[OpenOption, ...] = ()
    ladder: Decimal = ZERO
    """What of the equity stands in LEAPs and hedges, dollars at mid."""


@frozen
class Started:
    """A new session begins; `link`: the broker's account that it is of, None for a simulated one."""

    at_ms: int
    session: str
    mode: str
    seed: int
    margin_rate: Decimal
    commission: Decimal
    accounts: tuple[Provision, ...]
    link: Linked | None = None


@frozen
class Resumed:
    """The process is up again; it last handled inputs at `seen_ms`. `findings`: what its state was made from."""

    at_ms: int
    seen_ms: int
    findings: str = "journal folded"
