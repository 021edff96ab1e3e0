"""What every event has."""

from decimal import Decimal
from typing import ClassVar

from allusetui.domain.frozen import frozen

Figure = Decimal | int | str | None


@frozen(kw_only=True)
class Event:
    """`account` None for the system; `clauses` the ids of the law that caused it."""

    kind: ClassVar[str] = ""
    account: str | None = None
    clauses: tuple[str, ...] = ()
