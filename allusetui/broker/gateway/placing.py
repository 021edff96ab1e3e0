"""placeOrder (3), the longest message of the protocol: read to its last field, every conditional block of it.

Source: `tws-wire.md` section 1.6, server version 178.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from allusetui.broker.gateway.fields import Fields, Leg, Wanted
from allusetui.broker.gateway.frames import WireError
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO

Echo = str | bool | int | Decimal | None


@frozen
class OrderLeg:
    """One leg of a combination as an order has it: what of it is traded, and what openOrder tells of it again."""

    leg: Leg
    open_close: int
    short_sale_slot: int
    designated_location: str
    exempt_code: int


@frozen
class PlaceOrder:
    """An order as a client sends it, new or amended. Prices in dollars a share; of a combination net.

    `rest`: every field that has no name of its own here, by the protocol's name.
    """

    order_id: int
    contract: Wanted
    action: str
    quantity: Decimal
    order_type: str
    limit: Decimal | None
    tif: str
    account: str
    open_close: str
    order_ref: str
    outside_rth: bool
    what_if: bool
    legs: tuple[OrderLeg, ...]
    leg_prices: tuple[Decimal | None, ...]
    routing: tuple[tuple[str, str], ...]
    algo: str
    algo_params: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, ...], ...]
    rest: Mapping[str, Echo]

    @property
    def is_combo(self) -> bool:
        return self.contract.sec_type == "BAG"


# Fields in order, each with its kind: t text, w whole number, n number, f flag; what may be unset is in capitals.
_HEAD: Final = (
    "secIdType:t secId:t action:t totalQuantity:n orderType:t lmtPrice:N auxPrice:N tif:t ocaGroup:t account:t "
    "openClose:t origin:w orderRef:t transmit:f parentId:w blockOrder:f sweepToFill:f displaySize:W triggerMethod:w "
    "outsideRth:f hidden:f"
)
_MIDDLE: Final = (
    "sharesAllocation:t discretionaryAmt:N goodAfterTime:t goodTillDate:t faGroup:t faMethod:t faPercentage:t "
    "modelCode:t shortSaleSlot:w designatedLocation:t exemptCode:w ocaType:w rule80A:t settlingFirm:t allOrNone:f "
    "minQty:W percentOffset:N eTradeOnly:f firmQuoteOnly:f nbboPriceCap:N auctionStrategy:W startingPrice:N "
    "stockRefPrice:N delta:N stockRangeLower:N stockRangeUpper:N overridePercentageConstraints:f volatility:N "
    "volatilityType:W deltaNeutralOrderType:t deltaNeutralAuxPrice:N"
)
_DELTA_NEUTRAL: Final = (
    "deltaNeutralConId:w deltaNeutralSettlingFirm:t deltaNeutralClearingAccount:t deltaNeutralClearingIntent:t "
    "deltaNeutralOpenClose:t deltaNeutralShortSale:f deltaNeutralShortSaleSlot:w deltaNeutralDesignatedLocation:t"
)
_TRAILING: Final = (
    "continuousUpdate:f referencePriceType:W trailStopPrice:N trailingPercent:N scaleInitLevelSize:W "
    "scaleSubsLevelSize:W scalePriceIncrement:N"
)
_SCALE: Final = (
    "scalePriceAdjustValue:N scalePriceAdjustInterval:W scaleProfitOffset:N scaleAutoReset:f scaleInitPosition:W "
    "scaleInitFillQty:W scaleRandomPercent:f"
)
_HEDGE: Final = "scaleTable:t activeStartTime:t activeStopTime:t hedgeType:t"
_CLEARING: Final = "optOutSmartRouting:f clearingAccount:t clearingIntent:t notHeld:f"
_UNDER: Final = "underConId:w underDelta:n underPrice:n"
_LATE: Final = "algoId:t whatIf:f orderMiscOptions:t solicited:f randomizeSize:f randomizePrice:f"
_PEGGED: Final = (
    "referenceContractId:w isPeggedChangeAmountDecrease:f peggedChangeAmount:N referenceChangeAmount:N "
    "referenceExchangeId:t"
)
_TAIL: Final = (
    "adjustedOrderType:t triggerPrice:N lmtPriceOffset:N adjustedStopPrice:N adjustedStopLimitPrice:N "
    "adjustedTrailingAmount:N adjustableTrailingUnit:w extOperator:t softDollarTierName:t softDollarTierVal:t "
    "cashQty:N mifid2DecisionMaker:t mifid2DecisionAlgo:t mifid2ExecutionTrader:t mifid2ExecutionAlgo:t "
    "dontUseAutoPriceForHedge:f isOmsContainer:f discretionaryUpToLimitPrice:f usePriceMgmtAlgo:F duration:W "
    "postToAts:W autoCancelParent:f advancedErrorOverride:t manualOrderTime:t"
)
_OFFSETS: Final = "midOffsetAtWhole:N midOffsetAtHalf:N"
_CONDITION_FIELDS: Final = {1: 7, 3: 4, 4: 4, 5: 6, 6: 6, 7: 6}
"""How many fields a condition has, its kind included: price, time, margin, execution, volume, change in percent."""
_NAMED: Final = (
    "action", "totalQuantity", "orderType", "lmtPrice", "tif", "account", "openClose", "orderRef", "outsideRth",
    "whatIf",
)  # fmt: skip
_USUAL: Final[dict[str, Echo]] = {"t": "", "w": 0, "W": None, "n": ZERO, "N": None, "f": False, "F": None}


def place_order(fields: Fields) -> PlaceOrder:
    """The order of a placeOrder message. Raises WireError for what is malformed, missing or left over."""
    order_id, contract = fields.whole("orderId"), fields.contract()
    found = _take(fields, _HEAD)
    order_type = str(found["orderType"])
    legs, leg_prices, routing = _combo(fields) if contract.sec_type == "BAG" else ((), (), ())
    found |= _take(fields, _MIDDLE)
    found |= _take(fields, _DELTA_NEUTRAL if found["deltaNeutralOrderType"] else "")
    found |= _take(fields, _TRAILING)
    found |= _take(fields, _SCALE if _positive(found["scalePriceIncrement"]) else "")
    found |= _take(fields, _HEDGE)
    found |= _take(fields, "hedgeParam:t" if found["hedgeType"] else "")
    found |= _take(fields, _CLEARING)
    found |= _take(fields, _UNDER if fields.flag("deltaNeutralContract") else "")
    algo = fields.text("algoStrategy")
    algo_params = _pairs(fields, "algoParams") if algo else ()
    found |= _take(fields, _LATE)
    found |= _take(fields, _PEGGED if order_type in ("PEG BENCH", "PEGBENCH") else "")
    conditions = _conditions(fields, found)
    found |= _take(fields, _TAIL)
    _take_extras(fields, found, contract.exchange, order_type)
    fields.done()
    return _placed(order_id, contract, found, legs, leg_prices, routing, algo, algo_params, conditions)


def by_hand(contract: Wanted, action: str, quantity: int, limit: Decimal, tif: str, account: str) -> PlaceOrder:
    """A limit order as a person enters it at the broker's own screen."""
    rows = (each.split(":") for each in f"{_HEAD} {_MIDDLE} {_TRAILING} {_HEDGE} {_CLEARING} {_LATE} {_TAIL}".split())
    found = {name: _USUAL[kind] for name, kind in rows} | {"exemptCode": -1, "transmit": True, "openClose": "O"}
    found |= {"action": action, "totalQuantity": Decimal(quantity), "orderType": "LMT", "lmtPrice": limit}
    return _placed(0, contract, found | {"tif": tif, "account": account}, (), (), (), "", (), ())


