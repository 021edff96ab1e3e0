"""How an engine stands, as one JSON object: what a shell or a watchdog asks for."""

from collections.abc import Mapping
from typing import Any

from allusetui import __version__
from allusetui.domain.account import Account
from allusetui.domain.contract import Contract, Stock
from allusetui.domain.moment import SECOND_MS, iso
from allusetui.domain.money import to_cent
from allusetui.domain.order import Intent, Working
from allusetui.domain.snapshot import Snapshot, Told
from allusetui.domain.state import Approval
from allusetui.domain.worth import equity


def status(snapshot: Snapshot, wall_s: float) -> dict[str, Any]:
    """Money in dollars, `clock` the session's New York time; `wall_s` is the clock of the snapshot's beat.

    Ages are of the wall's seconds. `data_age_s`: since the market's last quote while it trades, since the link was lost
    while it is down, None where nothing is known of it. `link_trouble`: why it is down, where the broker's side says.
    """
    state = snapshot.state
    heartbeat_age_s = wall_s - snapshot.beat_ms / SECOND_MS
    heard_ms = snapshot.link.message_age_ms
    return {
        "version": __version__,
        "session": snapshot.session,
        "mode": snapshot.mode,
        "clock": iso(snapshot.now_ms),
        "heartbeat_age_s": round(heartbeat_age_s, 3),
        "link_up": snapshot.link.up,
        "link_trouble": snapshot.link.trouble,
        "data_age_s": None if heard_ms is None else round(heard_ms / SECOND_MS + heartbeat_age_s, 3),
        "ended": snapshot.ended,
        "breakers": sorted(state.breakers),
        "approvals_open": len(state.approvals),
        "approvals": [_approval(approval) for approval in state.approvals.values()],
        "accounts": [_account(snapshot, account) for account in state.accounts.values()],
        "working_orders": [_order(i, i.order) for i in state.intents.values() if i.order is not None and i.live],
        "last_alert": _alert(snapshot.alerts[-1]) if snapshot.alerts else None,
    }


def silences(found: Mapping[str, Any], max_age_s: float) -> list[str]:
    """What of a `status` has been silent for longer than `max_age_s`, each in a few words; empty where all lives."""
    if found["ended"]:
        return ["the engine has ended"]
    heartbeat, data = found["heartbeat_age_s"], found["data_age_s"]
    silent = [f"no heartbeat for {heartbeat:.0f} s"] if heartbeat > max_age_s else []
    if data is not None and data > max_age_s:
        silent.append(f"no data for {data:.0f} s" if found["link_up"] else f"no link to the broker for {data:.0f} s")
    return silent


def _approval(approval: Approval) -> dict[str, Any]:
    return {
        "id": approval.id,
        "account": approval.account,
        "subject": approval.subject,
        "purpose": approval.purpose.value if approval.purpose else None,
        "contract": _words(approval.contract) if approval.contract else None,
    }


def _account(snapshot: Snapshot, account: Account) -> dict[str, Any]:
    held = [(contract, account.quantity(contract)) for contract in account.lots]
    return {
        "account": account.name,
        "state": account.status.value,
        "latches": sorted(account.latches),
        "no_entries": account.no_entries,
        "equity_usd": float(to_cent(equity(snapshot.volatile, account))),
        "positions": [{"contract": _words(contract), "quantity": quantity} for contract, quantity in held],
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
