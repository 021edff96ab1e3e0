"""What a key, or a fact that speaks for all accounts, makes of the latches that have to be on (§9)."""

from collections.abc import Mapping

from allusetui.domain import event as ev
from allusetui.torture.checker.sheet import EMERGENCY, Sheet

_BY_RESET = frozenset({"level3", "breaker", "mismatch"})


def owe(sheet: Sheet, latch: str, due: bool = True) -> None:
    """From now on the account has to be latched by it."""
    if due:
        sheet.owed.add(latch)


def owe_all(accounts: Mapping[str, Sheet], latch: str | None) -> None:
    """The same of every account."""
    for sheet in accounts.values():
        owe(sheet, latch or "", latch is not None)


def press(accounts: Mapping[str, Sheet], key: ev.OperatorKey) -> None:
    """A person's key sets what it trips and allows what it ends; whether it has ended it, the journal tells."""
    mine = [sheet for name, sheet in accounts.items() if name == key.account]
    meant = list(accounts.values()) if key.account is None else mine
    for sheet in meant:
        match key.action:
            case "kill":
                sheet.owed.add(EMERGENCY)
            case "reset" if key.account is None or sheet.status != EMERGENCY:
                sheet.owed -= _BY_RESET
                sheet.owed.discard(EMERGENCY)
    for sheet in mine:
        match key.action:
            case "pause":
                sheet.owed.add("paused")
            case "no_entries":
                sheet.no_entries = True
            case "resume" if sheet.status not in (EMERGENCY, "MAINTENANCE"):
                sheet.owed.discard("paused")
                sheet.no_entries = False
