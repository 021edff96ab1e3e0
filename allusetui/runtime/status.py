"""How an engine stands, as one JSON object: what a shell or a watchdog asks for."""

from typing import Any

from allusetui.domain.account import Account
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.moment import SECOND_MS, iso
from allusetui.domain.money import to_cent
from allusetui.domain.order import Intent, Working
from allusetui.domain.snapshot import Snapshot, Told
from allusetui.domain.worth import equity


def status(snapshot: Snapshot, wall_s: float) -> dict[str, Any]:
    """Money in dollars, `clock` the session's New York time; `wall_s` is the clock of the snapshot's beat."""
    state = snapshot.state
    return {
        "session": snapshot.session,
        "mode": snapshot.mode,
        "clock": iso(snapshot.now_ms),
        "heartbeat_age_s": round(wall_s - snapshot.beat_ms / SECOND_MS, 3),
        "link_up": snapshot.link.up,
        "ended": snapshot.ended,
        "breakers": sorted(state.breakers),
        "approvals_open": len(state.approvals),
        "accounts": [_account(snapshot, account) for account in state.accounts.values()],
        "working_orders": [_order(i, i.order) for i in state.intents.values() if i.order is not None and i.live],
        "last_alert": _alert(snapshot.alerts[-1]) if snapshot.alerts else None,
    }


def _account(snapshot: Snapshot, account: Account) -> dict[str, Any]:
    return {
        "account": account.name,
        "state": account.status.value,
        "latches": sorted(account.latches),
        "no_entries": account.no_entries,
        "equity_usd": float(to_cent(equity(snapshot.volatile, account))),
    }


def _order(intent: Intent, order: Working) -> dict[str, Any]:
    return {
        "client_order_id": order.client_order_id,
        "account": intent.account,
        "purpose": intent.purpose.value,
        "side": intent.side.value,
        "contract": _words(intent.contract),
        "quantity": order.quantity,
        "filled": order.filled,
        "limit": float(order.limit),
        "status": order.status.value,
    }


def _words(contract: Contract) -> str:
    if isinstance(contract, Stock):
        return contract.symbol
    return f"{contract.symbol} {contract.expiry} {contract.strike} {contract.right.value}"


def _alert(told: Told) -> dict[str, Any]:
    event = told.event
    return {
        "at": iso(told.at_ms),
        "account": event.account,
        "severity": getattr(event, "severity", ""),
        "text": getattr(event, "text", ""),
    }
