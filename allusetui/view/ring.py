"""The ring of §9: where each account stands, what holds it there and what moved it last."""

from allusetui.domain.account import Account, Status
from allusetui.domain.event import StateChanged
from allusetui.domain.snapshot import Told
from allusetui.view import words
from allusetui.view.model import Cell, Line, Seen, Tone

_OUTSIDE = (Status.EMERGENCY, Status.MAINTENANCE, Status.AUDIT)
_INSIDE = tuple(status for status in Status if status not in _OUTSIDE)
_TONES = {Status.EMERGENCY: Tone.BAD, Status.MAINTENANCE: Tone.WARN}
_NAME = max(len(status) for status in _INSIDE)


def ring(seen: Seen) -> tuple[Line, ...]:
    """The states in their order with the accounts in them, then each account's latches and last transition."""
    accounts = list(seen.snapshot.state.accounts.values())
    moved = _moved(seen)
    stations = [_station(status, [a for a in accounts if a.status is status]) for status in _INSIDE]
    stations.append(_outside(accounts))
    return (*stations, (Cell(""),), *(_history(a, moved.get(a.name), seen.snapshot.now_ms) for a in accounts))


def _moved(seen: Seen) -> dict[str, tuple[Told, StateChanged]]:
    """The last transition of each account that has ever moved."""
    moves = ((told, told.event) for told in seen.snapshot.moves)
    return {event.account: (told, event) for told, event in moves if isinstance(event, StateChanged) and event.account}


def _station(status: Status, accounts: list[Account]) -> Line:
    """A state of the ring."""
    arrow = "↺ " if status is Status.RECONCILING else "↓ "
    if not accounts:
        return Cell(f"{arrow}○ {status.value:<{_NAME}}", Tone.DIM), Cell("")
    return Cell(f"{arrow}● {status.value:<{_NAME}}", Tone.PLAIN), Cell(f" {_names(accounts)}")


def _outside(accounts: list[Account]) -> Line:
    """The states that stand outside of the ring, in one line."""
    cells = [Cell(" ", Tone.DIM)]
    for status in _OUTSIDE:
        found = [account for account in accounts if account.status is status]
        if found:
            cells += [Cell(f" ● {status.value}", _TONES.get(status, Tone.PLAIN)), Cell(f" {_names(found)}")]
        else:
            cells.append(Cell(f" ○ {status.value}", Tone.DIM))
    return tuple(cells)


def _names(accounts: list[Account]) -> str:
    return " ".join(account.name + ("*" if account.latches else "") for account in accounts)


def _history(account: Account, moved: tuple[Told, StateChanged] | None, now_ms: int) -> Line:
    held = ", ".join(sorted(latch.value for latch in account.latches))
    latches = Cell(f" *{held}", Tone.BAD) if held else Cell("")
    if moved is None:
        return Cell(f"{account.name} "), Cell("has not moved lately", Tone.DIM), latches
    told, event = moved
    when = words.moment(told.at_ms, now_ms)
    return (
        Cell(f"{account.name} "),
        Cell(f"{when} {event.from_} → {event.to}"),
        Cell(f" ({event.reason.replace('_', ' ')})", Tone.DIM),
        latches,
    )
