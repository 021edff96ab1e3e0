"""Help: every key, and for each pane what to do when it shows what nobody wants to see."""

from allusetui.tui.screens.ask import CLOSE, Ask
from allusetui.view.model import Cell, Line, Tone

_KEYS = (
    ("p P", "pause the chosen account, all: cancels, stops disarmed"),
    ("ctrl+x", "kill: cancel everything, EMERGENCY, at once"),
    ("e", "stop the chosen account's entries; its protocol stays armed"),
    ("x", "close the chosen position (asks)"),
    ("r R", "resume, reset the chosen account (ask)"),
    ("a", "approvals that wait for an answer: y yes, n no"),
    ("1-9 ↑ ↓", "choose an account, a row; tab the next pane"),
    ("enter", "why: what was looked at for the row; esc goes back"),
    ("j o s !", "journal, orders, states, alerts in full; esc goes back"),
    ("l c g m", "LEAP ladder, calendar, reports; m this pane in full"),
    ("q", "leave: the engine goes on, or ends"),
)

_RUNBOOK = {
    "sleeves": "PAUSED in the latch column: nothing defends that account but you. r resumes it, x closes by hand.",
    "risk": "Level 3 stops out by itself. In a paused account it asks: answer the prompt, or nothing is done.",
    "orders": "UNKNOWN counts as live: the engine asks the broker until there is proof. Do not send it again by hand.",
    "states": "EMERGENCY: nothing is sent at all. R asks to reset every account once the reason is gone.",
    "journal": "Every line names its clauses. The newest is last; end follows it.",
    "alerts": "Critical means that a person has to look now. The oldest unread one first.",
}
_SHELL = "No answer? From another shell: allusetui pause, or allusetui kill."


def help_of(pane: str) -> Ask:
    """The help of a pane."""
    lines: list[Line] = [(Cell(f"{keys:<9}"), Cell(words, Tone.DIM)) for keys, words in _KEYS]
    lines += [(), (Cell(_RUNBOOK.get(pane, _RUNBOOK["sleeves"])),), (Cell(_SHELL),)]
    return Ask((Cell("Keys"),), lines, CLOSE, "esc back")
