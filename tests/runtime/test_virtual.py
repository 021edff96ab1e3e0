"""Time jumps to the next instant at which anything may happen; looking at every tick tells the same story (0.12)."""

from pathlib import Path

import numpy as np
import pytest

from allusetui.codec.records import line
from allusetui.compose.run import build_run
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import load, parse
from allusetui.scenario.model import Scenario
from tests.faults.runs import HELD, STORIES, fault, head, move
from tests.replaying import DATA, SHARED, Silent

EXAMPLES = SHARED / "scenarios"
SHORT = (
    "crash-between-steps", "falling-hysteresis", "friday-otm-045-percent", "gen-roll-trigger-1-atr", "level1-boundary",
    "pause-during-a-working-order", "vix-50-hedged-week", "cc-profit-take-65",
)  # fmt: skip


def told(scenario: Scenario, every_tick: bool) -> list[str]:
    journal = MemoryJournal()
    run = build_run(scenario, journal, Silent())
    run.runtime.world.every_tick = every_tick
    run.go()
    return [line(*row) for row in journal.read()]


def differences(scenario: Scenario) -> list[tuple[str, str]]:
    """The first lines at which jumping and looking at every tick part."""
    jumping, looking = told(scenario, False), told(scenario, True)
    pairs = zip([*jumping, ""], [*looking, ""], strict=False)
    return [(here, there) for here, there in pairs if here != there][:1]


@pytest.mark.clause("0.12")
@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the shared example scenarios are not here")
@pytest.mark.parametrize("name", SHORT)
def test_0_12_skipped_ticks_change_nothing_in_a_worked_example(name: str) -> None:
    assert differences(load(EXAMPLES / f"{name}.toml", DATA)) == []


@pytest.mark.clause("0.12")
@pytest.mark.timeout(300)
def test_0_12_skipped_ticks_change_nothing_in_the_crash_week() -> None:
    assert differences(load("crash-week", Path())) == []


@pytest.mark.clause("0.12")
@pytest.mark.parametrize("story", STORIES)
def test_0_12_skipped_ticks_change_nothing_in_a_short_story(story: str) -> None:
    assert differences(parse(STORIES[story][0], "story.toml")) == []


def wandering(seed: int) -> str:
    """Four puts held while spot and VIX wander past levels and tiers, at seeded instants, with a seeded fault."""
    rng = np.random.default_rng(seed)
    text = head(f"wander-{seed}") + HELD
    spot, vix = 197.0, 30.0
    instants = sorted({int(s) for s in rng.integers(0, 2 * 3600, size=14)})
    for second in instants:
        spot += float(np.round(rng.normal(-0.6, 2.5), 2))
        vix = float(np.clip(np.round(vix + rng.normal(2.0, 6.0), 2), 12, 70))
        clock = f"{9 + (1800 + second) // 3600:02}:{(1800 + second) % 3600 // 60:02}:{second % 60:02}"
        glide = f'glide = "{int(rng.integers(1, 8))}m"\n' if rng.random() < 0.6 else ""
        text += move(clock, AAPL=round(spot, 2), VIX=vix) + glide
    kind = str(rng.choice(["stale", "no_fill", "lost_ack", "reject", "broker_down", "none"]))
    if kind != "none":
        keys = {} if kind == "broker_down" else {"symbol": "AAPL"}
        text += fault(kind, f"10:{int(rng.integers(0, 50)):02}:{int(rng.integers(0, 60)):02}", "90s", **keys)
    return text


@pytest.mark.clause("0.12")
@pytest.mark.parametrize("seed", range(24))
def test_0_12_skipped_ticks_change_nothing_wherever_the_market_wanders(seed: int) -> None:
    assert differences(parse(wandering(seed), "wander.toml")) == []