def _placed(
    order_id: int,
    contract: Wanted,
    found: Mapping[str, Echo],
    legs: tuple[OrderLeg, ...],
    leg_prices: tuple[Decimal | None, ...],
    routing: tuple[tuple[str, str], ...],
    algo: str,
    algo_params: tuple[tuple[str, str], ...],
    conditions: tuple[tuple[str, ...], ...],
) -> PlaceOrder:
    quantity, limit = found["totalQuantity"], found["lmtPrice"]
    return PlaceOrder(
        order_id=order_id,
        contract=contract,
        action=str(found["action"]),
        quantity=quantity if isinstance(quantity, Decimal) else ZERO,
        order_type=str(found["orderType"]),
        limit=limit if isinstance(limit, Decimal) else None,
        tif=str(found["tif"]),
        account=str(found["account"]),
        open_close=str(found["openClose"]),
        order_ref=str(found["orderRef"]),
        outside_rth=found["outsideRth"] is True,
        what_if=found["whatIf"] is True,
        legs=legs,
        leg_prices=leg_prices,
        routing=routing,
        algo=algo,
        algo_params=algo_params,
        conditions=conditions,
        rest={name: value for name, value in found.items() if name not in _NAMED},
    )


def _combo(
    fields: Fields,
) -> tuple[tuple[OrderLeg, ...], tuple[Decimal | None, ...], tuple[tuple[str, str], ...]]:
    legs = tuple(_leg(fields) for _ in range(fields.count("comboLegs")))
    prices = tuple(fields.number_or_none("leg price") for _ in range(fields.count("orderComboLegs")))
    return legs, prices, _pairs(fields, "smartComboRoutingParams")


