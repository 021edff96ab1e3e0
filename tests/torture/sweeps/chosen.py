"""The thirty scenarios whose every step is a crash point: short ones, of all kinds of orders and latches."""

from pathlib import Path
from typing import Final

from allusetui.scenario.load import load, parse
from allusetui.scenario.model import Scenario
from tests.faults.runs import HELD, head, move
from tests.replaying import DATA, SHARED

_OWN: Final = Path(__file__).parents[2] / "scenarios"
_PUBLIC: Final = SHARED / "scenarios"
CHOSEN: Final = (
    "cc-profit-take-65", "crash-between-steps", "falling-hysteresis", "gen-roll-trigger-1-atr",
    "hedge-sizing-at-level2", "hundred-twenty", "liquidity-boundaries", "pause-during-a-working-order",
    "walk-one-contract", "0.3-per-symbol-cap", "0.4-clips-of-fifty", "0.6-three-seconds", "0.7-pause-and-resume",
    "0.8-kill-switch", "0.9-drawdown-pivot", "1.4-pin-risk", "1.7-early-close", "2.6-gen-fork", "2.7-mini-ends",
    "3.5-rev-reinvest", "4.2-com-profit-take", "6.3-level-2-rolls-and-freezes", "6.4-level-3-stops",
    "6.13-vix-65-latches-safe", "7.1-itm-above-95-percent", "7.2-call-at-or-above-cost", "8.6-broker-lost",
    "9.2-emergency-until-reset", "9.5-one-contract-missing", "17.2-put-rolled",
)  # fmt: skip


def scenario(name: str) -> Scenario:
    """One of ours, or of the public examples."""
    own = _OWN / f"{name}.toml"
    return load(own if own.is_file() else _PUBLIC / f"{name}.toml", DATA)


def _cut(text: str, start: str) -> str:
    return text.replace("start = 2026-03-05T09:30:00", f"start = 2026-03-05T{start}")


MINUTES: Final = {
    "entry": _cut(head("entry", "09:47:00"), "09:44:00"),
    "roll": _cut(head("roll", "10:32:00"), "10:28:00") + HELD + move("10:30:00", AAPL=187.0),
    "stop": _cut(head("stop", "10:32:00"), "10:28:00") + HELD + move("10:30:00", AAPL=182.0),
}
"""A few minutes around one order: every step of their disk fails in turn."""


def minutes(name: str) -> Scenario:
    return parse(MINUTES[name], f"{name}.toml")
