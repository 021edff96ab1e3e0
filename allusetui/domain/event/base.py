"""What every event has."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

Figure = Decimal | int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`account` None for the system; `clauses` the ids of the law that caused it."""

    kind: ClassVar[str] = ""
    account: str | None = None
    clauses: tuple[str, ...] = ()
