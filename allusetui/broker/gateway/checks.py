"""What a broker looks at before it takes an order: whose it is, what it trades, at which price and for how long."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from allusetui.broker.gateway.contracts import NO_DEFINITION, Registry
from allusetui.broker.gateway.instruments import INDEX, SMART, Listed, PriceSteps, step_at
from allusetui.broker.gateway.order_messages import combo_block
from allusetui.broker.gateway.placing import Echo, PlaceOrder
from allusetui.broker.gateway.tickets import Block
from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO

DAY, GOOD_TILL_CANCELLED = "DAY", "GTC"
MOST_CONTRACTS: Final = 10_000_000
MOST_USD: Final = 1_000_000
OFF_GRID: Final = "The price does not conform to the minimum price variation for this contract."
# What would change how an order trades, and is not simulated; each is told by its name.
_UNSERVED: Final = (
    "ocaGroup", "parentId", "blockOrder", "sweepToFill", "hidden", "discretionaryAmt", "goodAfterTime", "goodTillDate",
    "faGroup", "faMethod", "faPercentage", "allOrNone", "minQty", "percentOffset", "trailStopPrice", "trailingPercent",
    "scaleInitLevelSize", "scalePriceIncrement", "hedgeType", "notHeld", "triggerPrice", "lmtPriceOffset", "cashQty",
    "deltaNeutralOrderType", "adjustedOrderType", "modelCode",
)  # fmt: skip
_ALGOS: Final = ("", "Adaptive")
_NOTHING: Final = (None, "", "None", False, ZERO)


@frozen
class Refusal:
    """Why an order or a change of it is not taken: the broker's code and words."""

    code: int
    text: str


@frozen
class Meant:
    """What an order means at the exchange: `bought` or sold alone, or bought against `sold`; `limit` as it signs it."""

    account: str
    contract: Contract
    sold: Option | None
    side: Side
    quantity: int
    limit: Decimal
    block: Block


def meaning(asked: PlaceOrder, registry: Registry, accounts: Sequence[str], at_ms: int) -> Meant | Refusal:
    """What an order means, or why it can't be taken."""
    account = _account(asked, accounts)
    if isinstance(account, Refusal):
        return account
    refusal = _terms(asked)
    if refusal is not None:
        return refusal
    assert asked.limit is not None
    found = _combo(asked, registry, at_ms) if asked.is_combo else _single(asked, registry, at_ms)
    if isinstance(found, Refusal):
        return found
    contract, sold, steps, block = found
    if asked.limit % step_at(steps, asked.limit):
        return Refusal(110, OFF_GRID)
    if sold is None:
        return Meant(account, contract, None, Side(asked.action), int(asked.quantity), asked.limit, block)
    limit = asked.limit if asked.action == Side.BUY else -asked.limit
    return Meant(account, contract, sold, Side.BUY, int(asked.quantity), limit, block)


def invalid(cause: str) -> Refusal:
    """A request that says something that can't be meant."""
    return Refusal(321, f"Error validating request.-'bP' : cause - {cause}")


def _account(asked: PlaceOrder, accounts: Sequence[str]) -> str | Refusal:
    if not asked.account:
        return accounts[0] if len(accounts) == 1 else Refusal(435, "You must specify an account.")
    return asked.account if asked.account in accounts else invalid(f"Invalid account code '{asked.account}'")


def _terms(asked: PlaceOrder) -> Refusal | None:
    """Size, kind, price and time in force."""
    if not asked.contract.exchange:
        return invalid("Missing order exchange")
    if asked.action not in tuple(Side):
        return invalid(f"Invalid order action '{asked.action}'")
    if not asked.quantity:
        return Refusal(434, "The order size cannot be zero.")
    if not 0 < asked.quantity <= MOST_CONTRACTS or asked.quantity % 1:
        return Refusal(10243, "Fractional-sized, negative or oversized order cannot be placed via API.")
    if asked.order_type != "LMT":
        return Refusal(387, "Unsupported order type for this exchange and security type.")
    if asked.limit is None:
        return invalid("Limit price is missing")
    if abs(asked.limit) > MOST_USD:
        return Refusal(110, OFF_GRID)
    if asked.tif not in ("", DAY, GOOD_TILL_CANCELLED):
        return invalid(f"Invalid time in force:{asked.tif}")
    if not asked.rest["transmit"]:
        return invalid("An order that is not transmitted is not served here")
    unserved = next((name for name in _UNSERVED if not _is_nothing(asked.rest[name])), None)
    if unserved is not None or asked.conditions or asked.algo not in _ALGOS:
        return invalid(f"{unserved or ('conditions' if asked.conditions else asked.algo)} is not served here")
    return None


def _is_nothing(value: Echo) -> bool:
    return value in _NOTHING


def _single(asked: PlaceOrder, registry: Registry, at_ms: int) -> tuple[Contract, None, PriceSteps, Block] | Refusal:
    found = registry.find(asked.contract, at_ms)
    if len(found) != 1:
        return _unclear(asked.contract.symbol, found)
    (listed,) = found
    if asked.limit is not None and asked.limit <= 0:
        return Refusal(110, OFF_GRID)
    untradable = _untradable(listed)
    if untradable is not None:
        return untradable
    return listed.contract, None, registry.steps(listed), listed.block(asked.contract.exchange)


def _combo(asked: PlaceOrder, registry: Registry, at_ms: int) -> tuple[Contract, Option, PriceSteps, Block] | Refusal:
    """Two options, as many of each, one bought and the other sold."""
    legs: dict[Side, Listed] = {}
    for each in asked.legs:
        listed = registry.by_id(each.leg.con_id, at_ms)
        if listed is None or not isinstance(listed.contract, Option):
            return _unclear(asked.contract.symbol, [])
        untradable = _untradable(listed)
        if untradable is not None:
            return untradable
        if each.leg.ratio != 1 or each.leg.action not in tuple(Side):
            return invalid("Invalid combo leg")
        legs[Side.BUY if each.leg.action == asked.action else Side.SELL] = listed
    if len(asked.legs) != 2 or len(legs) != 2 or any(price is not None for price in asked.leg_prices):
        return invalid("A combo of one bought and one sold option at a net price is served here, no other")
    bought, sold = legs[Side.BUY], legs[Side.SELL]
    assert isinstance(sold.contract, Option)
    steps = registry.steps(bought)[:1]
    return bought.contract, sold.contract, steps, combo_block(asked.contract.symbol, asked.contract.exchange or SMART)


def _unclear(symbol: str, found: Sequence[Listed]) -> Refusal:
    if found:
        return Refusal(200, f"The contract description specified for {symbol} is ambiguous.")
    return Refusal(200, NO_DEFINITION)


def _untradable(listed: Listed) -> Refusal | None:
    if listed.sec_type == INDEX:
        return Refusal(201, f"Order rejected - reason:{listed.symbol} is an index and cannot be traded")
    if listed.settles_am:
        return Refusal(201, "Order rejected - reason:options that settle by the open cannot be traded here")
    return None
