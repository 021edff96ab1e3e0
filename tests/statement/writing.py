"""A journal's period as the broker would state it: a Flex query's XML, or an activity statement's CSV."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import quoteattr

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option
from allusetui.domain.moment import day_of, local
from allusetui.ledger.ours import ours
from allusetui.ledger.statement import Ended

ACCOUNT = "U1234567"
Records = list[tuple[int, int, ev.Event]]
Row = dict[str, str]
_CODES = {Ended.ASSIGNED: "A", Ended.EXERCISED: "Ex", Ended.EXPIRED: "Ep"}
_ACTIONS = {Ended.ASSIGNED: "Assignment", Ended.EXERCISED: "Exercise", Ended.EXPIRED: "Expiration"}
_TYPES = {
    "dividend": "Dividends", "interest": "Broker Interest Received", "fee": "Other Fees",
    "deposit": "Deposits & Withdrawals", "withdrawal": "Deposits & Withdrawals", "tax": "Deposits & Withdrawals",
}  # fmt: skip
_SECTIONS = {
    "dividend": "Dividends", "interest": "Interest", "fee": "Fees", "deposit": "Deposits & Withdrawals",
    "withdrawal": "Deposits & Withdrawals", "tax": "Deposits & Withdrawals",
}  # fmt: skip


@dataclass
class Stated:
    """The rows of a statement by element, to be changed before they are written."""

    first: date
    last: date
    rows: dict[str, list[Row]] = field(default_factory=dict)
    account: str = ACCOUNT

    def change(self, element: str, number: int, **values: str) -> "Stated":
        self.rows[element][number].update(values)
        return self

    def xml(self) -> bytes:
        said = "".join(
            f"<{element if element == 'OptionEAE' else container}>"
            + "".join(f"<{element} {_attributes(row)} />" for row in self.rows.get(element, []))
            + f"</{element if element == 'OptionEAE' else container}>\n"
            for element, container in _CONTAINERS.items()
            if element in self.rows
        )
        head = f'<FlexStatement accountId="{self.account}" fromDate="{self.first:%Y%m%d}" toDate="{self.last:%Y%m%d}"'
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<FlexQueryResponse queryName="q" type="AF">\n'
            f'<FlexStatements count="1">\n{head} period="Custom" whenGenerated="20270101;000000">\n{said}'
            "</FlexStatement>\n</FlexStatements>\n</FlexQueryResponse>\n"
        ).encode()

    def csv(self) -> str:
        file = io.StringIO(newline="")
        write = csv.writer(file).writerow
        period = " - ".join(f"{day:%B} {day.day}, {day.year}" for day in (self.first, self.last))
        write(["Statement", "Header", "Field Name", "Field Value"])
        write(["Statement", "Data", "Period", period])
        write(["Account Information", "Header", "Field Name", "Field Value"])
        write(["Account Information", "Data", "Account", self.account])
        write(["Account Information", "Data", "Base Currency", "USD"])
        self._csv_trades(write)
        self._csv_cash(write)
        write(["Open Positions", "Header", "DataDiscriminator", "Asset Category", "Currency", "Symbol", "Quantity"])
        for row in self.rows["OpenPosition"]:
            write(["Open Positions", "Data", "Summary", _category(row), "USD", _symbol(row), row["position"]])
        write(["Open Positions", "Total", "", "Stocks", "USD", "", ""])
        write(["Cash Report", "Header", "Currency Summary", "Currency", "Total", "Securities"])
        for row in self.rows["CashReportCurrency"]:
            write(["Cash Report", "Data", "Ending Cash", "Base Currency Summary", row["endingCash"], ""])
            write(["Cash Report", "Data", "Ending Cash", "USD", row["endingCash"], ""])
        return file.getvalue()

    def _csv_trades(self, write: Callable[[list[str]], object]) -> None:
        head = "DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,Proceeds,Comm/Fee,Code"
        write(["Trades", "Header", *head.split(",")])
        for row in self.rows["Trade"]:
            at = row["dateTime"]
            when = f"{at[:4]}-{at[4:6]}-{at[6:8]}, {at[9:11]}:{at[11:13]}:{at[13:15]}"
            cells = [when, row["quantity"], row["tradePrice"], "", row["ibCommission"], f"O;{row.get('notes', '')}"]
            write(["Trades", "Data", "Order", _category(row), "USD", _symbol(row), *cells])
        write(["Trades", "SubTotal", "", "Stocks", "USD", "AAPL", "", "", "", "", "", ""])

    def _csv_cash(self, write: Callable[[list[str]], object]) -> None:
        for row in self.rows["CashTransaction"]:
            at = row["dateTime"]
            section = row["section"]
            write([section, "Header", "Currency", "Date", "Description", "Amount"])
            write([section, "Data", "USD", f"{at[:4]}-{at[4:6]}-{at[6:8]}", row["description"], row["amount"]])
            write([section, "Data", "Total", "", "", row["amount"]])


_CONTAINERS = {
    "Trade": "Trades", "OptionEAE": "OptionEAE", "CashTransaction": "CashTransactions",
    "OpenPosition": "OpenPositions", "CashReportCurrency": "CashReport",
}  # fmt: skip


def stated(records: Records, first: date | None = None, last: date | None = None) -> Stated:
    """What the broker would say of a journal's days."""
    first = first or day_of(records[0][1])
    last = last or day_of(records[-1][1])
    period = [row for row in records if first <= day_of(row[1]) <= last]
    mine = ours(records, first, last)
    told = Stated(first, last, {element: [] for element in _CONTAINERS})
    told.rows["Trade"] = [_trade(*row) for row in period if isinstance(row[2], ev.OrderFilled)]
    for number, ending in enumerate(mine.endings):
        at, row_id = f"{ending.day:%Y%m%d};162000", f"t{number}"
        booked = {"transactionType": "BookTrade", "notes": _CODES[ending.ended], "ibCommission": "0", "dateTime": at}
        gone = {**_of(ending.contract), "quantity": str(ending.quantity), "tradePrice": "0", "tradeID": row_id}
        told.rows["Trade"].append({**gone, **booked})
        event = {"transactionType": _ACTIONS[ending.ended], "date": f"{ending.day:%Y%m%d}"}
        told.rows["OptionEAE"].append({**gone, **event})
        if ending.stock is not None:
            legs = {"quantity": str(ending.shares), "tradePrice": str(ending.strike), "tradeID": f"{row_id}s"}
            told.rows["Trade"].append({**_of(ending.stock), **legs, **booked})
            side = {"transactionType": "Buy" if ending.shares > 0 else "Sell", "date": event["date"]}
            told.rows["OptionEAE"].append({**_of(ending.stock), **legs, **side})
    told.rows["CashTransaction"] = [_cash(*row) for row in period if isinstance(row[2], ev.CashBooked)]
    told.rows["OpenPosition"] = [{**_of(contract), "position": str(held)} for contract, held in mine.held.items()]
    told.rows["CashReportCurrency"] = [{"accountId": ACCOUNT, "currency": "USD", "endingCash": str(mine.cash)}]
    return told


