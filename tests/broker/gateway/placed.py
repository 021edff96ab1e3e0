"""placeOrder as the real client library writes it, without a socket; and what a test wants to know of the answers."""

from collections.abc import Sequence
from typing import Any

from ib_async import ComboLeg, Contract, LimitOrder, Option, Order
from ib_async.client import Client

from allusetui.broker.gateway.contracts import Registry
from allusetui.domain.contract import Option as Listed
from tests.broker.gateway.desks import venue
from tests.broker.gateway.wire import Wire
from tests.broker.scripts import CALENDAR

SERVER_VERSION = 178
ACCOUNT, OTHER = "DU4000001", "DU4000002"
PUT = Option("AAPL", "20260306", 200, "P", "SMART", currency="USD", tradingClass="AAPL")
LATER = Option("AAPL", "20260313", 197.5, "P", "SMART", currency="USD", tradingClass="AAPL")


class Encoder(Client):
    """The library's own writer of messages, which keeps what it would send; the names are the library's."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def isConnected(self) -> bool:
        return True

    def serverVersion(self) -> int:
        return SERVER_VERSION

    def sendMsg(self, msg: str) -> None:
        self.sent.append(msg)


def fields(order_id: int, contract: Contract, order: Order) -> list[str]:
    """The fields of a placeOrder, its id first."""
    encoder = Encoder()
    encoder.placeOrder(order_id, contract, order)
    return encoder.sent[0].split("\0")[:-1]


def sale(limit: float = 9.0, quantity: float = 1, **more: Any) -> LimitOrder:
    """A sale in the first account."""
    return LimitOrder("SELL", quantity, limit, **{"account": ACCOUNT, "tif": "DAY", **more})


def purchase(limit: float, quantity: float = 1, **more: Any) -> LimitOrder:
    return LimitOrder("BUY", quantity, limit, **{"account": ACCOUNT, "tif": "DAY", **more})


def roll(bought: int, sold: int, **more: Any) -> Contract:
    """A combination of two options by their ids."""
    legs = [ComboLeg(bought, 1, "BUY", "SMART"), ComboLeg(sold, 1, "SELL", "SMART")]
    return Contract(symbol="AAPL", secType="BAG", exchange="SMART", currency="USD", comboLegs=legs, **more)


def con_id(option: Listed) -> int:
    """The broker's id of an option, which is the same in every run."""
    made = venue()
    return Registry(made.market, CALENDAR, made.strikes, made.steps).listed(option).con_id


def place(wire: Wire, order_id: int, contract: Contract, order: Order) -> list[list[str]]:
    """Sends an order; what is answered."""
    return wire.say_fields(fields(order_id, contract, order))


def kinds(messages: Sequence[Sequence[str]]) -> list[str]:
    """The messages by their ids, an order's status and an error's code after a colon."""
    found = []
    for each in messages:
        more = {"3": each[2:3], "4": each[3:4]}.get(each[0], [])
        found.append(":".join([each[0], *more]))
    return found
