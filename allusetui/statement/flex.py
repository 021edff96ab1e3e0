"""A Flex query's XML (Activity: Trades, OptionEAE, CashTransactions, OpenPositions, CashReport) as a statement.

Element and attribute names: IBKR's Flex query reference, as public readers of it have them. A file with a document type
is refused: entities are never read, and nothing outside the file is.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Final, NoReturn
from xml.parsers import expat

from allusetui.domain.contract import Contract
from allusetui.domain.frozen import mutable
from allusetui.domain.money import ZERO
from allusetui.ledger.statement import Ended, StatedCash, StatedEnding, StatedTrade, Statement
from allusetui.statement.values import StatementError, day, dollars, moment, number, option, option_of, shown, stock

_STOCK, _OPTION = "STK", "OPT"
_BOOKED, _CANCELLED = "BookTrade", "TradeCancel"
_CODES: Final = {"A": Ended.ASSIGNED, "Ex": Ended.EXERCISED, "Ep": Ended.EXPIRED}
_ACTIONS: Final = {
    "Assignment": Ended.ASSIGNED, "Exercise": Ended.EXERCISED, "Expiration": Ended.EXPIRED,
    "Cash Settlement": Ended.EXPIRED,
}  # fmt: skip
_REASONS: Final = {
    "Dividends": "dividend", "Payment In Lieu Of Dividends": "dividend", "Withholding Tax": "withholding",
    "Broker Interest Received": "interest", "Broker Interest Paid": "interest", "Other Fees": "fee",
    "Commission Adjustments": "fee", "Deposits & Withdrawals": "transfer", "Deposits/Withdrawals": "transfer",
}  # fmt: skip
_SUMMED: Final = frozenset({"SUMMARY", "ORDER", "SYMBOL_SUMMARY", "ASSET_SUMMARY", "CLOSED_LOT", "WASH_SALE"})
Row = Mapping[str, str]


@mutable
class _Flex:
    """What has been read so far; `wanted`: the broker account that was asked for, None for the file's only one."""

    wanted: str | None
    accounts: dict[str, tuple[date, date]] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    trades: list[StatedTrade] = field(default_factory=list)
    shares: dict[str, StatedTrade] = field(default_factory=dict)
    endings: dict[str, StatedEnding] = field(default_factory=dict)
    cash: list[StatedCash] = field(default_factory=list)
    held: dict[Contract | str, Decimal] = field(default_factory=dict)
    ending_cash: Decimal | None = None
    count: int = 0

    def element(self, name: str, row: Row) -> None:
        """One element's start; those that tell nothing of ours are passed over."""
        self.count += 1
        self.sections.add(name)
        where = f"{name} {self.count}"
        read = _READERS.get(name)
        if name == "FlexStatementResponse":
            raise StatementError("is an answer of the Flex service, no statement; allowed: the file that it refers to")
        if read is not None and row and (name == "FlexStatement" or self._is_mine(row)):
            read(self, where, row)

    def _is_mine(self, row: Row) -> bool:
        named = row.get("accountId", "")
        return self.wanted is None or named in ("", self.wanted)

    def statement(self, where: str, row: Row) -> None:
        account = row.get("accountId", "").strip()
        if not account:
            raise StatementError(f"{where}: accountId is missing; allowed: a Flex query as it was delivered")
        self.accounts[account] = day(_of(row, "fromDate", where), where), day(_of(row, "toDate", where), where)

    def information(self, where: str, row: Row) -> None:
        dollars(row.get("currency", ""), f"{where}, currency")

    def trade(self, where: str, row: Row) -> None:
        if row.get("levelOfDetail", "") in _SUMMED:
            return
        dollars(row.get("currency", ""), f"{where}, currency")
        dollars(row.get("ibCommissionCurrency", ""), f"{where}, ibCommissionCurrency")
        fees = number(row.get("ibCommission", ""), where) + number(row.get("taxes", ""), where)
        found = StatedTrade(
            where, shown(row.get("symbol", "")), _contract(row, where),
            moment(row.get("dateTime") or _of(row, "tradeDate", where), where), _signed(row, where),
            number(_of(row, "tradePrice", where), where), -fees, row.get("ibExecID", ""),
            row.get("orderReference", ""),
        )  # fmt: skip
        if row.get("transactionType") == _CANCELLED:
            self._cancel(found)
            return
        ended = _ended_by(row)
        if ended is None:
            self.trades.append(found)
        elif row.get("assetCategory") == _OPTION:
            self._end(
                row, StatedEnding(where, found.label, found.contract, found.at.date(), ended, abs(found.quantity))
            )
        else:
            self.shares[row.get("tradeID") or where] = found

    def _cancel(self, cancelled: StatedTrade) -> None:
        """A cancel repeats the trade the other way round; what it takes back never happened."""
        for trade in self.trades:
            same = trade.exec_id == cancelled.exec_id and trade.contract == cancelled.contract
            if same and trade.quantity == -cancelled.quantity and trade.price == cancelled.price:
                self.trades.remove(trade)
                return
        self.trades.append(cancelled)

    def ending(self, where: str, row: Row) -> None:
        dollars(row.get("currency", ""), f"{where}, currency")
        ended, when = _ACTIONS.get(row.get("transactionType", "")), day(_of(row, "date", where), where)
        contract, label = _contract(row, where), shown(row.get("symbol", ""))
        quantity = number(_of(row, "quantity", where), where)
        if ended is not None:
            self._end(row, StatedEnding(where, label, contract, when, ended, abs(quantity)))
        elif row.get("assetCategory") == _STOCK:
            price, at = number(row.get("tradePrice", ""), where), moment(_of(row, "date", where), where)
            found = StatedTrade(where, label, contract, at, quantity, price, ZERO)
            self.shares.setdefault(row.get("tradeID") or where, found)

    def _end(self, row: Row, found: StatedEnding) -> None:
        """Trades and OptionEAE tell of the same ending, by one trade id."""
        self.endings.setdefault(row.get("tradeID") or found.where, found)

    def payment(self, where: str, row: Row) -> None:
        if row.get("levelOfDetail", "") == "SUMMARY":
            return
        dollars(row.get("currency", ""), f"{where}, currency")
        when = row.get("dateTime") or row.get("settleDate") or _of(row, "reportDate", where)
        reason = _REASONS.get(row.get("type", ""), "other")
        label = shown(row.get("description", "") or row.get("type", ""))
        amount = number(_of(row, "amount", where), where)
        self.cash.append(StatedCash(where, moment(when, where).date(), reason, amount, label))

    def position(self, where: str, row: Row) -> None:
        if row.get("levelOfDetail", "") == "LOT":
            return
        dollars(row.get("currency", ""), f"{where}, currency")
        key = _contract(row, where) or shown(row.get("symbol", ""))
        self.held[key] = self.held.get(key, ZERO) + number(_of(row, "position", where), where)

    def report(self, where: str, row: Row) -> None:
        ending = number(row.get("endingCash", ""), where)
        if row.get("currency") == "BASE_SUMMARY":
            return
        if ending:
            dollars(row.get("currency", ""), f"{where}, currency")
        if row.get("currency") == "USD":
            self.ending_cash = ending

    def told(self) -> Statement:
        """The statement of the one account."""
        account = self._account()
        if not self.trades and "Order" in self.sections:
            raise StatementError("Trades: has orders without executions; allowed: a query with Executions chosen")
        trades = tuple(self.trades) if "Trades" in self.sections else None
        ended = tuple(self.endings.values()) if self.sections & {"OptionEAE", "Trades"} else None
        cash = tuple(self.cash) if "CashTransactions" in self.sections else None
        held = self.held if "OpenPositions" in self.sections else None
        shares = tuple(self.shares.values())
        return Statement(account, *self.accounts[account], trades, ended, shares, cash, held, self.ending_cash)

    def _account(self) -> str:
        named = ", ".join(map(shown, self.accounts))
        if not self.accounts:
            raise StatementError("holds no FlexStatement; allowed: a Flex query as it was delivered")
        if self.wanted is not None and self.wanted not in self.accounts:
            raise StatementError(f"is the statement of {named}; allowed: one of {shown(self.wanted)}")
        if self.wanted is None and len(self.accounts) > 1:
            raise StatementError(f"is the statement of several accounts: {named}; allowed: --broker-account with one")
        return self.wanted or next(iter(self.accounts))


