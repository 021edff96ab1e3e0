"""The person of a trial: what it presses, when, and what it leaves alone."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from allusetui.domain import event as ev
from allusetui.domain.moment import clock, to_ms
from allusetui.lab.effects import Effects
from allusetui.lab.person import Person
from allusetui.market.calendars import calendar

DAYS = calendar(date(2026, 3, 2), date(2026, 4, 30))
FRIDAY = to_ms(datetime(2026, 4, 2, 10, 30))  # a Thursday: the next day is Good Friday


def pressed(*events: ev.Event, person: Person | None = None, at_ms: int = FRIDAY) -> list[tuple[str, str | None]]:
    keys = list((person or Person(DAYS))(at_ms, events))
    assert all(key.action == "reset" for key in keys)
    return [(clock(key.at_ms), key.account) for key in keys]


@pytest.mark.clause("6.4", "6.13")
@pytest.mark.parametrize("latch", ["level3", "breaker"])
def test_6_4_a_reset_waits_for_the_next_session_over_a_holiday(latch: str) -> None:
    assert pressed(ev.LatchSet(account="GEN", latch=latch)) == [("2026-04-06 09:35:00 ET", "GEN")]


@pytest.mark.clause("6.14")
def test_6_14_a_halt_is_one_reset_without_account() -> None:
    halted = [ev.StateChanged(account=name, from_="SAFE", to="EMERGENCY", reason="halt") for name in ("GEN", "REV")]
    assert pressed(*halted) == [("2026-04-06 09:35:00 ET", None)]
    effects = Effects()
    for each in halted:
        effects.note(FRIDAY, each)
    assert [(each.account, each.why) for each in effects.asked] == [(None, "halt")]


@pytest.mark.clause("6.13", "6.14")
def test_6_13_a_reset_that_is_refused_is_pressed_again_a_session_later() -> None:
    refused = ev.StateRefused(account="GEN", from_="SAFE", to="SAFE", reason="reset")
    assert pressed(refused) == [("2026-04-06 09:35:00 ET", "GEN")]
    assert pressed(ev.StateRefused(account="GEN", from_="EMERGENCY", to="SAFE", reason="reset")) == [
        ("2026-04-06 09:35:00 ET", None)
    ]
    assert pressed(ev.StateRefused(account="GEN", from_="SAFE", to="SAFE", reason="close")) == []


def test_one_key_is_pressed_however_often_the_same_account_asks() -> None:
    person, asked = Person(DAYS), ev.LatchSet(account="GEN", latch="level3")
    assert len(pressed(asked, person=person)) == 1
    assert pressed(asked, person=person, at_ms=FRIDAY + 60_000) == []


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("latch", ["mismatch", "disk", "broker", "paused"])
def test_9_5_what_would_be_a_defect_of_the_trial_stays_to_be_seen(latch: str) -> None:
    assert pressed(ev.LatchSet(account="GEN", latch=latch)) == []


def test_a_day_on_which_nothing_is_latched_presses_nothing() -> None:
    tripped = ev.BreakerTripped(tier="safe", vix=Decimal(66))
    assert pressed(tripped, ev.StateChanged(account="GEN", from_="SAFE", to="MONITORING", reason="rest")) == []
