"""Between our words and the broker's, once and by table. What has no word of ours raises `UntranslatableError`."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Final

from ib_async import ComboLeg, CommissionReport, OrderState
from ib_async import Contract as TheirContract
from ib_async import Execution as TheirExecution
from ib_async import Order as TheirOrder

from allusetui.broker.ibkr.evidence import DoneSeen, FeeSeen, FillSeen, OpenSeen, Stage
from allusetui.domain.contract import Contract, Option, Right, Side, Stock
from allusetui.domain.moment import NEW_YORK
from allusetui.domain.money import to_price
from allusetui.domain.order import Order

STAGES: Final[Mapping[str, Stage]] = {
    "ApiPending": Stage.PENDING,
    "PendingSubmit": Stage.PENDING,
    "PreSubmitted": Stage.WORKING,
    "Submitted": Stage.WORKING,
    "PendingCancel": Stage.WORKING,
    "Inactive": Stage.INACTIVE,
    "Filled": Stage.FILLED,
    "Cancelled": Stage.CANCELLED,
    "ApiCancelled": Stage.CANCELLED,
}
_SIDES: Final = {"BOT": Side.BUY, "SLD": Side.SELL, "BUY": Side.BUY, "SELL": Side.SELL}
_RIGHTS: Final = {"P": Right.PUT, "PUT": Right.PUT, "C": Right.CALL, "CALL": Right.CALL}
_CLASSES: Final = {"SPX": ("SPXW",), "XSP": ("XSP",), "VIX": ("VIX", "VIXW")}
"""The classes of index options that are ours; SPX itself settles in the morning, which ours do not."""
SMART: Final = "SMART"
"""The exchange that stands in every order: the broker looks for the best one."""
_CURRENCY: Final = "USD"
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._:-]{1,40}", re.ASCII)
_UNSET: Final = 2**31 - 1
_LARGEST: Final = 1e15
"""What is as large, or no number, stands for none."""


class UntranslatableError(ValueError):
    """Something that we have no word for: another kind of contract, an adjusted option, a status nobody has seen."""


def checked(reference: str) -> str:
    """A reference that is fit for the wire: a control byte in it would shift every field after it (0.6)."""
    if not _REFERENCE.fullmatch(reference):
        raise ValueError(f"{reference!r} is no reference for the wire; allowed: 1 to 40 of A-Z a-z 0-9 . _ : -")
    return reference


# Ours → theirs


def wanted(contract: Contract) -> TheirContract:
    """The contract as the broker is asked for it."""
    if isinstance(contract, Stock):
        return TheirContract(secType="STK", symbol=_their(contract.symbol), exchange=SMART, currency=_CURRENCY)
    own = classes(contract.symbol)
    return TheirContract(
        secType="OPT", symbol=_their(contract.symbol), lastTradeDateOrContractMonth=f"{contract.expiry:%Y%m%d}",
        strike=float(contract.strike), right=contract.right.value, multiplier=str(contract.multiplier),
        exchange=SMART, currency=_CURRENCY, tradingClass=own[0] if len(own) == 1 else "",
    )  # fmt: skip


def classes(symbol: str) -> tuple[str, ...]:
    """The trading classes that options on a symbol may have; an adjusted one has another, and is none of ours."""
    return _CLASSES.get(symbol, (symbol.replace(".", ""),))


def single(known: TheirContract, order: Order, code: str, closes: bool) -> tuple[TheirContract, TheirOrder]:
    """A plain limit order for the day, in a contract that the broker has named."""
    return known, _limit(order, order.side, code, closes)


def roll(bought: TheirContract, sold: TheirContract, order: Order, code: str) -> tuple[TheirContract, TheirOrder]:
    """A roll: one combo of two legs that is bought at a net price, negative where it brings money; never one alone."""
    legs = [
        ComboLeg(conId=bought.conId, ratio=1, action="BUY", exchange=SMART),
        ComboLeg(conId=sold.conId, ratio=1, action="SELL", exchange=SMART),
    ]
    bag = TheirContract(
        secType="BAG", symbol=_their(order.contract.symbol), exchange=SMART, currency=_CURRENCY, comboLegs=legs
    )
    return bag, _limit(order, Side.BUY, code, closes=False)


def _limit(order: Order, side: Side, code: str, closes: bool) -> TheirOrder:
    return TheirOrder(
        action=side.value, totalQuantity=order.quantity, orderType="LMT", lmtPrice=float(order.limit), tif="DAY",
        account=checked(code), orderRef=checked(order.client_order_id), openClose="C" if closes else "O",
        transmit=True, outsideRth=False,
    )  # fmt: skip


def _their(symbol: str) -> str:
    return symbol.replace(".", " ")


# Theirs → ours


def contract_of(theirs: TheirContract) -> Contract:
    """Our word for a contract, whichever exchange it names, or none."""
    symbol = theirs.symbol.replace(" ", ".")
    if theirs.currency not in ("", _CURRENCY):
        raise UntranslatableError(f"{symbol} in {theirs.currency}")
    if theirs.secType == "STK":
        return Stock(symbol)
    if theirs.secType != "OPT" or theirs.right not in _RIGHTS:
        raise UntranslatableError(f"{theirs.secType} {symbol}")
    if theirs.tradingClass and theirs.tradingClass not in classes(symbol):
        raise UntranslatableError(f"{symbol} option of class {theirs.tradingClass}")
    expiry = day_told(theirs.lastTradeDateOrContractMonth)
    multiplier = theirs.multiplier or "100"
    if not multiplier.isdecimal() or not isfinite(theirs.strike):
        raise UntranslatableError(f"{symbol} option of multiplier {multiplier}, strike {theirs.strike}")
    strike = Decimal(repr(theirs.strike)) if theirs.strike % 1 else Decimal(int(theirs.strike))
    return Option(symbol, expiry, strike, _RIGHTS[theirs.right], int(multiplier))


def ours(theirs: TheirContract | None) -> Contract | None:
    """Our word for a contract; None where there is no contract, or we have no word for it."""
    try:
        return None if theirs is None else contract_of(theirs)
    except UntranslatableError:
        return None


def stage_of(status: str) -> Stage:
    """How far an order of that status has come."""
    if status not in STAGES:
        raise UntranslatableError(f"order status {status}")
    return STAGES[status]


def opened(contract: TheirContract, order: TheirOrder, state: OrderState, client_id: int) -> OpenSeen:
    """An open order; it has a handle where this client placed it."""
    handle = order.orderId if order.clientId == client_id and order.orderId > 0 else None
    return OpenSeen(
        order.orderRef, order.permId, handle, order.account, stage_of(state.status), contract.symbol,
        whole(float(order.totalQuantity)), contract.secType == "BAG",
    )  # fmt: skip


def done(order: TheirOrder, state: OrderState) -> DoneSeen:
    """A completed order, whose status is what it ended in."""
    stage = stage_of(state.completedStatus.split(" ")[0] if state.status not in STAGES else state.status)
    filled = float(order.filledQuantity)
    return DoneSeen(order.orderRef, order.permId, order.account, stage, whole(filled) if filled < _UNSET else 0)


def filled(contract: TheirContract, execution: TheirExecution) -> FillSeen:
    """One row of an execution."""
    if execution.side not in _SIDES:
        raise UntranslatableError(f"execution side {execution.side}")
    return FillSeen(
        execution.execId, execution.orderRef, execution.permId, execution.acctNumber,
        None if contract.secType == "BAG" else contract_of(contract), _SIDES[execution.side],
        whole(execution.shares), money(execution.price), _day_of(execution.time),
    )  # fmt: skip


def charged(report: CommissionReport) -> FeeSeen:
    """The commission of an execution."""
    if report.currency not in ("", _CURRENCY):
        raise UntranslatableError(f"commission in {report.currency}")
    return FeeSeen(report.execId, money(report.commission))


def money(value: float) -> Decimal:
    """Dollars as the wire has them, to four decimals. Raises UntranslatableError for what stands for none."""
    if not abs(value) < _LARGEST:
        raise UntranslatableError(f"dollars of {value}")
    return to_price(Decimal(repr(float(value))))


def whole(quantity: float) -> int:
    """A number of contracts or shares, none of which we trade in parts. Raises UntranslatableError."""
    if not abs(quantity) < _LARGEST or quantity != int(quantity):
        raise UntranslatableError(f"a quantity of {quantity}")
    return int(quantity)


def day_told(text: str) -> date:
    """The day of `20261016`, also with a time or dashes. Raises UntranslatableError."""
    digits = text.replace("-", "")[:8]
    try:
        return datetime.strptime(digits, "%Y%m%d").replace(tzinfo=NEW_YORK).date()
    except ValueError:
        raise UntranslatableError(f"expiry {text}") from None


def _day_of(moment: datetime) -> date:
    """New York's day of an execution; a time without a zone is New York's."""
    return moment.date() if moment.tzinfo is None else moment.astimezone(NEW_YORK).date()
