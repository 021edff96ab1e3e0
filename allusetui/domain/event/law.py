"""A change of the law: what a person was asked for, and what became of a yes (15.2, 15.3)."""

from allusetui.domain.event.base import Event
from allusetui.domain.frozen import frozen
from allusetui.domain.proposal import Proposal


@frozen(kw_only=True)
class AmendmentProposed(Event):
    """A change of the law that a person is asked for by the approval `id`."""

    kind = "amendment.proposed"
    id: str
    proposal: Proposal


@frozen(kw_only=True)
class LawEnacted(Event):
    """What was approved by `id` is in force, as `version` of the hash `sha256`; the session goes on under its own."""

    kind = "law.enacted"
    id: str
    version: str
    sha256: str


@frozen(kw_only=True)
class LawNotEnacted(Event):
    """What was approved by `id` did not come into force."""

    kind = "law.not_enacted"
    id: str
    version: str
    reason: str
