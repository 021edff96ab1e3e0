"""What comes from the house itself: a person's keys, the laws, reports, the disk, the process."""

from decimal import Decimal

from allusetui.domain.contract import Option
from allusetui.domain.frozen import frozen
from allusetui.domain.proposal import Proposal


@frozen
class OperatorActed:
    """A person's key. `account` None = all, `contract` for close, `amount` in dollars for money paid in or out.

    An answer names its `prompt` and the hash of what was `shown`; one that names none is for the first open prompt.
    """

    at_ms: int
    action: str
    account: str | None
    by: str
    contract: Option | None = None
    amount: Decimal | None = None
    prompt: str | None = None
    shown: str | None = None


@frozen
class ProposalsSeen:
    """Every change of the law that waits for a person's word by now."""

    at_ms: int
    waiting: tuple[Proposal, ...]


@frozen
class LawWritten:
    """What was approved by the prompt is in force, or did not come into force for the `trouble` that is told."""

    at_ms: int
    prompt: str
    trouble: str = ""


@frozen
class ReportDone:
    """A report was written: its name and the hash of its text; `reason` as it was asked for."""

    at_ms: int
    period: str
    name: str
    sha256: str
    reason: str | None = None


@frozen
class ReportFailed:
    """A report could not be written."""

    at_ms: int
    period: str
    name: str
    reason: str


@frozen
class DiskFailed:
    """The last batch could not be stored; what came up to `seen_ms` has been looked at and stored."""

    at_ms: int
    reason: str
    seen_ms: int


@frozen
class Ending:
    """The process is about to end in good order: no entry may outlive it."""

    at_ms: int


@frozen
class InboxFull:
    """More reports or keys came than the inbox holds: something was not heard."""

    at_ms: int


@frozen
class TapeEnded:
    """Nothing that is told from now on stands on the tape."""

    at_ms: int
    reason: str
