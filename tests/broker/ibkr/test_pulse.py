"""A quiet market and a dead feed answer alike: what differs is the time of the last trade, and whatever moves."""

import pytest

from allusetui.broker.ibkr.pulse import LAST_TIME, Pulse
from allusetui.broker.ibkr.shown import Shown

pytestmark = pytest.mark.clause("8.3")
AT = 10_000_000
LAST, BID_SIZE, HIGH = 4, 0, 6


def answered(pulse: Pulse, at_ms: int, traded_s: int | None, last: float = 18.0) -> int | None:
    """When what a line shows was made that was asked for at an instant and answered at once."""
    shown = Shown(pulse=pulse)
    shown.price(LAST, last, at_ms)
    if traded_s is not None:
        shown.text(LAST_TIME, str(traded_s), at_ms)
    return shown.made_ms(0)


def test_8_3_the_same_answer_again_is_no_younger() -> None:
    pulse = Pulse()
    assert answered(pulse, AT, AT // 1000) == AT
    assert answered(pulse, AT + 20_000, AT // 1000) == AT
    assert answered(pulse, AT + 40_000, AT // 1000) == AT


def test_8_3_an_answer_with_another_price_or_a_later_trade_is_as_young_as_it_is() -> None:
    pulse = Pulse()
    answered(pulse, AT, AT // 1000)
    assert answered(pulse, AT + 20_000, AT // 1000, last=18.01) == AT + 20_000
    assert answered(pulse, AT + 40_000, AT // 1000 + 33, last=18.01) == AT + 40_000


def test_8_3_the_first_answer_of_all_is_as_old_as_its_last_trade() -> None:
    assert answered(Pulse(), AT, AT // 1000 - 50) == AT - 50_000
    assert answered(Pulse(), AT, AT // 1000 + 3_600) == AT


def test_8_3_an_answer_of_which_nobody_tells_the_time_is_young() -> None:
    pulse = Pulse()
    assert [answered(pulse, at_ms, None) for at_ms in (AT, AT + 20_000)] == [AT, AT + 20_000]


@pytest.mark.parametrize(("tick", "young"), [(BID_SIZE, True), (HIGH, False)])
def test_8_3_a_line_that_goes_on_moves_with_its_book_and_not_with_the_figures_of_the_day(
    tick: int, young: bool
) -> None:
    pulse = Pulse()
    for at_ms, value in ((AT, 1.0), (AT + 5_000, 2.0)):
        pulse.told(tick, value, at_ms)
        pulse.told(LAST_TIME, str(AT // 1000), at_ms)
    assert pulse.moved_ms(AT + 6_000) == (AT + 5_000 if young else AT)
