"""What the keys that ask are about: the question, and the key that a yes sends."""

from allusetui.domain.account import Status
from allusetui.domain.console import Key
from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.tui.shown import chosen, closing, resetting, resuming
from allusetui.view.model import Question, Seen


@frozen
class Wanted:
    """A question, the key that its yes sends, and the key in words."""

    question: Question
    key: Key
    words: str


def close(seen: Seen, place: str | None) -> Wanted | None:
    """To close the position of a row; None where there is none."""
    found = chosen(seen, place) if place is not None else None
    if found is None or not isinstance(found[1], Option):
        return None
    account, contract = found
    return Wanted(
        closing(seen, account, contract), Key("close", account, contract), f"close {contract.symbol} {account}"
    )


def resume(seen: Seen, account: str) -> Wanted:
    """To resume an account."""
    return Wanted(resuming(seen, account), Key("resume", account), f"resume {account}")


def reset(seen: Seen, account: str) -> Wanted:
    """To reset an account, or all of them where they are in EMERGENCY: that is left by all or by none."""
    accounts = seen.snapshot.state.accounts.values()
    name = None if any(a.status is Status.EMERGENCY for a in accounts) else account
    return Wanted(resetting(seen, name), Key("reset", name), f"reset {name or 'all'}")
