"""What the gateway says of orders: openOrder, orderStatus, completedOrder, execDetails, commissionReport.

Source: `tws-wire.md` sections 1.5 and 1.7, server version 178.
"""

from decimal import Decimal
from typing import Final

from allusetui.broker.gateway.frames import UNSET_NUMBER, UNSET_WHOLE, Value
from allusetui.broker.gateway.tickets import Block, Fill, Standing, Ticket
from allusetui.domain.contract import Side
from allusetui.domain.frozen import frozen
from allusetui.domain.moment import local
from allusetui.domain.money import ZERO

STATUS, OPEN_ORDER, EXECUTION, OPEN_END, EXECUTIONS_END, COMMISSION = 3, 5, 11, 53, 55, 59
BOUND, COMPLETED, COMPLETED_END = 100, 101, 102
Message = tuple[Value, ...]
_NO_OFFSETS: Final[Message] = (UNSET_WHOLE, UNSET_WHOLE, UNSET_NUMBER, UNSET_NUMBER, UNSET_NUMBER)
"""minTradeQty, minCompeteSize, competeAgainstBestOffset, midOffsetAtWhole, midOffsetAtHalf."""


@frozen
class Margins:
    """What an order would change, dollars: initial and maintenance margin and equity with loan, before and after."""

    initial: tuple[Decimal, Decimal]
    maintenance: tuple[Decimal, Decimal]
    equity: tuple[Decimal, Decimal]
    commission: Decimal


def order_status(ticket: Ticket) -> Message:
    """Where an order stands."""
    return (
        STATUS, ticket.order_id, ticket.standing, Decimal(ticket.filled), Decimal(max(ticket.left, 0)), ticket.average,
        ticket.told_perm_id, 0, ticket.last_price, ticket.client_id, ticket.why_held, ZERO,
    )  # fmt: skip


def open_order(ticket: Ticket) -> Message:
    """An order that is live, or was a moment ago, with all that its client said of it."""
    return _open(ticket, ticket.standing, _no_margins(""))


def order_bound(ticket: Ticket) -> Message:
    """A person's order has been given an id, under which its client may change and cancel it."""
    return (BOUND, ticket.perm_id, ticket.client_id, ticket.order_id)


def margins_to_come(ticket: Ticket, warning: str) -> Message:
    """The first answer to a question what an order would do: nothing but a warning yet."""
    return _open(ticket, Standing.HELD, _no_margins(warning))


def margins_answer(ticket: Ticket, margins: Margins) -> Message:
    """What an order would do to its account's margin."""
    pairs = (margins.initial, margins.maintenance, margins.equity)
    before, after = zip(*pairs, strict=True)
    changes = tuple(later - earlier for earlier, later in pairs)
    fee = margins.commission
    return _open(ticket, Standing.HELD, (*before, *changes, *after, fee, UNSET_NUMBER, UNSET_NUMBER, "USD", ""))


def _no_margins(warning: str) -> Message:
    return (*(UNSET_NUMBER,) * 9, UNSET_NUMBER, UNSET_NUMBER, UNSET_NUMBER, "", warning)


def _open(ticket: Ticket, standing: Standing, margins: Message) -> Message:
    asked, rest = ticket.asked, ticket.asked.rest
    head = (
        OPEN_ORDER, ticket.order_id, *ticket.block, asked.action, asked.quantity, asked.order_type, *_prices(ticket),
        ticket.tif, rest["ocaGroup"], ticket.account, asked.open_close, rest["origin"], asked.order_ref,
        ticket.client_id, ticket.told_perm_id, asked.outside_rth, rest["hidden"], rest["discretionaryAmt"],
        rest["goodAfterTime"], "", rest["faGroup"], rest["faMethod"], rest["faPercentage"],
    )  # fmt: skip
    return (*head, *_routing(ticket), *_combo(ticket), *_algo(ticket), *_state(ticket, standing, margins))


def _prices(ticket: Ticket) -> Message:
    asked = ticket.asked
    return (asked.limit if asked.limit is not None else ZERO, asked.rest["auxPrice"] or ZERO)


def _routing(ticket: Ticket) -> Message:
    """modelCode to comboLegsDescrip. A real gateway names no delta neutral order `None`, and eight fields follow it."""
    rest = ticket.asked.rest
    return (
        rest["modelCode"], rest["goodTillDate"], rest["rule80A"], rest["percentOffset"], rest["settlingFirm"],
        rest["shortSaleSlot"], rest["designatedLocation"], rest["exemptCode"], rest["auctionStrategy"] or 0,
        rest["startingPrice"], rest["stockRefPrice"], rest["delta"], rest["stockRangeLower"], rest["stockRangeUpper"],
        rest["displaySize"] or 0, rest["blockOrder"], rest["sweepToFill"], rest["allOrNone"], rest["minQty"],
        rest["ocaType"] or 3, rest["eTradeOnly"], rest["firmQuoteOnly"], rest["nbboPriceCap"], rest["parentId"],
        rest["triggerMethod"], rest["volatility"], rest["volatilityType"] or 0, "None", ZERO,
        0, "", "", "", "?", False, 0, "",
        rest["continuousUpdate"], rest["referencePriceType"] or 0, rest["trailStopPrice"], rest["trailingPercent"],
        UNSET_NUMBER, UNSET_WHOLE, "",
    )  # fmt: skip