def _trade(seq: int, at_ms: int, event: ev.Event) -> Row:
    assert isinstance(event, ev.OrderFilled)
    return {
        **_of(event.contract), "transactionType": "ExchTrade", "ibExecID": event.exec_id,
        "dateTime": f"{local(at_ms):%Y%m%d;%H%M%S}", "quantity": str(event.side.sign * event.quantity),
        "buySell": event.side.value, "tradePrice": str(event.price), "ibCommission": str(-event.commission),
        "ibCommissionCurrency": "USD", "orderReference": event.client_order_id, "levelOfDetail": "EXECUTION",
        "notes": "P",
    }  # fmt: skip


def _cash(seq: int, at_ms: int, event: ev.Event) -> Row:
    assert isinstance(event, ev.CashBooked)
    return {
        "accountId": ACCOUNT, "currency": "USD", "type": _TYPES[event.reason], "amount": str(event.amount),
        "dateTime": f"{local(at_ms):%Y%m%d;%H%M%S}", "description": f"{event.symbol or ''} {event.reason}",
        "section": _SECTIONS[event.reason], "levelOfDetail": "DETAIL",
    }  # fmt: skip


def _of(contract: Contract) -> Row:
    base = {"accountId": ACCOUNT, "currency": "USD"}
    if not isinstance(contract, Option):
        return {**base, "assetCategory": "STK", "symbol": contract.symbol}
    osi = f"{contract.symbol:<6}{contract.expiry:%y%m%d}{contract.right.value}{int(contract.strike * 1000):08}"
    return {
        **base, "assetCategory": "OPT", "symbol": osi, "underlyingSymbol": contract.symbol,
        "strike": str(contract.strike), "expiry": f"{contract.expiry:%Y%m%d}", "putCall": contract.right.value,
        "multiplier": str(contract.multiplier),
    }  # fmt: skip


def _category(row: Row) -> str:
    return "Stocks" if row["assetCategory"] == "STK" else "Equity and Index Options"


def _symbol(row: Row) -> str:
    """`AAPL 06MAR26 195 P`, as an activity statement writes it."""
    if row["assetCategory"] == "STK":
        return row["symbol"]
    expiry = date.fromisoformat(f"{row['expiry'][:4]}-{row['expiry'][4:6]}-{row['expiry'][6:]}")
    return f"{row['underlyingSymbol']} {f'{expiry:%d%b%y}'.upper()} {row['strike']} {row['putCall']}"


def _attributes(row: Row) -> str:
    return " ".join(f"{key}={quoteattr(value)}" for key, value in row.items() if key != "section")


def without(rows: Iterable[Row], *keys: str) -> list[Row]:
    """The rows without some of their fields: a query in which those were not chosen."""
    return [{key: value for key, value in row.items() if key not in keys} for row in rows]
