"""What is known of one order of ours at the broker. Pure."""

from dataclasses import field

from allusetui.broker.ibkr.evidence import Stage
from allusetui.domain.frozen import mutable


@mutable
class Record:
    """One order of ours. `listed_ms`: when the broker last named it by reference; `over_ms`: since when it is over.

    `reason`: what the broker last said against it, at `refused_ms`; `absent_ms`: when it was asked for after that, and
    was nowhere.

    `others`: how far orders under its reference have come that have a permanent number other than its own.
    """

    reference: str
    permanent: int = 0
    stage: Stage = Stage.PENDING
    filled: int = 0
    listed_ms: int = -1
    over_ms: int | None = None
    reason: str | None = None
    refused_ms: int | None = None
    absent_ms: int | None = None
    cancel_asked: bool = False
    told_ack: bool = False
    told_end: bool = False
    others: dict[int, Stage] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether anything may still fill under its reference."""
        return self.over_ms is None or self.has_live_other

    def is_refused_unseen(self, asked_ms: int) -> bool:
        """Whether the broker had spoken against it before a question, and has never shown it."""
        unseen = self.stage is Stage.PENDING and not self.permanent and self.listed_ms < 0
        return unseen and self.refused_ms is not None and self.refused_ms < asked_ms

    @property
    def has_live_other(self) -> bool:
        return not all(stage.is_over for stage in self.others.values())
