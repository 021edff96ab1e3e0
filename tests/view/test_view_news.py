"""When what is shown is drawn again: by the second where something can change, seldom where nothing trades."""

from copy import deepcopy
from dataclasses import replace

import pytest

from allusetui.domain.moment import HOUR_MS, MINUTE_MS, SECOND_MS
from allusetui.view.model import Seen
from allusetui.view.news import SHUT_MS, tells_more
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, situation, tape
from tests.view.snapshots import seen_of
from tests.view.wednesdays import WED


@pytest.fixture(scope="module")
def shut() -> Seen:
    """Half an hour after a close, nothing at work."""
    text = situation(f"{WED}T15:50:00", f"{WED}T16:30:00", {"AAPL": AAPL}, tape(f"{WED}T15:55:00", AAPL=204.0))
    seen = seen_of(replay_text(text))
    assert not seen.snapshot.state.intents
    return seen


def later(seen: Seen, by_ms: int, **changes: object) -> Seen:
    snapshot = replace(seen.snapshot, now_ms=seen.snapshot.now_ms + by_ms, **changes)
    return replace(seen, snapshot=snapshot)


def test_a_shut_market_is_not_drawn_every_second(shut: Seen) -> None:
    assert not tells_more(later(shut, SECOND_MS), shut.snapshot)
    assert tells_more(later(shut, SHUT_MS), shut.snapshot)


def test_whatever_is_journalled_while_it_is_shut_is_drawn_at_once(shut: Seen) -> None:
    before = replace(shut.snapshot, tail=shut.snapshot.tail[:-1])
    assert tells_more(shut, before)


def test_the_last_minute_before_an_open_goes_by_the_second(shut: Seen) -> None:
    seen = later(shut, 17 * HOUR_MS - MINUTE_MS)  # 09:29 of the next day
    assert tells_more(later(seen, SECOND_MS), seen.snapshot)
    assert not tells_more(later(seen, -SECOND_MS), later(seen, -2 * SECOND_MS).snapshot)


def test_an_open_market_goes_by_the_second(shut: Seen) -> None:
    seen = later(shut, -2 * HOUR_MS)
    assert tells_more(later(seen, SECOND_MS), seen.snapshot)


def test_a_prompt_that_waits_for_a_person_goes_by_the_second_at_any_hour(shut: Seen, paused: Replayed) -> None:
    waiting = paused.run.runtime.engine.state.approvals
    assert waiting
    state = deepcopy(shut.snapshot.state)
    state.approvals = waiting
    seen = later(shut, 0, state=state)
    assert tells_more(later(seen, SECOND_MS), seen.snapshot)
