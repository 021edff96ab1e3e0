"""What was traded, an intent and contract a line: all its fills together, what was corrected taken out."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from allusetui.domain import event as ev
from allusetui.domain.contract import Contract, Option, Side
from allusetui.domain.frozen import frozen, mutable
from allusetui.domain.money import ZERO
from allusetui.domain.order import Purpose
from allusetui.domain.text import untrusted
from allusetui.ledger.dated import Dated


@frozen
class Trade:
    """`price`: the average of its fills, dollars a share; `purpose` None where the order is not known."""

    account: str
    purpose: Purpose | None
    side: Side
    quantity: int
    contract: Contract
    price: Decimal


@mutable
class _Sum:
    account: str
    quantity: int = 0
    paid: Decimal = ZERO


def trades_of(rows: Iterable[Dated], purposes: Mapping[str, Purpose]) -> tuple[Trade, ...]:
    """The trades of fills, in the order of their first fill; one that was taken back whole is none."""
    sums: dict[tuple[str, Contract], _Sum] = {}
    for row in rows:
        event = row.event
        if isinstance(event, ev.OrderFilled) and event.account is not None:
            found = sums.setdefault((event.intent, event.contract), _Sum(event.account))
            found.quantity += event.side.sign * event.quantity
            found.paid += event.side.sign * event.quantity * event.price
    return tuple(
        Trade(
            found.account, purposes.get(intent), Side.BUY if found.quantity > 0 else Side.SELL, abs(found.quantity),
            contract, found.paid / found.quantity,
        )
        for (intent, contract), found in sums.items() if found.quantity
    )  # fmt: skip


def trade_line(trade: Trade) -> str:
    """`GEN entry: sold 5 AAPL 2026-03-13 195 P at 1.50`."""
    done = "bought" if trade.side is Side.BUY else "sold"
    why = trade.purpose.value.replace("_", " ") if trade.purpose else "not known"
    return untrusted(f"{trade.account} {why}: {done} {trade.quantity} {named(trade.contract)} at {_price(trade.price)}")


def named(contract: Contract) -> str:
    """`SPX 2020-12-18 2650 P`; a stock is its symbol."""
    if not isinstance(contract, Option):
        return contract.symbol
    strike = f"{contract.strike.normalize():f}"
    return f"{contract.symbol} {contract.expiry.isoformat()} {strike} {contract.right.value}"


def trade_data(rows: Iterable[Trade]) -> list[dict[str, object]]:
    """Trades for JSON."""
    return [
        {
            "account": row.account, "purpose": row.purpose.value if row.purpose else None, "side": row.side.value,
            "quantity": row.quantity, "contract": named(row.contract), "price": round(float(row.price), 4),
        }
        for row in rows
    ]  # fmt: skip


def _price(price: Decimal) -> str:
    """To the cent, or to the fourth decimal where there are more."""
    exact = f"{price:,.4f}"
    return exact[:-2] if exact.endswith("00") else exact