_READERS: Final[Mapping[str, Callable[[_Flex, str, Row], None]]] = {
    "FlexStatement": _Flex.statement,
    "AccountInformation": _Flex.information,
    "Trade": _Flex.trade,
    "OptionEAE": _Flex.ending,
    "CashTransaction": _Flex.payment,
    "OpenPosition": _Flex.position,
    "CashReportCurrency": _Flex.report,
}


def flex(data: bytes, wanted: str | None) -> Statement:
    """The statement of a Flex query's XML. Raises StatementError for a file that is none, or that has entities."""
    found, parser = _Flex(wanted), expat.ParserCreate()
    parser.StartElementHandler = found.element
    parser.StartDoctypeDeclHandler = _refuse_entities
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise StatementError(f"line {error.lineno}: is not XML: {reason}; allowed: the file as delivered") from None
    except (LookupError, ValueError):
        raise StatementError("is not XML in any known encoding; allowed: the file as delivered") from None
    return found.told()


def _refuse_entities(*_: object) -> NoReturn:
    raise StatementError("has a document type, which may hide entities; allowed: a Flex query as it was delivered")


def _of(row: Row, key: str, where: str) -> str:
    value = row.get(key, "").strip()
    if not value:
        raise StatementError(f"{where}: {key} is missing; allowed: a query with this field chosen")
    return value


def _signed(row: Row, where: str) -> Decimal:
    """IBKR writes sales below zero; a reader that is told the side goes by it."""
    quantity = number(_of(row, "quantity", where), where)
    if row.get("transactionType") == _CANCELLED or not row.get("buySell"):
        return quantity
    return -abs(quantity) if row["buySell"].startswith("SELL") else abs(quantity)


def _ended_by(row: Row) -> Ended | None:
    """How a booked trade came about; None for one of the exchange."""
    codes = row.get("notes", "").replace(",", ";").split(";")
    found = next((_CODES[code.strip()] for code in codes if code.strip() in _CODES), None)
    return found if row.get("transactionType", _BOOKED) == _BOOKED else None


def _contract(row: Row, where: str) -> Contract | None:
    kind, symbol = row.get("assetCategory", ""), row.get("symbol", "")
    if kind == _STOCK:
        return stock(symbol)
    if kind != _OPTION:
        return None
    if not (row.get("strike") and row.get("expiry") and row.get("putCall")):
        return option_of(symbol)
    root = row.get("underlyingSymbol") or symbol.split(" ")[0]
    multiplier = number(row.get("multiplier", "") or "100", where)
    strike = number(row["strike"], where)
    return option(root, day(row["expiry"], where), strike, row["putCall"], multiplier)
