"""Help: what the pane is about when it shows what nobody wants to see, and every key."""

from collections.abc import Mapping

from allusetui.tui.keys import bound
from allusetui.tui.screens.ask import CLOSE, Sheet
from allusetui.view.commands import label
from allusetui.view.model import Cell, Line, Tone

_HERE = {
    "sleeves": "PAUSED in the latch column: nothing defends that account but you. {resume} resumes, {close} closes.",
    "risk": "Level 3 stops out by itself. In a paused account it asks: answer the prompt, or nothing is done.",
    "orders": "UNKNOWN counts as live: the engine asks the broker until there is proof. Do not send it again by hand.",
    "states": "EMERGENCY: nothing is sent at all. {reset} asks to reset every account once the reason is gone.",
    "journal": "Every line names its clauses; {find} filters. The newest is last; end follows it.",
    "alerts": "Critical means that a person has to look now; new ones have a mark, and leaving this list reads them.",
    "approvals": "{why} asks an open one again. It is answered once, and what is done is what was shown.",
    "ladder": "Rungs by expiry, growth and hedge apart; what rolls next is told at its row.",
    "calendar": "What is to come, the next first. What nobody knows is ?.",
    "data": "Nothing is decided on what is old or not live; what nobody knows is ?.",
    "reports": "↑ ↓ choose what is read: reports, books, law, charts; tab goes there. {find} asks the journal.",
    "runbook": "A mark ! stands at what there is today; esc goes back.",
    "guides": "↑ ↓ choose a guide; tab goes to its page. The same from a shell: allusetui guide.",
    "why": "{why} on a row says more about it, {copy} copies all of it, esc goes back.",
}
_COMMANDS = (
    (("pause", "pause_all"), "pause the chosen account, all: cancels, stops disarmed"),
    (("kill",), "kill: cancel everything, EMERGENCY, at once"),
    (("no_entries",), "stop the chosen account's entries; its protocol stays armed"),
    (("close",), "close the chosen position (asks)"),
    (("resume", "reset"), "resume, reset the chosen account (ask)"),
    (("approvals",), "approvals: what is asked of you; in a prompt y yes, n no"),
    (("runbook", "guides"), "runbook: what is wrong and what to do; handbook: the guides"),
    (("why",), "why: what was looked at for the row; esc goes back"),
    (("journal", "orders", "states", "alerts"), "journal, orders, states, alerts in full"),
    (("ladder", "calendar", "data", "reports", "maximise"), "LEAP ladder, calendar, data, reports; this pane in full"),
    (("find",), "choose an account; in the journal: filter; in reports: ask"),
    (("palette",), "every command, found by its words"),
    (("theme", "copy", "picture"), "colours; copy the row; a picture of the screen"),
    (("leave",), "leave: the engine goes on, or ends"),
)
_FIXED = (("1-9 ↑ ↓", "choose an account, a row; tab the next pane"), ("^l", "draw everything again"))
_SHELL = "No answer? In another shell: allusetui pause{shell}, or kill."
_WIDTH = 10


def help_of(pane: str, keys: Mapping[str, str], shell: str = "") -> Sheet:
    """The help of a pane; `keys` by command, as they are typed; `shell`: what names the session in a shell."""
    told = {name: label(key) for name, key in keys.items()}
    here = _HERE.get(pane, _HERE["sleeves"]).format(**told)
    lines: list[Line] = [(Cell(here, Tone.WARN),), ()]
    listed = [(" ".join(keys[name] for name in names), text) for names, text in _COMMANDS]
    lines += [(Cell(f"{named + ' ':<{_WIDTH}}"), Cell(text, Tone.DIM)) for named, text in (*listed, *_FIXED)]
    lines += [(), (Cell(_SHELL.format(shell=shell)),)]
    answers = {**CLOSE, bound(keys["runbook"]): "runbook", bound(keys["help"]): "no"}
    return Sheet((Cell(f"Keys: {pane or 'dashboard'}"),), lines, answers, f"{told['runbook']} runbook   esc back")
