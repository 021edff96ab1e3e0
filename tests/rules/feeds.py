"""A day on which GEN holds puts or enters, for what its feed does to it."""

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, clock, option, situation

WED, THU, FRI = "2026-03-04", "2026-03-05", "2026-03-06"

# ATR 4 and strike 200: levels at 196, 192 and 188; the buffer moves a stale spot down by 0.4 every 30 s.
CALM = but(AAPL, spot=205.0, atr=4.0, spread_pct=0.002, volume=20000)
PUT = option("GEN", "AAPL", FRI, 200.0, "P", -5, 20.0, "2026-03-03")


def held(*more: str, end: str = f"{WED}T11:00:00") -> Replayed:
    """GEN holds five puts on a day without a window of its own."""
    return replay_text(situation(f"{WED}T09:30:00", end, {"AAPL": CALM}, PUT, *more))


def entering(*more: str, end: str = f"{THU}T10:10:00", aapl: str = AAPL) -> Replayed:
    """GEN's window opens at 09:45."""
    return replay_text(situation(f"{THU}T09:30:00", end, {"AAPL": aapl}, *more))


def skips(run: Replayed) -> list[tuple[str, str]]:
    """When AAPL was skipped, and why."""
    return [(clock(r), r["data"]["reason"]) for r in run.of("entry.skipped", symbol="AAPL", account="GEN")]