def _leg(fields: Fields) -> OrderLeg:
    con_id, ratio = fields.whole("leg conId"), fields.whole("leg ratio")
    return OrderLeg(
        Leg(con_id, ratio, fields.text("leg action"), fields.text("leg exchange")),
        open_close=fields.whole("leg openClose"),
        short_sale_slot=fields.whole("leg shortSaleSlot"),
        designated_location=fields.text("leg designatedLocation"),
        exempt_code=fields.whole("leg exemptCode"),
    )


def _pairs(fields: Fields, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((fields.text(f"{name} tag"), fields.text(f"{name} value")) for _ in range(fields.count(name)))


def _conditions(fields: Fields, found: dict[str, Echo]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[str, ...]] = []
    for _ in range(fields.count("conditions")):
        kind = fields.whole("condition type")
        if kind not in _CONDITION_FIELDS:
            raise WireError(fields.message_id, "condition type", str(kind), "1, 3, 4, 5, 6 or 7")
        more = (fields.text("condition") for _ in range(_CONDITION_FIELDS[kind] - 1))
        rows.append((str(kind), *more))
    if rows:
        found |= _take(fields, "conditionsIgnoreRth:f conditionsCancelOrder:f")
    return tuple(rows)


def _take_extras(fields: Fields, found: dict[str, Echo], exchange: str, order_type: str) -> None:
    """What some venues and order types have at the very end."""
    if exchange == "IBKRATS":
        found |= _take(fields, "minTradeQty:W")
    if order_type in ("PEG BEST", "PEGBEST"):
        found |= _take(fields, "minCompeteSize:W competeAgainstBestOffset:N")
        if found["competeAgainstBestOffset"] == Decimal("Infinity"):
            found |= _take(fields, _OFFSETS)
    elif order_type in ("PEG MID", "PEGMID"):
        found |= _take(fields, _OFFSETS)


def _take(fields: Fields, table: str) -> dict[str, Echo]:
    """The fields of a table, by name."""
    takers: dict[str, Callable[[str], Echo]] = {
        "t": fields.text,
        "w": fields.whole,
        "W": fields.whole_or_none,
        "n": fields.number,
        "N": fields.number_or_none,
        "f": fields.flag,
        "F": fields.flag_or_none,
    }
    rows = (each.split(":") for each in table.split())
    return {name: takers[kind](name) for name, kind in rows}


def _positive(value: Echo) -> bool:
    return isinstance(value, Decimal) and value > 0
