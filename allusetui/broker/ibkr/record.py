"""What is known of one order of ours at the broker. Pure."""

from dataclasses import dataclass, field

from allusetui.broker.ibkr.evidence import Stage


@dataclass(slots=True)
class Record:
    """One order of ours. `listed_ms`: when the broker last named it by reference; `over_ms`: since when it is over.

    `others`: how far orders under its reference have come that have a permanent number other than its own.
    """

    reference: str
    permanent: int = 0
    stage: Stage = Stage.PENDING
    filled: int = 0
    listed_ms: int = -1
    over_ms: int | None = None
    reason: str | None = None
    cancel_asked: bool = False
    told_ack: bool = False
    told_end: bool = False
    others: dict[int, Stage] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether anything may still fill under its reference."""
        return self.over_ms is None or self.has_live_other

    @property
    def has_live_other(self) -> bool:
        return not all(stage.is_over for stage in self.others.values())
