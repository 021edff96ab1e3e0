"""On the wire: messages of each class that are lost, late, doubled, out of order or in pieces; ids; the link itself."""

from functools import partial
from typing import Final

from allusetui.broker.gateway.commands import Cut, LoseLink, Notice, Restart, RestoreLink, SetNextId
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.torture.dice import Throws
from allusetui.torture.rig import Rig
from allusetui.torture.sites.site import Done
from allusetui.torture.wire import CLIENT

_SAID: Final = {
    "acks": (3,), "orders": (5,), "fills": (11,), "fees": (59,), "errors": (4,), "ends": (53, 55, 62, 102),
    "book": (61, 63, 64), "quotes": (1, 2, 58), "greeks": (21,), "contracts": (10, 52), "chains": (75, 76),
    "bars": (17,), "hours": (49,), "any": (None,),
}  # fmt: skip
"""What the gateway says, by its messages: ends are what closes a list of orders, executions or positions."""
_HEARD: Final = {"place": (3,), "cancel": (4,), "questions": (5, 7, 61, 62), "anything": (None,)}
_ROWS: Final = {
    "acks": (9, 12), "orders": (9,), "fills": (10, 19), "fees": (10,), "errors": (9,), "ends": (18,), "book": (18, 19),
    "place": (9,), "cancel": (12,), "questions": (18,),
    **dict.fromkeys(("quotes", "greeks", "contracts", "chains", "bars", "hours"), (25,)),
}  # fmt: skip
_OTHERS: Final = (18,)
_MOST: Final = 3
_LONGEST_MS: Final = 8_000
_LATEST_MS: Final = 6_000
_DATA_LOST: Final = 0.3
_NOTICES: Final = (
    (2103, "Market data farm connection is broken:usopt"),
    (2104, "Market data farm connection is OK:usopt"),
    (2105, "HMDS data farm connection is broken:ushmds"),
    (2110, "Connectivity between Trader Workstation and server is broken. It will be restored automatically."),
    (1100, "Connectivity between IBKR and Trader Workstation has been lost."),
    (1102, "Connectivity between IBKR and Trader Workstation has been restored - data maintained."),
    (1300, "TWS socket port has been reset and this connection is being dropped."),
)


def _line(kind: Kind, messages: tuple[int | None, ...], rig: Rig, throws: Throws) -> bool:
    """The next few messages, or all of some seconds."""
    few = throws.happens(0.6)
    most = throws.whole(1, _MOST) if few else None
    lasts_ms = None if few else throws.whole(100, _LONGEST_MS)
    late_ms = throws.whole(1, _LATEST_MS) if kind is Kind.DELAY else 0
    for message in messages:
        rig.do(LineFault(kind, message, count=most, for_ms=lasts_ms, delay_ms=late_ms))
    return True


def _half_open(rig: Rig, throws: Throws) -> bool:
    """Nothing is said or heard any more, and nobody hangs up; for shorter than the probe's patience, or longer."""
    rig.do(LineFault(Kind.HALF_OPEN, for_ms=throws.whole(2_000, 40_000)))
    return True


def _lose(rig: Rig, throws: Throws, quiet: bool) -> bool:
    """1100, and 1101 or 1102 after it; what filled meanwhile may never be told of."""
    if not rig.house.assembly.book.link_up:
        return False
    back = RestoreLink(data_kept=not throws.happens(_DATA_LOST), quiet=quiet)
    rig.do(LoseLink())
    rig.later(throws.number(0.2, 45), lambda: None if rig.house.assembly.book.link_up else rig.do(back))
    return True


def _restart(rig: Rig, throws: Throws) -> bool:
    rig.do(Restart(forgets=throws.happens(0.5)))
    return True


def _cut(rig: Rig, throws: Throws) -> bool:
    rig.do(Cut(CLIENT))
    return True


def _ids_back(rig: Rig, throws: Throws) -> bool:
    """Ids of orders begin at 1 again; the client hears it when it links next."""
    rig.do(SetNextId(CLIENT, 1))
    rig.do(Cut(CLIENT))
    return True


def _notice(rig: Rig, throws: Throws) -> bool:
    """Words without deeds; a loss that is only said is taken back."""
    code, text = throws.one_of(_NOTICES)
    rig.do(Notice(code, text))
    if code in (1100, 2110):
        rig.later(throws.number(0.2, 20), lambda: rig.do(Notice(*_NOTICES[5])))
    return True


def _rows(name: str) -> tuple[int, ...]:
    return _ROWS.get(name, _OTHERS)


SITES: Final = (
    *(
        Done(f"{kind} {name}", _rows(name), 0.6, 0.6, partial(_line, kind, messages))
        for kind in (Kind.MUTE, Kind.DELAY, Kind.REORDER, Kind.DUPLICATE, Kind.SPLIT)
        for name, messages in _SAID.items()
        if kind is not Kind.SPLIT or name in ("acks", "fills", "any")
    ),
    *(
        Done(f"unheard {name}", _rows(name), 0.6, 0.6, partial(_line, Kind.UNHEARD, messages))
        for name, messages in _HEARD.items()
    ),
    Done("half-open", (16,), fire=_half_open, often=0.6),
    Done("1100 and back", (15, 13, 28), fire=partial(_lose, quiet=False)),
    Done("1100 and back, untold", (15, 19), fire=partial(_lose, quiet=True), often=0.6),
    Done("restart", (17, 14), fire=_restart, often=0.6),
    Done("cut", (16,), fire=_cut, often=0.6),
    Done("ids roll back", (14,), fire=_ids_back, often=0.6),
    Done("notice", (15, 23), fire=_notice),
)
