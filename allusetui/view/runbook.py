"""The runbook (14.4): what has happened, what the engine has done, what to do and by which keys, in today's figures."""

from collections.abc import Mapping

from allusetui.domain.frozen import frozen
from allusetui.rules import explain
from allusetui.rules.explain import Troubles
from allusetui.view import words
from allusetui.view.fit import fold
from allusetui.view.model import Cell, Line, Seen, Tone

_INDENT = 10


@frozen
class Entry:
    """One trouble. `now` is None while there is nothing of it; `keys` are names of commands."""

    title: str
    now: str | None
    calm: str
    happened: str
    engine: str
    todo: str
    keys: tuple[str, ...]


def runbook(seen: Seen, width: int) -> tuple[Line, ...]:
    """Every trouble of the runbook, those that there are today first."""
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    found = explain.troubles(s)
    entries = (_stale(seen, found), _orphans(seen, found), _margin(seen, found))
    lines: list[Line] = []
    for entry in sorted(entries, key=lambda each: each.now is None):
        lines += [*_told(entry, seen.keys, width), ()]
    return tuple(lines[:-1])


def _told(entry: Entry, keys: Mapping[str, str], width: int) -> list[Line]:
    mark, tone = ("!", Tone.LOUD) if entry.now is not None else ("·", Tone.GOOD)
    lines: list[Line] = [(Cell(f"{mark} {entry.title}", tone),)]
    told = (
        ("today", entry.now or entry.calm, Tone.PLAIN if entry.now is None else Tone.BAD),
        ("happened", entry.happened, Tone.PLAIN), ("engine", entry.engine, Tone.PLAIN), ("you", entry.todo, Tone.PLAIN),
        ("keys", " · ".join(f"{keys[name]} {name.replace('_', ' ')}" for name in entry.keys), Tone.PLAIN),
    )  # fmt: skip
    for name, text, look in told:
        for place, line in enumerate(fold(text, max(width - _INDENT, _INDENT))):
            lines.append((Cell(f"{'' if place else name:<{_INDENT}}", Tone.DIM), Cell(line, look)))
    return lines


def _stale(seen: Seen, found: Troubles) -> Entry:
    law, told = seen.law.data, []
    for each in found.stale:
        age = "never seen" if words.age(each.age_s) == words.UNKNOWN else f"{words.age(each.age_s)} old"
        held = f", held by {', '.join(each.holders)}: judged {words.plain(each.buffer_atr)} ATR worse"
        told.append(f"{each.symbol} {age}{held if each.holders else ''}")
    return Entry(
        title="Stale data (8.3)",
        now="; ".join(told) or None,
        calm="every underlying is fresh, or the market is shut",
        happened=f"No valid quote for more than {law.stale_s} s: the feed stands, or its values were thrown away.",
        engine=(
            f"No entries on it; a working entry is cancelled. Each {law.stale_s} s of age count as {law.buffer_atr} ATR"
            f" against the position, at most {law.buffer_cap_atr:g}. A level reached only so prepares the roll and"
            " alerts; orders wait for a fresh quote, which is judged at once."
        ),
        todo=(
            "Look at link and data in the header, and at the price elsewhere. One symbol: wait, it is dimmed with its"
            " age. All of them: pause what you do not trust; a pause disarms stops and asks you instead."
        ),
        keys=("pause", "pause_all", "why", "journal"),
    )


def _orphans(seen: Seen, found: Troubles) -> Entry:
    told = [f"UNKNOWN: {', '.join(found.unknown)}"] if found.unknown else []
    told += [f"latched mismatch: {', '.join(found.mismatched)}"] if found.mismatched else []
    return Entry(
        title="Orphan orders (0.6, 9.5)",
        now="; ".join(told) or None,
        calm="every order and every book is known",
        happened=(
            f"No answer to an order within {seen.law.walk.timeout_s} s, an order of ours at the broker that the journal"
            " does not have, or a position that differs."
        ),
        engine=(
            "UNKNOWN counts as live: it is never sent again, and the broker is asked until there is proof. An orphan or"
            " a difference latches its account mismatch: only cancels leave. Orders that are not ours are left alone."
        ),
        todo=(
            "Compare with the broker's own screen. Do not send it again by hand. Where the broker's book is right, a"
            " reset accepts it; where not, keep the latch and call the broker."
        ),
        keys=("orders", "reset", "pause_all", "kill"),
    )


def _margin(seen: Seen, found: Troubles) -> Entry:
    limit = words.percent(seen.law.sizing.margin_cap)
    used = [f"{each.account} {words.percent(each.use)} %" for each in found.margin]
    over = [f"{each.account} {words.percent(each.use)} % of {limit} %" for each in found.margin if each.over]
    return Entry(
        title="Margin breach (0.10)",
        now=", ".join(over) or None,
        calm=f"{', '.join(used)} of {limit} %" if used else "no account",
        happened=f"Initial margin is more than {limit} % of the account: prices fell, or money was taken.",
        engine="No entries in it, and none that would pass the limit; defences and closes go on. It ends by itself.",
        todo="Close the position that binds most, or pay money in. Stop its entries where it should stay small.",
        keys=("close", "no_entries", "why", "pause"),
    )
