"""The ring of §9: where each account stands, what holds it there and what moved it last."""

from allusetui.domain.account import Account, Status
from allusetui.domain.event import StateChanged
from allusetui.domain.snapshot import Told
from allusetui.view import words
from allusetui.view.model import Cell, Line, Seen, Tone

_NAME = max(len(status) for status in Status)


def ring(seen: Seen) -> tuple[Line, ...]:
    """The states in their order with the accounts in them, then each account's latches and last transition."""
    accounts = list(seen.snapshot.state.accounts.values())
    moved = _moved(seen)
    stations = [_station(status, [a for a in accounts if a.status is status]) for status in Status]
    return (*stations, (Cell(""),), *(_history(a, moved.get(a.name), seen.snapshot.now_ms) for a in accounts))


def _moved(seen: Seen) -> dict[str, tuple[Told, StateChanged]]:
    """The newest transition of each account that the snapshot still tells of."""
    found: dict[str, tuple[Told, StateChanged]] = {}
    for told in seen.snapshot.tail:
        if isinstance(told.event, StateChanged) and told.event.account is not None:
            found[told.event.account] = told, told.event
    return found


def _station(status: Status, accounts: list[Account]) -> Line:
    """A state of the ring; EMERGENCY stands outside of it."""
    arrow = "  " if status is Status.EMERGENCY else "↺ " if status is Status.RECONCILING else "↓ "
    if not accounts:
        return Cell(f"{arrow}○ {status.value:<{_NAME}}", Tone.DIM), Cell("")
    halted = status is Status.EMERGENCY
    names = " ".join(account.name + ("*" if account.latches else "") for account in accounts)
    return Cell(f"{arrow}● {status.value:<{_NAME}}", Tone.BAD if halted else Tone.PLAIN), Cell(f" {names}")


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
