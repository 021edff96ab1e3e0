"""The paper weeks of the acceptance in minutes: the program is up only while something is decided."""

from datetime import datetime

from allusetui.acceptance.plan import DEATHS, Plan, Span

_UP = (
    "02T09:44 02T09:47", "03T09:59 03T10:03", "04T09:44 04T09:47", "04T09:59 04T10:02", "05T09:44 05T09:47",
    "06T15:59 06T16:01", "06T16:29 06T16:31", "09T09:44 09T09:47", "11T09:44 11T09:47", "11T10:04 11T10:08",
    "12T09:44 12T09:47", "13T15:59 13T16:01", "13T16:29 13T16:31", "16T09:15 16T09:17",
)  # fmt: skip


def _span(begins: str, ends: str) -> Span:
    return Span(*(datetime.fromisoformat(f"2026-03-{each}:00") for each in (begins, ends)))


BRIEF = Plan(tuple(_span(*row.split()) for row in _UP), tuple(each for each in DEATHS if each.kind != "audit.done"))
"""Nobody audits at 17:00."""
