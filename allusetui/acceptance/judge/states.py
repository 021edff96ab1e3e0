"""16.4: whether accounts came from SAFE to work and back by §9, whenever a process began or something latched them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from allusetui.acceptance.judge.story import Fact, Record, Story

_RING: Final = ("SAFE", "SCANNING", "ANALYZING", "ORDERING", "MONITORING", "CLOSING", "RECONCILING", "SAFE")
_ALSO: Final = {
    "SCANNING": {"MONITORING", "SAFE"}, "ANALYZING": {"MONITORING", "SAFE"}, "ORDERING": {"SAFE"},
    "MONITORING": {"SCANNING", "SAFE", "AUDIT"}, "CLOSING": {"SAFE"}, "RECONCILING": {"MONITORING"},
    "SAFE": {"MONITORING", "RECONCILING", "MAINTENANCE", "AUDIT"}, "EMERGENCY": {"SAFE"}, "MAINTENANCE": {"SAFE"},
    "AUDIT": {"SAFE", "MONITORING"},
}  # fmt: skip
"""§9's other changes; EMERGENCY comes from anywhere."""
_STEPS: Final = ("snapshot", "broker", "reconcile", "schedule", "risk", "active")
_LATCHES: Final = ("broker", "paused", "level3")
"""What an acceptance has an account latched by: a lost link, a person, a stop."""
_OPENS: Final = frozenset({"entry", "leap"})


def safe_to_active(story: Story) -> Iterator[Fact]:
    """Every start goes the resume's way, every latch is left, nothing is opened under one, every change is §9's."""
    yield _resumes(story)
    for latch in _LATCHES:
        yield _left(story, latch)
    yield _quiet(story)
    yield _legal(story)
    yield _round(story)


def _resumes(story: Story) -> Fact:
    """An account sends nothing before it was resumed. A process dies on the way, or its link is still to come."""
    done, left, wrong = list[Record](), 0, list[Record]()
    active, steps = set[str | None](), dict[str | None, list[str]]()
    for row in story.records:
        if row.kind == "session.started":
            left += sum(map(bool, steps.values()))
            active, steps = set(), {}
        elif row.kind == "resume.step":
            told = steps.setdefault(row.account, [])
            if row.data["step"] == _STEPS[0]:
                left += bool(told)
                told.clear()
            told.append(row.data["step"])
            if tuple(told) != _STEPS[: len(told)]:
                wrong.append(row)
            elif len(told) == len(_STEPS):
                done.append(row)
                active.add(row.account)
                told.clear()
        elif row.kind in ("order.sent", "order.replaced") and row.account not in active:
            wrong.append(row)
    text = f"{len(done)} resumes from snapshot to active {story.cite(*done)}, {left} begun anew or ended on the way"
    text += f"; out of order {story.cite(*wrong)}" if wrong else ""
    return Fact(bool(done) and not wrong, text)


def _left(story: Story, latch: str) -> Fact:
    on: dict[str | None, Record] = {}
    pairs = list[Record]()
    for row in story.of("latch.set", "latch.released"):
        if row.data["latch"] != latch:
            continue
        if row.kind == "latch.set":
            on.setdefault(row.account, row)
        elif row.account in on:
            pairs += [on.pop(row.account), row]
    text = f"latched `{latch}` and left {len(pairs) // 2} times {story.cite(*pairs)}"
    text += f"; still on {story.cite(*on.values())}" if on else ""
    return Fact(bool(pairs) and not on, text)


def _quiet(story: Story) -> Fact:
    """Nothing that opens a position leaves while its account is latched, or before its resume is through."""
    on: dict[str | None, set[str]] = {}
    wrong, sent = list[Record](), 0
    for row in story.records:
        if row.kind == "latch.set":
            on.setdefault(row.account, set()).add(row.data["latch"])
        elif row.kind == "latch.released":
            on.get(row.account, set()).discard(row.data["latch"])
        elif row.kind in ("order.sent", "order.replaced") and row.data["purpose"] in _OPENS:
            sent += 1
            if on.get(row.account):
                wrong.append(row)
    text = f"{sent} opening orders, none of them from a latched account"
    return Fact(bool(sent) and not wrong, f"{text}, but {story.cite(*wrong)}" if wrong else text)


def _legal(story: Story) -> Fact:
    changes = list(story.of("state.changed"))
    wrong = [row for row in changes if not _is_legal(row.data["from"], row.data["to"])]
    text = f"{len(changes)} changes of state, all of §9's table"
    return Fact(bool(changes) and not wrong, f"{text}, but {story.cite(*wrong)}" if wrong else text)


def _is_legal(one: str, other: str) -> bool:
    return other == "EMERGENCY" or (one, other) in pairwise(_RING) or other in _ALSO.get(one, set())


def _round(story: Story) -> Fact:
    """Every change of the ring, and an account that is in SAFE in the end by itself."""
    taken = {(row.data["from"], row.data["to"]): row for row in story.of("state.changed")}
    ring = list(pairwise(_RING))
    there = [taken[each] for each in ring if each in taken]
    missing = [f"{one} → {other}" for one, other in ring if (one, other) not in taken]
    text = f"the ring SAFE → … → SAFE: {len(there)} of its {len(ring)} changes {story.cite(*there)}"
    return Fact(not missing, f"{text}; never {', '.join(missing)}" if missing else text)
