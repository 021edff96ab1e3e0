"""What the gateway says of accounts: values, portfolio, positions, summaries, gains.

Source: `tws-wire.md` section 1.5. Money in dollars to the cent; an option's average cost is that of a contract.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from allusetui.broker.gateway.contracts import Registry
from allusetui.broker.gateway.frames import Value
from allusetui.broker.gateway.holdings import Holdings, Position
from allusetui.broker.gateway.instruments import CURRENCY, facts
from allusetui.broker.gateway.margins import Requirement, requirement
from allusetui.domain.contract import Contract
from allusetui.domain.moment import local
from allusetui.domain.money import ZERO, to_cent, to_price

VALUE, PORTFOLIO, UPDATE_TIME, DOWNLOAD_END = 6, 7, 8, 54
POSITION, POSITION_END, SUMMARY, SUMMARY_END = 61, 62, 63, 64
MULTI, MULTI_END, PNL, PNL_SINGLE = 73, 74, 94, 95
Message = tuple[Value, ...]
_REG_T_POWER: Final = 2
_NO_RIGHT: Final = "?"


def account_values(holdings: Holdings, account: str, at_ms: int) -> dict[str, tuple[str, str]]:
    """Every value of an account, as (text, currency) by its tag."""
    rows = holdings.positions(account, at_ms)
    need = required(holdings, account, at_ms)
    cash, worth = holdings.cash(account), holdings.worth(account, at_ms)
    gross = sum((abs(holdings.value(each, at_ms)) for each in rows), ZERO)
    free, spare = need.equity - need.initial, need.equity - need.maintenance
    money = {
        "NetLiquidation": worth,
        "TotalCashValue": cash,
        "SettledCash": cash,
        "AccruedCash": ZERO,
        "BuyingPower": max(free, ZERO) * _REG_T_POWER,
        "EquityWithLoanValue": need.equity,
        "GrossPositionValue": gross,
        "InitMarginReq": need.initial,
        "FullInitMarginReq": need.initial,
        "MaintMarginReq": need.maintenance,
        "FullMaintMarginReq": need.maintenance,
        "AvailableFunds": free,
        "FullAvailableFunds": free,
        "ExcessLiquidity": spare,
        "FullExcessLiquidity": spare,
        "UnrealizedPnL": sum((holdings.unrealized(each, at_ms) for each in rows), ZERO),
        "RealizedPnL": holdings.day(account, at_ms)[1],
    }
    cushion = to_price(spare / worth) if worth > 0 else ZERO
    plain = {"AccountType": "INDIVIDUAL", "AccountReady": "true", "Cushion": str(cushion)}
    valued = {tag: (str(to_cent(amount)), CURRENCY) for tag, amount in money.items()}
    return {tag: (text, "") for tag, text in plain.items()} | valued


def required(holdings: Holdings, account: str, at_ms: int) -> Requirement:
    """What margin an account has to keep, and has."""

    def price(contract: Contract) -> Decimal:
        return holdings.price(contract, at_ms)

    held = {each.contract: each.quantity for each in holdings.positions(account, at_ms)}
    return requirement(holdings.cash(account), held, price)


def updates(holdings: Holdings, registry: Registry, account: str, at_ms: int) -> Iterator[Message]:
    """Values, positions and the time of them, as a subscriber to an account hears them."""
    for tag, (text, currency) in account_values(holdings, account, at_ms).items():
        yield VALUE, 2, tag, text, currency, account
    for position in holdings.positions(account, at_ms):
        yield portfolio(holdings, registry, account, position, at_ms)
    yield UPDATE_TIME, 1, f"{local(at_ms):%H:%M}"


def portfolio(holdings: Holdings, registry: Registry, account: str, position: Position, at_ms: int) -> Message:
    """A position with what it is worth; one of quantity 0 is gone."""
    listed = registry.listed(position.contract)
    expiry, strike, right, multiplier = listed.described()
    described = (expiry, strike, right or "0", multiplier, facts(listed.symbol).exchange, CURRENCY)
    unrealized = holdings.unrealized(position, at_ms)
    realized = holdings.day_of_position(account, position, at_ms)[1]
    return (
        PORTFOLIO, 8, listed.con_id, listed.symbol, listed.sec_type, *described, listed.local_symbol,
        listed.trading_class, position.quantity, to_price(holdings.price(position.contract, at_ms)),
        to_cent(holdings.value(position, at_ms)), _average_cost(position), to_cent(unrealized), to_cent(realized),
        account,
    )  # fmt: skip


def position_row(registry: Registry, account: str, position: Position) -> Message:
    """A position, as a real gateway tells it: without an exchange, shares without a right."""
    block = ("" if value == _NO_RIGHT else value for value in registry.listed(position.contract).block(""))
    return (POSITION, 3, account, *block, position.quantity, _average_cost(position))


def pnl(holdings: Holdings, account: str, at_ms: int) -> tuple[Decimal, Decimal, Decimal]:
    """What an account has gained today, what it has not realized, what it has realized today."""
    gained, realized = holdings.day(account, at_ms)
    rows = holdings.positions(account, at_ms)
    unrealized = sum((holdings.unrealized(each, at_ms) for each in rows), ZERO)
    return to_cent(gained), to_cent(unrealized), to_cent(realized)


def pnl_single(
    holdings: Holdings, account: str, contract: Contract, at_ms: int
) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
    """The same of one position, after its quantity and before its value."""
    rows = (each for each in holdings.positions(account, at_ms) if each.contract == contract)
    held = next(rows, Position(contract, 0, ZERO))
    gained, realized = holdings.day_of_position(account, held, at_ms)
    figures = (gained, holdings.unrealized(held, at_ms), realized, holdings.value(held, at_ms))
    gain, unrealized, gone, value = (to_cent(each) for each in figures)
    return Decimal(held.quantity), gain, unrealized, gone, value


def _average_cost(position: Position) -> Decimal:
    return to_price(position.cost * position.contract.multiplier)
