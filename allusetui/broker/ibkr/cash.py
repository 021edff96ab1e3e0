"""What cash the broker's accounts hold, and with it all that is in them when a session begins."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from ib_async.wrapper import RequestError

from allusetui.broker.ibkr.connection import Connection
from allusetui.domain.contract import Contract
from allusetui.domain.frozen import frozen
from allusetui.domain.money import to_price
from allusetui.domain.text import untrusted

_TAGS: Final = ("TotalCashBalance", "TotalCashValue")
_CURRENCY: Final = "USD"


@frozen
class FirstLook:
    """What the accounts held before a session began: positions together, dollars by account."""

    positions: Mapping[Contract, int]
    cash: Mapping[str, Decimal]


async def first_look(connection: Connection, codes: frozenset[str]) -> FirstLook:
    """All that is there now. Raises OSError where it is not told whole."""
    try:
        await connection.ask("positions", connection.library.list_positions)
        cash = await cash_by_code(connection, codes)
    except RequestError as error:
        raise ConnectionError(untrusted(error.message)) from None
    if not connection.up:
        raise ConnectionError("the link was lost while the accounts were read")
    return FirstLook(connection.library.held(codes), cash)


async def cash_by_code(connection: Connection, codes: Iterable[str]) -> dict[str, Decimal]:
    """Dollars of each account. Raises OSError where one of them does not say, RequestError where it is refused."""
    found: dict[str, Decimal] = {}
    for code in sorted(codes):
        await connection.ask("accountValues", partial(_account_values, connection, code))
        rows = connection.library.wrapper.accountValues
        named = ((code, tag, _CURRENCY, "") for tag in _TAGS)
        value = next((rows[key].value for key in named if key in rows), "")
        try:
            found[code] = to_price(Decimal(value))
        except ArithmeticError:
            raise OSError(f"account {code} does not say what cash it has") from None
    return found


def _account_values(connection: Connection, code: str) -> Awaitable[None]:
    """One answer of the account's values, and no more of them."""
    library = connection.library
    number = library.client.getReqId()
    future: asyncio.Future[None] = library.wrapper.startReq(number)
    library.client.reqAccountUpdatesMulti(number, code, "", False)
    future.add_done_callback(lambda _: _stop_values(connection, number))
    return future


def _stop_values(connection: Connection, number: int) -> None:
    if connection.library.client.isReady():
        connection.library.client.cancelAccountUpdatesMulti(number)
