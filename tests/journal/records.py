"""Records for a journal, and a stored journal changed by somebody's hand."""

import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from allusetui.domain.contract import Option, Right
from allusetui.domain.event import StopDone
from allusetui.domain.moment import to_ms
from allusetui.journal.sqlite import FILE_NAME

AT_MS = to_ms(datetime(2026, 3, 5, 10, 30))
STOPPED = StopDone(
    account="GEN",
    clauses=("6.4",),
    contract=Option("AAPL", date(2026, 3, 6), Decimal("195"), Right.PUT),
    quantity=2,
    price=Decimal("3.05"),
)


def change(folder: Path, statement: str) -> None:
    """Do this to the stored records behind the journal's back."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute(statement)
