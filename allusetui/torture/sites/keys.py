"""People, and who advises them: keys, answers to what the program asks or did not ask, advice that can't be trusted."""

from functools import partial
from typing import Final

from allusetui.domain.console import Key
from allusetui.domain.contract import Option
from allusetui.torture.dice import Throws
from allusetui.torture.rig import Rig
from allusetui.torture.sites.site import Done, Scene

ADVISER: Final = "adviser"
PAUSE_ALL: Final = "key pause on all"
_ON_ALL: Final = 0.2
_WRONG: Final = 0.3


def _key(action: str, rig: Rig, throws: Throws) -> bool:
    state = rig.state
    if state is None:
        return False
    account = None if throws.happens(_ON_ALL) else throws.one_of(list(state.accounts))
    return rig.press(Key(action, account))


def _kill(rig: Rig, throws: Throws) -> bool:
    """And the halt is reset after a while, or it is not."""
    if throws.happens(0.5):
        rig.later(throws.number(1, 40), partial(_press, rig, Key("reset")))
    return rig.press(Key("kill"))


def _maintain(rig: Rig, throws: Throws) -> bool:
    """And it is over after a while, or is halted instead."""
    state = rig.state
    if state is None:
        return False
    account = throws.one_of(list(state.accounts))
    key = Key("kill") if throws.happens(_WRONG) else Key("resume", account)
    rig.later(throws.number(1, 40), partial(_press, rig, key))
    return rig.press(Key("maintenance", account))


def _press(rig: Rig, key: Key) -> None:
    """Whether it is heard or not."""
    rig.press(key)


def _kill_in_audit(rig: Rig, throws: Throws) -> bool:
    """Before the book that the audit asks for has come."""
    return rig.press(Key("audit")) and rig.press(Key("kill"))


def _pause_all(rig: Rig, throws: Throws) -> bool:
    return rig.press(Key("pause"))


def _close(rig: Rig, throws: Throws) -> bool:
    state = rig.state
    held = [
        (name, contract)
        for name, account in (state.accounts.items() if state else ())
        for contract in account.lots
        if isinstance(contract, Option)
    ]
    if not held:
        return False
    name, contract = throws.one_of(held)
    return rig.press(Key("close", name, contract))


def _answer(rig: Rig, throws: Throws) -> bool:
    """Yes or no to a prompt; late, twice or to another one than was shown."""
    state = rig.state
    if state is None or not state.approvals:
        return False
    prompt = throws.one_of(list(state.approvals.values()))
    shown = "0" * 64 if throws.happens(_WRONG) else prompt.shown
    key = Key(throws.one_of(("approve", "approve", "refuse")), prompt.account, prompt=prompt.id, shown=shown)
    rig.answers.append(key)
    return rig.press(key) and (not throws.happens(_WRONG) or rig.press(key))


def _answer_again(rig: Rig, throws: Throws) -> bool:
    """What was said before is said again, whatever has become of it since."""
    return bool(rig.answers) and rig.press(throws.one_of(rig.answers))


def _fool(rig: Rig, throws: Throws) -> bool:
    rig.adviser.fool(throws)
    return True


SITES: Final = (
    *(Done(f"key {action}", (28,), 0.7, 0.5, partial(_key, action)) for action in ("pause", "resume", "reset")),
    Done("key maintenance", (), 0.5, 0.3, _maintain),
    *(Done(f"key {action}", (), 0.5, 0.3, partial(_key, action)) for action in ("audit", "no_entries")),
    Done("key kill", (28,), 0.4, 0.2, _kill),
    Done("key kill in AUDIT", (28,), 0.4, 0.2, _kill_in_audit),
    Done(PAUSE_ALL, (28,), 0.3, 0.3, _pause_all),
    Done(ADVISER, (33,), 0.5, 0.5, _fool),
    Done("key close", (), 0.7, 0.5, _close, scene=Scene.ASKED),
    Done("answer", (34,), fire=_answer, scene=Scene.ASKED),
    Done("answer again", (34,), fire=_answer_again, scene=Scene.ASKED),
)
