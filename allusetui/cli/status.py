"""`allusetui status`: how an engine stands, for a person, a program or a watchdog."""

import json
from pathlib import Path
from typing import Any

from allusetui.cli.say import FAILED, complain, folder_of
from allusetui.domain.text import untrusted
from allusetui.runtime.remote import status
from allusetui.runtime.status import silences
from allusetui.runtime.talk import ControlError


def show_status(
    session: str, account: str | None, max_age_s: float | None, as_json: bool, sessions: Path | None
) -> None:
    """Print how the session stands; with `max_age_s` only judge it, exit code 1 where something is silent."""
    try:
        found = status(folder_of(session, sessions))
    except ControlError as error:
        raise complain(str(error)) from None
    if account is not None:
        _keep(found, account)
    if as_json:
        print(json.dumps(found))
    elif max_age_s is None:
        print("\n".join(_lines(found)))
    if max_age_s is not None and (silent := silences(found, max_age_s)):
        raise complain(f"session {found['session']}: {', '.join(silent)}", FAILED)


def _keep(found: dict[str, Any], account: str) -> None:
    """Leave out what is another account's."""
    names = [row["account"] for row in found["accounts"]]
    if account not in names:
        raise complain(f"no account {untrusted(account, 40)}; there are {', '.join(names)}")
    for part in ("accounts", "working_orders", "approvals"):
        found[part] = [row for row in found[part] if row["account"] == account]


def _lines(found: dict[str, Any]) -> list[str]:
    data = "?" if found["data_age_s"] is None else f"{found['data_age_s']:.1f} s"
    link = "up" if found["link_up"] else " ".join(filter(None, ("DOWN", found["link_trouble"])))
    ended = ", ENDED" if found["ended"] else ""
    lines = [
        f"{found['session']} {found['mode']} {found['clock']}, allusetui {found['version']}{ended}",
        f"heartbeat {found['heartbeat_age_s']:.1f} s, link {link}, data {data}",
    ]
    if found["breakers"]:
        lines.append(f"breakers: {', '.join(found['breakers'])}")
    for row in found["accounts"]:
        held_back = [*row["latches"], *(["no entries"] if row["no_entries"] else [])]
        said = ", ".join(held_back) or "–"
        lines.append(f"{row['account']:<8} {row['state']:<12} {said:<20} {row['equity_usd']:>15,.2f}")
        lines += [f"  {p['quantity']:>+6} {p['contract']}" for p in row["positions"]]
    for order in found["working_orders"]:
        filled = f"{order['filled']}/{order['quantity']}"
        what = f"{order['purpose']} {order['side']} {filled} {order['contract']} at {order['limit']}"
        lines.append(f"order {order['account']} {what} {order['status']}")
    lines += [_asked(approval) for approval in found["approvals"]]
    if (alert := found["last_alert"]) is not None:
        lines.append(f"{alert['severity']} {alert['at']} {alert['text']}")
    return lines


def _asked(approval: dict[str, Any]) -> str:
    """A suggestion is answered where its evidence is shown: a yes journals the hash of that."""
    if approval["account"] is None:
        return f"asked {approval['subject']} of the law: a dashboard shows and answers it"
    if approval["contract"] is None:
        return f"asked {approval['account']} {approval['subject']} suggestion: a dashboard shows and answers it"
    return f"asked {approval['account']} {approval['purpose']} {approval['contract']}: approve or refuse"
