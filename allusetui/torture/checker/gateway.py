"""A witness at our gateway: it hears what clients say, and reads the broker's book behind it."""

from collections.abc import Iterable, Sequence
from typing import Final

from allusetui.broker.gateway.fields import Fields
from allusetui.broker.gateway.frames import split
from allusetui.broker.gateway.order_requests import CANCEL, PLACE
from allusetui.broker.gateway.placing import PlaceOrder, place_order
from allusetui.broker.gateway.requests import START
from allusetui.broker.gateway.transcript import HEARD
from allusetui.broker.gateway.venue import Assembly
from allusetui.domain.contract import Contract, Side
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO
from allusetui.domain.order import Order
from allusetui.domain.quote import Quote
from allusetui.ports import Market
from allusetui.torture.checker.witness import BookOrder, Deal, Holding, Message, quote_of

OURS: Final = "AU-"
"""How the names of our orders begin."""
_LENGTH_BYTES: Final = 4
_PLACES: Final = f"{PLACE}\0".encode()


@frozen
class _Heard:
    """A message on an order; `asked` None for its cancel."""

    at_ms: int
    order_ref: str
    asked: PlaceOrder | None


class AtTheGateway:
    """Implements `Witness`. `tap` is to be the gateway's, or to be called by what is; `market` is the true one."""

    def __init__(self, assembly: Assembly, market: Market) -> None:
        self._book = assembly.book
        self._holdings = assembly.holdings
        self._market = market
        self._heard: list[_Heard] = []
        self._clients: dict[int, str] = {}
        self._refs: dict[tuple[str, str], str] = {}

    def tap(self, at_ms: int, key: int, way: str, fields: Sequence[str]) -> None:
        """Hears a message of a connection. Whose orders are meant goes by the client, who may come back on another."""
        if way != HEARD:
            return
        message, *values = fields
        if message == str(START):
            self._clients[key] = values[1]
        elif message == str(PLACE):
            asked = place_order(Fields(PLACE, values))
            if not asked.what_if:
                self._refs[self._clients[key], values[0]] = asked.order_ref
                self._heard.append(_Heard(at_ms, asked.order_ref, asked))
        elif message == str(CANCEL):
            self._heard.append(_Heard(at_ms, self._refs.get((self._clients[key], values[1]), values[1]), None))

    def messages(self, since: int = 0) -> Sequence[Message]:
        """What came, with the contract that the broker made of it."""
        return [
            Message(each.at_ms, each.order_ref, each.asked is None, self._meant(each)) for each in self._heard[since:]
        ]

    def _meant(self, heard: _Heard) -> Order | None:
        """What an order says; None where it was lost on its way, or refused as it stood, and is in no book."""
        asked, ticket = heard.asked, self._book.tickets.named(heard.order_ref)
        if asked is None or asked.limit is None or ticket is None:
            return None
        trade, limit = ticket.trade, asked.limit
        if trade.candidate is not None and asked.action != Side.BUY:
            limit = -limit
        return Order(
            heard.order_ref, _account(heard.order_ref), trade.contract, trade.candidate, trade.side,
            int(asked.quantity), limit,
        )  # fmt: skip

    def orders(self) -> Iterable[BookOrder]:
        for ticket in self._book.tickets:
            if ticket.asked.order_ref.startswith(OURS):
                ended_ms = None if ticket.standing.live else ticket.ended_ms
                yield BookOrder(ticket.asked.order_ref, ticket.filled, ended_ms)

    def deals(self) -> Sequence[Deal]:
        return [
            Deal(
                fill.at_ms, fill.exec_id, ticket.asked.order_ref, fill.contract, fill.side, fill.quantity, fill.price,
                fill.commission,
            )
            for ticket in self._book.tickets
            if ticket.asked.order_ref.startswith(OURS)
            for fill in ticket.fills
            if fill.contract is not None
        ]  # fmt: skip

    def holding(self, at_ms: int) -> Holding:
        found: dict[Contract, int] = {}
        for account in self._holdings.accounts:
            for each in self._holdings.positions(account, at_ms):
                found[each.contract] = found.get(each.contract, 0) + each.quantity
        for contract, quantity in self._holdings.mark(at_ms)[1].items():
            found[contract] = found.get(contract, 0) - quantity
        cash = sum((self._holdings.cash(account) for account in self._holdings.accounts), ZERO)
        return Holding({contract: quantity for contract, quantity in found.items() if quantity}, cash)

    def quote(self, contract: Contract, at_ms: int) -> Quote | None:
        return quote_of(self._market, contract, at_ms)


def leaving(data: bytes) -> str | None:
    """The name of the order that a client's bytes, a frame, are to place; None where they do something else."""
    body = data[_LENGTH_BYTES:]
    if not body.startswith(_PLACES):
        return None
    _, *values = split(body)
    asked = place_order(Fields(PLACE, values))
    return None if asked.what_if else asked.order_ref


def _account(order_ref: str) -> str:
    """The sleeve that an order's name names: `AU-<session>-<account>-<intent>-<clip>.v<n>`."""
    return order_ref.split("-", 2)[-1].rsplit("-", 2)[0]
