"""Runs in which the VIX takes the values of a test."""

from typing import Any

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, clock, option, situation, tape

WED, THU, FRI = "2026-03-04", "2026-03-05", "2026-03-06"
CALM = but(AAPL, spot=205.0, atr=4.0, spread_pct=0.002, volume=20000)


def put(name: str = "GEN", quantity: int = -5, symbol: str = "AAPL") -> str:
    """Puts at 200; level 1 at 196, level 2 at 192, level 3 at 188."""
    return option(name, symbol, FRI, 200.0, "P", quantity, 20.0, "2026-03-02")


def vix(*points: tuple[str, float], start: str, end: str, more: tuple[str, ...] = (), **keys: Any) -> Replayed:
    """A run in which the VIX, 18 at the start, takes these values."""
    moves = [tape(at, VIX=value) for at, value in points]
    return replay_text(situation(start, end, keys.pop("symbols", {"AAPL": AAPL}), *moves, *more, **keys))


def tripped(run: Replayed) -> list[tuple[str, str, float]]:
    return [(clock(r), r["data"]["tier"], r["data"]["vix"]) for r in run.of("breaker.tripped")]


def skipped(run: Replayed) -> set[tuple[str, str]]:
    """Symbol and reason of each entry that GEN skipped."""
    return {(r["data"]["symbol"], r["data"]["reason"]) for r in run.of("entry.skipped", account="GEN")}
