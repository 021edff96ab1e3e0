"""At the very instant: a key, a death, a standstill or a refusal as an account passes a state or an order comes."""

from functools import partial
from typing import Final

from allusetui.broker.gateway.commands import Refuse
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.domain.account import Status
from allusetui.domain.console import Key
from allusetui.domain.event import StateChanged
from allusetui.torture.checker.witness import Message
from allusetui.torture.dice import Throws
from allusetui.torture.rig import Passing, Rig
from allusetui.torture.sites.site import Awaited, Fire, Scene

_PRESSED_S, _GOES_ON_S = 1.0, 2.0
_LONGEST_DOWN_S: Final = 20.0
_ACKS, _ERRORS, _ORDERS = 3, 4, 5
_LATE: Final = ((_ACKS, _ORDERS), (_ERRORS,), (_ACKS, _ERRORS, _ORDERS))
"""What is told late of a refusal: how the order stands, the reason, or both."""


def _enters(status: Status, thing: Passing) -> bool:
    return isinstance(thing, StateChanged) and thing.to == status.value


def _sends(thing: Passing) -> bool:
    return isinstance(thing, Message) and not thing.cancels


def _kill(rig: Rig, throws: Throws) -> bool:
    """After a while the halt is reset, or it is not."""
    if throws.happens(0.5):
        rig.later(throws.number(1, 40), partial(_press, rig, Key("reset")))
    return rig.press(Key("kill"))


def _press(rig: Rig, key: Key) -> None:
    """Somebody tries, whether it is heard or not."""
    rig.press_blindly(key)


def _no_entries(rig: Rig, throws: Throws) -> bool:
    return rig.press(Key("no_entries"))


def _die(rig: Rig, throws: Throws) -> bool:
    return rig.kill(throws.number(0.1, _LONGEST_DOWN_S))


def _stop(rig: Rig, throws: Throws) -> bool:
    """It stands still, with a key pressed meanwhile, and the order refused or not."""
    process = rig.program.process
    if process is None or process.is_stopped:
        return False
    action = throws.one_of(("kill", "pause", "no_entries"))
    if throws.happens(0.7):
        rig.do(Refuse())
    process.stop()
    rig.later(_PRESSED_S, partial(_press, rig, Key(action)))
    rig.later(_GOES_ON_S, process.go_on)
    return True


def _refuse(rig: Rig, throws: Throws) -> bool:
    """The order is refused, and that is heard of late; of other orders nothing is late, or they would seem absent."""
    rig.do(Refuse())
    late_ms, name = throws.whole(2_000, 9_000), rig.newest_order
    for message in throws.one_of(_LATE):
        rig.do(LineFault(Kind.DELAY, message, order_ref=name, for_ms=late_ms, delay_ms=late_ms))
    return True


def _passing(name: str, rows: tuple[int, ...], status: Status, scene: Scene, fire: Fire) -> Awaited:
    on, seldom = partial(_enters, status), status is Status.ORDERING
    return Awaited(f"{name} in {status.value}", rows, 0.4, 0.2, on, fire, scene=scene, seldom=seldom)


SITES: Final = (
    _passing("key kill", (28,), Status.SCANNING, Scene.HALTED, _kill),
    _passing("key kill", (28,), Status.ORDERING, Scene.HALTED, _kill),
    _passing("key kill", (28,), Status.CLOSING, Scene.WEEK_END, _kill),
    _passing("key kill", (28,), Status.RECONCILING, Scene.WEEK_END, _kill),
    _passing("key no_entries", (), Status.SCANNING, Scene.HALTED, _no_entries),
    _passing("kill -9", (1, 4), Status.CLOSING, Scene.WEEK_END, _die),
    _passing("kill -9", (1, 4), Status.RECONCILING, Scene.WEEK_END, _die),
    Awaited("stopped at an order, and a key", (28, 29), 0.5, 0.3, _sends, _stop, scene=Scene.HALTED),
    Awaited("refused, and told late", (9, 24), 0.5, 0.3, _sends, _refuse, scene=Scene.WINDOW),
)
