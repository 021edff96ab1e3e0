"""8.3: an option whose own feed is dead while its underlying moves is no younger than the move that it missed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import nan
from pathlib import Path

import pytest

from allusetui.broker.ibkr.follows import Follows
from allusetui.broker.ibkr.lines import RENEW_MS
from allusetui.domain.contract import Option, Right, Stock
from allusetui.domain.quote import Quote
from tests.broker.ibkr.wired import Wired, wired

pytestmark = pytest.mark.clause("8.3")
PUT = Option("AAPL", date(2026, 3, 13), Decimal(195), Right.PUT)
BOOK = Quote(Decimal("2.00"), Decimal("2.04"), 0)
AT, GONE, BACK = Decimal(200), Decimal("199.8"), Decimal("199.9")
"""Half the delta of twenty cents is ten, of ten it is five: more, and less, than twice the spread and a tick."""


def made(*seen: tuple[int, Decimal], delta: float = -0.5, book: Quote = BOOK) -> list[int]:
    """When the same book was made at the latest, as it is told again at each instant with a spot."""
    follows = Follows()
    return [follows.made_ms(PUT, replace(book, at_ms=at_ms), spot, delta, at_ms) for at_ms, spot in seen]


def test_8_3_a_book_that_does_not_follow_is_as_old_as_the_move() -> None:
    assert made((0, AT), (100, AT), (200, GONE), (300, GONE), (400, GONE)) == [0, 100, 200, 200, 200]


def test_8_3_it_is_young_again_where_the_price_comes_back_and_where_it_changes() -> None:
    assert made((0, AT), (200, GONE), (300, BACK), (400, GONE), (500, GONE)) == [0, 200, 300, 400, 400]
    follows = Follows()
    for at_ms in (0, 100):
        follows.made_ms(PUT, BOOK, (AT, GONE)[at_ms // 100], -0.5, at_ms)
    moved = replace(BOOK, ask=Decimal("2.20"), at_ms=200)
    assert follows.made_ms(PUT, moved, GONE, -0.5, 200) == 200


def test_8_3_what_is_far_from_the_money_wide_or_of_an_unknown_delta_may_stand_still() -> None:
    moves = ((0, AT), (60_000, Decimal(198)))
    assert made(*moves, delta=-0.02) == made(*moves, delta=nan) == [0, 60_000]
    assert made(*moves, book=replace(BOOK, ask=Decimal("2.60"))) == [0, 60_000]


def tells(world: Wired, spot: Decimal) -> None:
    """The share's line tells a new price, the put's that it lives; the book of the put stays as it was."""
    for tick in (1, 2):
        world.say_later(1, 6, world.line_of(Stock("AAPL")), tick, spot, 100, 0)
    world.say(21, world.line_of(PUT), 13, 0, 0.3, -0.3, 2.0, 0, 0.02, 0.1, -0.1, spot)


@pytest.mark.asyncio
@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(("first", "then", "is_young"), [("197", "196.9", False), ("200.01", "200.02", True)])
async def test_8_3_over_the_socket_a_line_that_lives_and_tells_no_new_book_makes_it_young_or_not(
    first: str, then: str, is_young: bool, tmp_path: Path
) -> None:
    async with wired(tmp_path) as world:
        await world.watch(["AAPL", "VIX"], [PUT])
        before, told_ms = world.quote(PUT), []
        for spot in map(Decimal, (first, then)):
            world.wait(RENEW_MS // 2)
            tells(world, spot)
            await world.until(lambda spot=spot: (seen := world.spot("AAPL")) is not None and seen.mid == spot)
            told_ms.append(world.house.now_ms)
            after = world.quote(PUT)
        assert before is not None and after is not None
        assert (after.bid, after.ask, after.at_ms) == (before.bid, before.ask, told_ms[is_young])