def _combo(ticket: Ticket) -> Message:
    """Legs, their prices, how they are routed; then the scale and hedge fields, which are never set here."""
    asked = ticket.asked
    legs = tuple(
        value
        for each in asked.legs
        for value in (
            each.leg.con_id, each.leg.ratio, each.leg.action, each.leg.exchange, each.open_close, each.short_sale_slot,
            each.designated_location, each.exempt_code,
        )
    )  # fmt: skip
    return (len(asked.legs), *legs, len(asked.leg_prices), *asked.leg_prices, *_tags(asked.routing), "", "", "", "")


def _algo(ticket: Ticket) -> Message:
    asked, rest = ticket.asked, ticket.asked.rest
    clearing: Message = (rest["optOutSmartRouting"], rest["clearingAccount"], "IB", rest["notHeld"], False)
    return (*clearing, asked.algo, *(_tags(asked.algo_params) if asked.algo else ()))


def _state(ticket: Ticket, standing: Standing, margins: Message) -> Message:
    rest = ticket.asked.rest
    return (
        rest["solicited"], ticket.asked.what_if, standing, *margins, rest["randomizeSize"], rest["randomizePrice"], 0,
        "None", rest["triggerPrice"], rest["trailStopPrice"], rest["lmtPriceOffset"], rest["adjustedStopPrice"],
        rest["adjustedStopLimitPrice"], rest["adjustedTrailingAmount"], rest["adjustableTrailingUnit"],
        rest["softDollarTierName"], rest["softDollarTierVal"], "", rest["cashQty"] or ZERO,
        rest["dontUseAutoPriceForHedge"], rest["isOmsContainer"], rest["discretionaryUpToLimitPrice"],
        rest["usePriceMgmtAlgo"], rest["duration"], rest["postToAts"], rest["autoCancelParent"], *_NO_OFFSETS,
    )  # fmt: skip


def completed_order(ticket: Ticket) -> Message:
    """An order that has ended: without its order id and its client's, known again by permanent id and reference."""
    asked, rest = ticket.asked, ticket.asked.rest
    head: Message = (
        COMPLETED, *ticket.block, asked.action, asked.quantity, asked.order_type, *_prices(ticket), ticket.tif,
        rest["ocaGroup"], ticket.account, asked.open_close, rest["origin"], asked.order_ref, ticket.told_perm_id,
        asked.outside_rth, rest["hidden"], rest["discretionaryAmt"], rest["goodAfterTime"], rest["faGroup"],
        rest["faMethod"], rest["faPercentage"], rest["modelCode"], rest["goodTillDate"], rest["rule80A"],
        rest["percentOffset"], rest["settlingFirm"], rest["shortSaleSlot"], rest["designatedLocation"],
        rest["exemptCode"], rest["startingPrice"], rest["stockRefPrice"], rest["delta"], rest["stockRangeLower"],
        rest["stockRangeUpper"], rest["displaySize"] or 0, rest["sweepToFill"], rest["allOrNone"], rest["minQty"],
        rest["ocaType"] or 3, rest["triggerMethod"], rest["volatility"], rest["volatilityType"] or 0, "None", ZERO,
        0, False, 0, "", rest["continuousUpdate"], rest["referencePriceType"] or 0, rest["trailStopPrice"],
        rest["trailingPercent"], "",
    )  # fmt: skip
    tail: Message = (
        rest["clearingAccount"], "IB", rest["notHeld"], False, asked.algo,
        *(_tags(asked.algo_params) if asked.algo else ()), rest["solicited"], ticket.standing, rest["randomizeSize"],
        rest["randomizePrice"], 0, rest["trailStopPrice"], rest["lmtPriceOffset"], rest["cashQty"] or ZERO,
        rest["dontUseAutoPriceForHedge"], rest["isOmsContainer"], "", Decimal(ticket.filled), UNSET_WHOLE,
        rest["autoCancelParent"], "Not an insider or substantial shareholder", False, False, 0,
        _when(ticket.ended_ms), ticket.standing, *_NO_OFFSETS,
    )  # fmt: skip
    return (*head, *_combo(ticket), *tail)


def execution(fill: Fill, request_id: int) -> Message:
    """A row of executions, for a request or live (`request_id` −1)."""
    ticket = fill.ticket
    return (
        EXECUTION, request_id, ticket.order_id, *fill.block, fill.exec_id, _when(fill.at_ms), ticket.account,
        "SMART" if fill.contract is None else "CBOE", "BOT" if fill.side is Side.BUY else "SLD", Decimal(fill.quantity),
        fill.price, ticket.told_perm_id, ticket.client_id, 0, Decimal(fill.total),
        fill.average, ticket.asked.order_ref, "", "", "", 1, False,
    )  # fmt: skip


def commission(fill: Fill) -> Message:
    """What a row of executions cost, and what it realized where it closed something."""
    realized = UNSET_NUMBER if fill.realized is None else fill.realized
    return (COMMISSION, 1, fill.exec_id, fill.commission, "USD", realized, UNSET_NUMBER, "")


def combo_block(symbol: str, exchange: str) -> Block:
    """A combination as eleven fields."""
    return (28812380, symbol, "BAG", "", ZERO, "?", "", exchange, "USD", symbol, "COMB")


def _tags(pairs: tuple[tuple[str, str], ...]) -> Message:
    return (len(pairs), *(text for pair in pairs for text in pair))


def _when(at_ms: int) -> str:
    return f"{local(at_ms):%Y%m%d %H:%M:%S} US/Eastern"
