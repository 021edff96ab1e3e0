"""What we lean on in the library beside its documented verbs: a new version has to be looked at before it is taken."""

import inspect
from importlib.metadata import version
from pathlib import Path

import ib_async
import pytest
from ib_async.client import Client
from ib_async.ib import StartupFetch
from ib_async.wrapper import RequestError, Wrapper

from allusetui.broker.ibkr.library import Library

PINNED = "2.1.0"
OVERRIDDEN = {
    Client: {
        "reset": "self",
        "startApi": "self",
        "sendMsg": "self msg",
    },
    Wrapper: {
        "openOrder": "self orderId contract order orderState",
        "completedOrder": "self contract order orderState",
        "orderStatus": "self orderId status filled remaining avgFillPrice permId parentId lastFillPrice clientId "
        "whyHeld mktCapPrice",
        "execDetails": "self reqId contract execution",
        "commissionReport": "self commissionReport",
        "error": "self reqId errorCode errorString advancedOrderRejectJson",
        "tcpDataArrived": "self",
    },
}
CALLED = {
    Client: {
        "placeOrder": "self orderId contract order",
        "cancelOrder": "self orderId manualCancelOrderTime",
        "reqMktData": "self reqId contract genericTickList snapshot regulatorySnapshot mktDataOptions",
        "cancelMktData": "self reqId",
        "reqAccountUpdatesMulti": "self reqId account modelCode ledgerAndNLV",
        "getReqId": "self",
        "isReady": "self",
        "serverVersion": "self",
    },
    Wrapper: {
        "startReq": "self key contract container",
        "_endReq": "self key result success",
    },
}


def test_faults_38_the_version_is_the_one_whose_behaviour_is_proven() -> None:
    assert version("ib_async") == ib_async.__version__ == PINNED
    pins = (Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8")
    assert f'"ib_async=={PINNED}"' in pins


@pytest.mark.parametrize("names", [OVERRIDDEN, CALLED], ids=["overridden", "called"])
def test_faults_38_what_we_override_and_call_takes_what_it_took(names: dict[type, dict[str, str]]) -> None:
    found = {
        owner: {name: " ".join(inspect.signature(getattr(owner, name)).parameters) for name in rows}
        for owner, rows in names.items()
    }
    assert found == names


@pytest.mark.asyncio
async def test_faults_38_what_we_reach_into_is_there() -> None:
    library = Library(lambda seen: None, lambda about, code, text: None)
    wrapper, client = library.wrapper, library.client
    assert isinstance(wrapper._futures, dict) and isinstance(wrapper._results, dict)
    assert isinstance(wrapper.accountValues, dict) and wrapper.clientId == -1
    assert client.conn.transport is None and library.RaiseRequestErrors
    heard = {1, 2, 21, 45, 46, 58, 81}  # the messages of a line of market data, which `Stream` takes over
    assert heard <= client.decoder.handlers.keys()
    refused = RequestError(1, 2, "three")
    assert (refused.reqId, refused.code, refused.message) == (1, 2, "three")
    assert {each.name for each in StartupFetch} >= {"ORDERS_OPEN", "ORDERS_COMPLETE", "EXECUTIONS", "POSITIONS"}
    for event in ("connectedEvent", "disconnectedEvent", "errorEvent", "positionEvent"):
        assert hasattr(library, event)
