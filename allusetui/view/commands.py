"""Every command of the dashboard: its name in the settings, its key, and what it does."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from string import punctuation
from typing import Final

from allusetui.domain.frozen import frozen


@frozen
class Command:
    """`key` as a person types it: `p`, `?`, `ctrl+x`, `enter`."""

    name: str
    key: str
    words: str


COMMANDS: Final = (
    Command("pause", "p", "pause the chosen account at once: cancels, stops disarmed"),
    Command("pause_all", "P", "pause every account at once"),
    Command("kill", "ctrl+x", "kill: cancel everything, EMERGENCY, at once"),
    Command("no_entries", "e", "stop the chosen account's entries; its protocol stays armed"),
    Command("close", "x", "close the chosen position (asks)"),
    Command("resume", "r", "resume the chosen account (asks)"),
    Command("reset", "R", "reset the chosen account (asks)"),
    Command("approvals", "a", "approvals: what is asked of a person"),
    Command("why", "enter", "why: what was looked at for the chosen row"),
    Command("orders", "o", "orders in full"),
    Command("journal", "j", "journal in full"),
    Command("states", "s", "states in full"),
    Command("ladder", "l", "LEAP ladder in full"),
    Command("calendar", "c", "calendar: windows, early closes, reports, dividends, expiries"),
    Command("data", "d", "data: every number of the market, its source and age"),
    Command("reports", "g", "reports, ledger, constitution, charts"),
    Command("maximise", "m", "this pane in full, and back"),
    Command("alerts", "!", "alerts in full, which acknowledges them"),
    Command("find", "/", "choose an account by its name; in the journal: filter; in reports: ask"),
    Command("palette", "ctrl+p", "every command, found by its words"),
    Command("theme", "t", "the next palette of colours"),
    Command("copy", "C", "copy the chosen row, alert or why"),
    Command("picture", "S", "a picture of the screen, into the session's folder"),
    Command("help", "?", "the keys of this pane"),
    Command("runbook", "b", "runbook: stale data, orphan orders, margin breach"),
    Command("guides", "h", "handbook: the guides, from the first hour to the law clause by clause"),
    Command("leave", "q", "leave: the engine goes on, or ends"),
)


def label(key: str) -> str:
    """As the footer names a key: `^x`, `↵`."""
    return "↵" if key == "enter" else key.replace("ctrl+", "^")


KEYS: Final = {command.name: command.key for command in COMMANDS}
"""The key of each command where nobody has renamed it."""
LABELS: Final = {name: label(key) for name, key in KEYS.items()}
AT_ONCE: Final = ("pause", "pause_all", "kill")
"""What acts without a question, under any other screen too."""

ALLOWED: Final = "one letter or sign, ctrl+LETTER but c h i j l m q z, or f1 to f12"
_LONG = 1_000
_CHORD = re.compile(r"ctrl\+[abdefgknoprstuvwxy]|f([1-9]|1[0-2])")


def is_key(text: str) -> bool:
    """Whether a command may have this key."""
    return text.isalpha() or text in punctuation if len(text) == 1 else _CHORD.fullmatch(text) is not None


def renamed(wishes: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The key of every command, and of the wishes that can't be met the command that has the key already.

    Where two would have one key, those of them that were wished for keep their default.
    """
    met = dict(wishes)
    clashes: dict[str, str] = {}
    while True:
        keys = {**KEYS, **met}
        count = Counter(keys.values())
        refused = [name for name in met if count[keys[name]] > 1]
        if not refused:
            return keys, clashes
        for name in refused:
            clashes[name] = next(other for other in keys if other != name and keys[other] == keys[name])
        for name in refused:
            del met[name]


@frozen
class Choice:
    """One thing of a list that is chosen from by typing: its key in the list, what it says, and what stands beside."""

    key: str
    words: str
    note: str = ""


def matching(typed: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices in which the typed letters stand in their order, the closest first."""
    wanted = typed.lower().strip()
    found = (
        (distance, place)
        for place, choice in enumerate(choices)
        if (distance := _distance(wanted, choice.words.lower())) is not None
    )
    return tuple(choices[place] for _, place in sorted(found))


def _distance(typed: str, text: str) -> int | None:
    """How far a text is from what was typed: the letters passed over, and how late in it they begin; None: not in it.

    What begins inside a word comes after all that begins one.
    """
    best: int | None = None
    first = typed[:1]
    for start in (i for i, letter in enumerate(text) if letter == first):
        end = start
        for letter in typed[1:].replace(" ", ""):
            end = text.find(letter, end + 1)
            if end < 0:
                break
        else:
            at_word = start == 0 or not text[start - 1].isalnum()
            distance = (end - start + (0 if at_word else _LONG)) * _LONG + start
            best = distance if best is None else min(best, distance)
    return 0 if not typed else best
