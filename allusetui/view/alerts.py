"""Alerts, and the one line that says what needs a person."""

from allusetui.domain.account import Latch, Status
from allusetui.domain.event import AlertRaised
from allusetui.domain.moment import SECOND_MS
from allusetui.domain.snapshot import Proof, Told
from allusetui.view import words
from allusetui.view.fit import Spec, choose, row, trim, width_of
from allusetui.view.model import Cell, Column, Line, Seen, Table, Tone
from allusetui.view.prompts import named

_SPECS = (
    Spec(Column("time", 9)),
    Spec(Column("severity", 10)),
    Spec(Column("age", 4, right=True), 2),
    Spec(Column("account", 8), 3),
    Spec(Column("", 4), 4),
    Spec(Column("text", 20), 1, 500),
)
_FEW = 3
_MARKS = {"critical": "!", "warning": "~"}
_TONES = {"critical": Tone.BAD, "warning": Tone.WARN}


def unread(seen: Seen, read_seq: int) -> list[tuple[Told, AlertRaised]]:
    """The alerts after `read_seq`, ascending."""
    told = [(told, told.event) for told in seen.snapshot.alerts if told.seq > read_seq]
    return [(told, event) for told, event in told if isinstance(event, AlertRaised)]


def alerts(seen: Seen, width: int, read_seq: int = 0) -> Table:
    """Every alert, the newest last; a row's key is its seq. Those up to `read_seq` are dim, and have no mark."""
    columns, now_ms = choose(_SPECS, width), seen.snapshot.now_ms
    rows = []
    for told, event in unread(seen, -1):
        new = told.seq > read_seq
        tone = _TONES.get(event.severity, Tone.PLAIN) if new else Tone.DIM
        mark = _MARKS.get(event.severity, "·") if new else " "
        cells = {
            "time": Cell(words.moment(told.at_ms, now_ms), Tone.DIM),
            "severity": Cell(f"{mark} {event.severity}", tone),
            "age": Cell(words.age(max(now_ms - told.at_ms, 0) // SECOND_MS), Tone.DIM),
            "account": Cell(event.account or words.NONE, Tone.PLAIN if new else Tone.DIM),
            "": Cell("new" if new else "read", Tone.PLAIN if new else Tone.DIM),
            "text": Cell(event.text, Tone.PLAIN if new else Tone.DIM),
        }
        rows.append(row(str(told.seq), columns, cells))
    return Table(columns, tuple(rows), "no alerts")


def alert_line(seen: Seen, width: int, read_seq: int = 0) -> Line:
    """What needs a person, the newest first: an open prompt, the proof of a pause or kill, an unread critical alert.

    While an account is paused, halted or latched that is always named: disarmed stops above all. Else all is calm.
    """
    told, standing = _proof(seen), _standing(seen)
    news = [*told, *_critical(seen, read_seq), *_approvals(seen)]
    if not news:
        return trim((Cell(f" {standing}", Tone.WARN) if standing else _calm(seen),), width)
    lead = max(news, key=lambda item: item[0])[1]
    if told and lead is told[0][1]:
        standing = "nothing is sent" if _halted(seen) else "stops disarmed"
    if not standing:
        return trim(lead, width)
    suffix = f" · {standing}"
    return (*trim(lead, width - width_of(suffix)), *trim((Cell(suffix, Tone.WARN),), width))


def _calm(seen: Seen) -> Cell:
    """Calm, unless a position has left level 0: how many, and the highest level among them."""
    accounts = seen.snapshot.state.accounts.values()
    levels = [p.level for account in accounts for p in account.positions.values() if p.level]
    if not levels:
        return Cell(" · all calm", Tone.DIM)
    return Cell(f" · nothing to do; above level 0: {len(levels)}, the highest at level {max(levels)}")


def _standing(seen: Seen) -> str:
    """What holds accounts back: the halt, disarmed stops, or what only a reset ends."""
    if _halted(seen):
        return f"halted: nothing is sent, {seen.keys['reset']} resets"
    if names := [a.name for a in seen.snapshot.state.accounts.values() if a.status is Status.MAINTENANCE]:
        return f"{_listed(names)} in maintenance: nothing is sent, {seen.keys['resume']} resumes"
    if names := _latched(seen, frozenset({Latch.PAUSED})):
        return f"{_listed(names)} paused: stops disarmed"
    if names := _latched(seen, frozenset({Latch.BROKER, Latch.DISK})):
        return f"{_listed(names)}: nothing is sent, the books are awaited"
    names = _latched(seen, frozenset(Latch))
    return f"{_listed(names)} latched: {seen.keys['reset']} resets" if names else ""


def _halted(seen: Seen) -> bool:
    return any(a.status is Status.EMERGENCY for a in seen.snapshot.state.accounts.values())


def _latched(seen: Seen, latches: frozenset[Latch]) -> list[str]:
    return [a.name for a in seen.snapshot.state.accounts.values() if a.latches & latches]


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= _FEW else words.count(len(names), "account")


def _proof(seen: Seen) -> list[tuple[int, Line]]:
    """What became of the newest pause or kill that still holds; accounts paused by one key count together."""
    held = [*_latched(seen, frozenset({Latch.PAUSED})), *([""] if _halted(seen) else [])]
    proofs = {name: proof for name, proof in seen.snapshot.proofs.items() if name in held}
    if not proofs:
        return []
    newest = max(proof.at_ms for proof in proofs.values())
    kin = {name: proof for name, proof in proofs.items() if newest - proof.at_ms < SECOND_MS}
    kin = {"": kin[""]} if "" in kin else kin
    subject = f"{_listed(list(kin))} paused" if "" not in kin else "everything killed"
    ago = words.age(max(seen.snapshot.now_ms - newest, 0) / SECOND_MS)
    return [(newest, (Cell(f" {subject} {ago} ago, "), *_cancels(list(kin.values()))))]


def _cancels(proofs: list[Proof]) -> Line:
    """What was cancelled, and what of it is proven."""
    sent, confirmed = sum(proof.sent for proof in proofs), sum(proof.confirmed for proof in proofs)
    if not sent:
        return (Cell("nothing to cancel"),)
    if confirmed < sent:
        return Cell(f"{confirmed} confirmed, "), Cell(f"{sent - confirmed} UNCONFIRMED", Tone.LOUD)
    took = words.age(max(proof.took_ms for proof in proofs) / SECOND_MS)
    return Cell(f"{words.count(sent, 'cancel')} sent, {confirmed} confirmed"), Cell(f" in {took}", Tone.DIM)


def _critical(seen: Seen, read_seq: int) -> list[tuple[int, Line]]:
    """The newest of the critical alerts that nobody has looked at."""
    found = [(told, event) for told, event in unread(seen, read_seq) if event.severity == "critical"]
    if not found:
        return []
    told, event = found[-1]
    when = words.moment(told.at_ms, seen.snapshot.now_ms)
    return [(told.at_ms, (Cell(f" ! {when} critical ", Tone.LOUD), Cell(event.text)))]


def _approvals(seen: Seen) -> list[tuple[int, Line]]:
    """A prompt waits for as long as it is open: it is news until it is answered."""
    found = list(seen.snapshot.state.approvals.values())
    if not found:
        return []
    first, more = found[0], f" and {len(found) - 1} more" if len(found) > 1 else ""
    lists = Cell(f"  {seen.keys['approvals']} lists", Tone.DIM)
    return [(seen.snapshot.now_ms, (Cell(" ! asked ", Tone.LOUD), Cell(f"{named(first)}{more}"), lists))]
