"""Silence is an alert: after 60 s, and only where nobody has explained it."""

from dataclasses import replace
from typing import Any

import pytest

from allusetui.domain.account import Status
from allusetui.domain.snapshot import Link
from allusetui.view.model import Seen
from allusetui.view.silence import silence
from tests.replaying import replay_text
from tests.rules.situations import AAPL, situation
from tests.view.snapshots import seen_of

DAY = "2026-03-04"


def at(start: str, end: str, *more: str, **changes: Any) -> Seen:
    return seen_of(replay_text(situation(f"{DAY}T{start}", f"{DAY}T{end}", {"AAPL": AAPL}, *more)), **changes)


@pytest.fixture(scope="module")
def calm() -> Seen:
    return at("10:00:00", "10:05:00")


def test_what_is_heard_of_is_no_silence(calm: Seen) -> None:
    assert silence(calm, 59_900.0, 59_900.0) is None


def test_an_engine_without_a_heartbeat_for_a_minute_is_one(calm: Seen) -> None:
    assert silence(calm, 60_000.0, 0.0) == "SILENCE: no heartbeat of the engine for 1m"


def test_an_engine_that_has_ended_has_explained_itself(calm: Seen) -> None:
    assert silence(replace(calm, snapshot=replace(calm.snapshot, ended=True)), 600_000.0, 600_000.0) is None


def test_a_link_that_is_down_for_a_minute_is_one_but_not_in_maintenance(calm: Seen) -> None:
    assert silence(calm, 0.0, 60_000.0) == "SILENCE: the broker's link is down for 1m"
    accounts = {a.name: replace(a, status=Status.MAINTENANCE) for a in calm.snapshot.state.accounts.values()}
    serviced = replace(calm.snapshot, state=replace(calm.snapshot.state, accounts=accounts))
    assert silence(replace(calm, snapshot=serviced), 0.0, 60_000.0) is None


def test_a_link_that_tells_nothing_while_the_market_is_open_is_one(calm: Seen) -> None:
    mute = replace(calm, snapshot=replace(calm.snapshot, link=Link(message_age_ms=61_000.0)))
    assert silence(mute, 0.0, 0.0) == "SILENCE: no data for 1m"


def test_quotes_that_nobody_had_to_ask_for_are_none() -> None:
    seen = at("10:00:00", "10:04:30")
    ages_ms = [seen.snapshot.now_ms - quote.at_ms for quote in seen.snapshot.volatile.quotes.values()]
    assert ages_ms and min(ages_ms) > 60_000
    assert silence(seen, 0.0, 0.0) is None


def test_a_market_that_is_shut_explains_that_it_says_nothing(calm: Seen) -> None:
    shut = at("15:58:00", "16:30:00", link=Link(message_age_ms=900_000.0))
    assert silence(shut, 0.0, 0.0) is None
