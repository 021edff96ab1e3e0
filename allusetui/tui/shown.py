"""All that is shown of a snapshot.

The rest of this room imports from here, and where it is used: views stand on the rules, which bring numpy, and the
first paint does not wait for it. The lens's thread imports this module while the screen is up already.
"""

from collections.abc import Mapping
from typing import Final

from allusetui.domain.account import Latch
from allusetui.domain.event import AlertRaised, ApprovalDecided, OperatorKey
from allusetui.tui.widgets.pane import Source
from allusetui.view.alerts import alert_line, alerts
from allusetui.view.approvals import OPEN, approvals
from allusetui.view.calendar import calendar
from allusetui.view.constitution import constitution
from allusetui.view.data import data
from allusetui.view.guides import FIRST as FIRST_GUIDE
from allusetui.view.guides import GUIDES, guide, guides
from allusetui.view.header import header
from allusetui.view.inquiry import inquiry_page
from allusetui.view.journal import journal
from allusetui.view.ladder import ladder
from allusetui.view.leaps import leaps
from allusetui.view.model import Line, Seen
from allusetui.view.news import tells_more
from allusetui.view.orders import orders
from allusetui.view.prompts import named, prompts
from allusetui.view.protocol import at_risk, chosen
from allusetui.view.questions import closing, ending, resetting, resuming
from allusetui.view.reports import (
    BOOKS,
    CURVES,
    LAW,
    LEAPS,
    QUESTIONS,
    WEEKS,
    books,
    curves,
    shelf,
    weeks,
    written,
)
from allusetui.view.ring import ring
from allusetui.view.runbook import runbook
from allusetui.view.silence import silence
from allusetui.view.sleeves import sleeves
from allusetui.view.why import Asked, about, asked_of, cited, deeper, why

__all__ = [
    "BOOKS",
    "CURVES",
    "FIRST_GUIDE",
    "GUIDES",
    "LAW",
    "LEAPS",
    "OPEN",
    "PANES",
    "QUESTIONS",
    "WEEKS",
    "AlertRaised",
    "ApprovalDecided",
    "Asked",
    "Latch",
    "OperatorKey",
    "about",
    "alert_line",
    "alerts",
    "asked_of",
    "books",
    "chosen",
    "cited",
    "closing",
    "constitution",
    "curves",
    "deeper",
    "ending",
    "guide",
    "guides",
    "header",
    "inquiry_page",
    "journal",
    "leaps",
    "named",
    "prompts",
    "resetting",
    "resuming",
    "shelf",
    "silence",
    "tells_more",
    "weeks",
    "why",
    "written",
]


def _states(seen: Seen, width: int) -> tuple[Line, ...]:
    return ring(seen)


PANES: Final[Mapping[str, Source]] = {
    "sleeves": sleeves,
    "risk": at_risk,
    "states": _states,
    "orders": orders,
    "approvals": approvals,
    "runbook": runbook,
    "ladder": ladder,
    "calendar": calendar,
    "data": data,
}
"""What a pane shows that needs nothing but the snapshot, by the pane's name."""
