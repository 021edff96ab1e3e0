"""What an event of the journal has to do with: by this its causes are found."""

from allusetui.domain.event import EntryPlanned, EntrySkipped, Event
from allusetui.domain.snapshot import Told

Tie = tuple[str, object]


def entered(event: Event) -> str | None:
    """The symbol whose entry an event tells of."""
    match event:
        case EntrySkipped():
            return event.symbol
        case EntryPlanned():
            return event.contract.symbol
        case _:
            return None


def ties(told: Told) -> set[Tie]:
    """What an event has to do with: an order, a contract, an entry; else what happened at the same instant."""
    event = told.event
    found: set[Tie] = {(name, getattr(event, name, None)) for name in ("intent", "contract")}
    if isinstance(event, EntrySkipped | EntryPlanned):
        found.add(("entry", (event.window, entered(event))))
    own: set[Tie] = {(name, (event.account, value)) for name, value in found if value is not None}
    return own or {("instant", (event.account, told.at_ms))}
