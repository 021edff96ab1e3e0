"""Every message that the client library can send is read to its last field, and answered or known to need no answer."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ib_async import ExecutionFilter, ScannerSubscription, WshEventData
from ib_async.client import Client

from allusetui.broker.gateway.unserved import UNSERVED
from tests.broker.gateway.desks import assembly
from tests.broker.gateway.ordering import client
from tests.broker.gateway.placed import ACCOUNT, PUT, Encoder, purchase
from tests.broker.gateway.wire import errors

NUMBER = 7
FIGURES = {
    "barSizeSetting": "1 day", "durationStr": "5 D", "whatToShow": "TRADES", "pattern": "AAP", "symbol": "AAPL",
    "underlyingSymbol": "AAPL", "underlyingSecType": "STK", "acctCode": ACCOUNT, "account": ACCOUNT, "groupName": "All",
    "tags": "NetLiquidation", "endDateTime": "", "startDateTime": "", "genericTickList": "", "providerCodes": "BRFG",
    "providerCode": "BRFG", "articleId": "BRFG$000000", "acctId": ACCOUNT, "marketDataType": 1,
    "underlyingConId": 265598, "conId": 265598, "exerciseAction": 1, "exerciseQuantity": 1, "override": 0,
    "subscription": ScannerSubscription(), "contract": PUT, "execFilter": ExecutionFilter(),
    "data": WshEventData(conId=265598), "order": purchase(1.0), "futFopExchange": "", "modelCode": "", "group": "All",
}  # fmt: skip
QUIET = {
    "setServerLogLevel", "cancelHistoricalData", "reqMarketDataType", "cancelAccountSummary",
    "cancelPositions", "cancelAccountUpdatesMulti", "cancelPnL", "cancelPnLSingle", "cancelWshMetaData",
    "cancelWshEventData", "reqAutoOpenOrders", "reqGlobalCancel",
}  # fmt: skip
"""What the real one does not answer either."""


def requests() -> Iterator[tuple[str, Callable[..., None]]]:
    """The methods of the client that write a message, by name."""
    for name, method in inspect.getmembers(Client, inspect.isfunction):
        if "self.send(" in inspect.getsource(method) and name != "sendMsg":
            yield name, method


def argument(name: str) -> Any:
    if name in FIGURES:
        return FIGURES[name]
    if name.endswith(("Id", "id")) or name in ("reqNumber",):
        return NUMBER
    return [] if name.endswith("ptions") else 1


def written(name: str) -> list[str]:
    """The message as the library writes it."""
    encoder = Encoder()
    parameters = list(inspect.signature(getattr(Client, name)).parameters.values())[1:]
    named = [each for each in parameters if each.default is each.empty]
    getattr(encoder, name)(*(argument(each.name) for each in named))
    return encoder.sent[0].split("\0")[:-1]


@pytest.mark.parametrize("name", [name for name, _ in requests() if name != "startApi"])
def test_a_request_is_answered_or_told_not_to_be_served_and_never_left_to_wait(name: str) -> None:
    wire = client(assembly(), 0)
    fields = written(name)
    said = wire.say_fields(fields)
    if int(fields[0]) in UNSERVED:
        known, place = UNSERVED[int(fields[0])]
        assert known == name
        assert errors(said) == [(-1 if place is None else int(fields[place + 1]), 321)]
        assert said[0][4].endswith(f"{name} is not served by this gateway")
    else:
        assert (not said) == (name in QUIET), said
        assert not {320, 505} & {code for _, code in errors(said)}, said


def test_no_message_is_both_served_and_not() -> None:
    made = assembly()
    served = {number for part in made.gateway.parts for number in part.routes()}
    assert not served & UNSERVED.keys()
