"""Every fault that a scenario can script, fit for a story."""

from tests.faults.runs import (
    PUT,
    SOLD,
    fault,
)

BAD = ("nan", "zero", "negative", "crossed", "spike", "future")
SPANS = ("1s", "4s", "25s", "150s", "10m")


def scripted(kind: str, story: str, clock: str, span: str) -> str:
    """A fault of the kind, fit for the story."""
    mine = PUT if story != "entry" else SOLD
    if kind in BAD:
        short = "25s" if kind == "spike" else span  # one that stands for 30 s has to be believed (8.3)
        return fault("bad_quote", clock, short, symbol="AAPL", value=kind)
    if kind in ("broker_down", "crash"):
        return fault(kind, clock, span)
    if kind == "partial_fill":
        return fault(kind, clock, span, symbol="AAPL", value=1)
    if kind == "vix_stale":
        return fault("stale", clock, span, symbol="VIX")
    if kind == "assign":
        return fault(kind, clock, quantity=2, **mine)
    if kind == "broker_book":
        return fault(kind, clock, span, quantity=-1, **mine)
    if kind == "foreign_order":
        return fault(kind, clock, symbol="AAPL", quantity=3)
    return fault(kind, clock, span, symbol="AAPL")


KINDS = (
    "stale", "vix_stale", "no_chain", "no_fill", "partial_fill", "reject", "lost_ack", *BAD, "broker_down", "crash",
    "broker_book", "foreign_order", "assign",
)  # fmt: skip
