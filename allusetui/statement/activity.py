"""An activity statement's CSV (sections `Trades,Header,…` and `Trades,Data,…`) as a statement.

Sections and columns: IBKR's reporting guide and statements as delivered. A section may have several headers; each row
is read by the last one above it.
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from allusetui.domain.contract import Contract, Stock
from allusetui.domain.frozen import mutable
from allusetui.domain.money import ZERO
from allusetui.ledger.statement import Ended, StatedCash, StatedEnding, StatedTrade, Statement
from allusetui.statement.values import USD, StatementError, dollars, moment, number, option_of, shown, stock

_STOCKS, _OPTIONS = "Stocks", "Equity and Index Options"
_CODES: Final = {"A": Ended.ASSIGNED, "Ex": Ended.EXERCISED, "Ep": Ended.EXPIRED}
_REASONS: Final = {
    "Dividends": "dividend", "Payment In Lieu Of Dividends": "dividend", "Withholding Tax": "withholding",
    "Interest": "interest", "Fees": "fee", "Deposits & Withdrawals": "transfer",
}  # fmt: skip
_DETAIL: Final = frozenset({"Trade", "Execution"})
_PERIOD: Final = "%B %d, %Y"
_TOTAL: Final = "Total"
Row = Mapping[str, str]


@mutable
class _Activity:
    """What has been read so far. `orders` are sums of `executions`, where the statement has those too."""

    headers: dict[str, list[str]] = field(default_factory=dict)
    account: str = ""
    period: tuple[date, date] | None = None
    orders: list[tuple[StatedTrade, Row]] = field(default_factory=list)
    executions: list[tuple[StatedTrade, Row]] = field(default_factory=list)
    cash: list[StatedCash] = field(default_factory=list)
    held: dict[Contract | str, Decimal] = field(default_factory=dict)
    ending_cash: Decimal | None = None

    def line(self, where: str, cells: list[str]) -> None:
        """One line of the file."""
        if len(cells) < 2:
            return
        section, kind, *rest = cells
        if kind == "Header":
            self.headers[section] = rest
        elif kind == "Data":
            row = self._row(where, section, rest)
            read = _READERS.get(section)
            if read is not None:
                read(self, where, row)
            elif section in _REASONS:
                self.payment(where, row, _REASONS[section])

    def _row(self, where: str, section: str, cells: list[str]) -> Row:
        header = self.headers.get(section)
        if header is None:
            raise StatementError(
                f"{where}: {shown(section)} has data before its header; allowed: the file as delivered"
            )
        if any(cells[len(header) :]):
            raise StatementError(f"{where}: {shown(section)} has more cells than its header; allowed: as delivered")
        return dict(zip(header, [*cells, *([""] * (len(header) - len(cells)))], strict=False))

    def statement(self, where: str, row: Row) -> None:
        if row.get("Field Name") == "Period":
            self.period = _period(row.get("Field Value", ""), where)

    def information(self, where: str, row: Row) -> None:
        name, value = row.get("Field Name"), row.get("Field Value", "").strip()
        if name == "Account":
            self.account = value.split(" ")[0]
        elif name == "Base Currency":
            dollars(value, f"{where}, Base Currency")

    def trade(self, where: str, row: Row) -> None:
        kind = row.get("DataDiscriminator", "")
        if kind != "Order" and kind not in _DETAIL:
            return
        dollars(row.get("Currency", ""), f"{where}, Currency")
        found = StatedTrade(
            where, shown(row.get("Symbol", "")), _contract(row), moment(_of(row, "Date/Time", where), where),
            number(_of(row, "Quantity", where), where), number(_of(row, "T. Price", where), where),
            -number(row.get("Comm/Fee", ""), where),
        )  # fmt: skip
        (self.orders if kind == "Order" else self.executions).append((found, row))

    def payment(self, where: str, row: Row, reason: str) -> None:
        currency, when = row.get("Currency", ""), row.get("Date") or row.get("Settle Date", "")
        if _TOTAL in currency or _TOTAL in row.get("Subtitle", "") or not when:
            return
        dollars(currency, f"{where}, Currency")
        amount = number(_of(row, "Amount", where), where)
        self.cash.append(
            StatedCash(where, moment(when, where).date(), reason, amount, shown(row.get("Description", "")))
        )

    def position(self, where: str, row: Row) -> None:
        if row.get("DataDiscriminator", "Summary") != "Summary":
            return
        dollars(row.get("Currency", ""), f"{where}, Currency")
        key = _contract(row) or shown(row.get("Symbol", ""))
        self.held[key] = self.held.get(key, ZERO) + number(_of(row, "Quantity", where), where)

    def report(self, where: str, row: Row) -> None:
        if row.get("Currency Summary") != "Ending Cash":
            return
        currency, total = row.get("Currency", ""), number(row.get("Total", ""), where)
        if currency == USD:
            self.ending_cash = total
        elif total and currency != "Base Currency Summary":
            dollars(currency, f"{where}, Currency")

    def told(self, wanted: str | None) -> Statement:
        """The statement, once every line is read."""
        if not self.account or self.period is None:
            missing = "Account Information, Account" if not self.account else "Statement, Period"
            raise StatementError(f"{missing}: is missing; allowed: an activity statement's CSV as it was delivered")
        if wanted is not None and wanted != self.account:
            raise StatementError(f"is the statement of {shown(self.account)}; allowed: one of {shown(wanted)}")
        trades: list[StatedTrade] = []
        shares: list[StatedTrade] = []
        endings: list[StatedEnding] = []
        for trade, row in self.executions or self.orders:
            ended = _ended_by(row)
            if ended is None:
                trades.append(trade)
            elif isinstance(trade.contract, Stock):
                shares.append(trade)
            else:
                day, quantity = trade.at.date(), abs(trade.quantity)
                endings.append(StatedEnding(trade.where, trade.label, trade.contract, day, ended, quantity))
        has = self.headers.keys()
        cash = tuple(self.cash) if has & _REASONS.keys() else None
        held = self.held if "Open Positions" in has else None
        if "Trades" not in has:
            return Statement(self.account, *self.period, None, None, (), cash, held, self.ending_cash)
        return Statement(
            self.account, *self.period, tuple(trades), tuple(endings), tuple(shares), cash, held, self.ending_cash
        )


_READERS: Final[Mapping[str, Callable[[_Activity, str, Row], None]]] = {
    "Statement": _Activity.statement,
    "Account Information": _Activity.information,
    "Trades": _Activity.trade,
    "Open Positions": _Activity.position,
    "Cash Report": _Activity.report,
}


def activity(text: str, wanted: str | None) -> Statement:
    """The statement of an activity CSV. Raises StatementError for a file that is none."""
    found = _Activity()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            found.line(f"line {reader.line_num}", cells)
    except csv.Error as error:
        raise StatementError(f"line {reader.line_num}: is not CSV: {error}; allowed: the file as delivered") from None
    return found.told(wanted)


def _of(row: Row, key: str, where: str) -> str:
    value = row.get(key, "").strip()
    if not value:
        raise StatementError(f"{where}: {key} is missing; allowed: an activity statement's CSV as it was delivered")
    return value


def _period(text: str, where: str) -> tuple[date, date]:
    """`January 1, 2026 - January 31, 2026`, or one day."""
    try:
        days = [datetime.strptime(part.strip(), _PERIOD).date() for part in text.split(" - ")]  # noqa: DTZ007 a day
        return days[0], days[-1]
    except ValueError:
        raise StatementError(
            f"{where}: {shown(text)} is no period; allowed: January 1, 2026 - January 31, 2026"
        ) from None


def _ended_by(row: Row) -> Ended | None:
    codes = (code.strip() for code in row.get("Code", "").split(";"))
    return next((_CODES[code] for code in codes if code in _CODES), None)


def _contract(row: Row) -> Contract | None:
    kind, symbol = row.get("Asset Category", ""), row.get("Symbol", "")
    if kind == _STOCKS:
        return stock(symbol)
    return option_of(symbol) if kind == _OPTIONS else None
