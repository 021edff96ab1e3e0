"""What the ladder was advised, what a person's yes has changed, and what came of it (13.3, 17.6)."""

from allusetui.domain.advice import Evidence, LadderTerms, Outcome, Outlook
from allusetui.domain.event.base import Event
from allusetui.domain.frozen import frozen


@frozen(kw_only=True)
class LlmsSuggested(Event):
    """A suggestion that a person is asked for by the approval `id`; `past`: what came of those before."""

    kind = "llms.suggested"
    id: str
    change: str
    evidence: Evidence
    quarter: str
    now: LadderTerms
    proposed: LadderTerms
    past: tuple[Outcome, ...]


@frozen(kw_only=True)
class LlmsRefused(Event):
    """No suggestion for the quarter: the adviser gave no answer, or none that the law lets through."""

    kind = "llms.refused"
    quarter: str
    reason: str
    proposed: LadderTerms | None = None


@frozen(kw_only=True)
class LlmsApplied(Event):
    """What was approved acts: the ladder goes by these terms from this action on."""

    kind = "llms.applied"
    id: str
    terms: LadderTerms


@frozen(kw_only=True)
class LlmsOutcome(Event):
    """What a dollar in the ladder became up to the end of `quarter`, and what the suggestion had promised by then."""

    kind = "llms.outcome"
    id: str
    quarter: str
    promised: Outlook
    realized: float
