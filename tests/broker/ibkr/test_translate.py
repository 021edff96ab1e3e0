"""9.5, 0.6: what the broker's book and news hold beside what we have a word for is left out and counted."""

from collections.abc import Callable

import pytest
from ib_async import CommissionReport, Execution, Position
from ib_async import Contract as TheirContract

from allusetui.broker.ibkr.evidence import Evidence
from allusetui.broker.ibkr.library import Ears, Library
from allusetui.broker.ibkr.translate import UntranslatableError, money
from tests.broker.ibkr.stands import CODE, PUT

pytestmark = pytest.mark.asyncio
SOUND: dict[str, object] = {
    "secType": "OPT", "symbol": "AAPL", "lastTradeDateOrContractMonth": "20260306", "strike": 200.0, "right": "P",
    "multiplier": "100", "currency": "USD", "tradingClass": "AAPL",
}  # fmt: skip


@pytest.mark.clause("9.5")
@pytest.mark.parametrize(
    "odd",
    [
        {"multiplier": "100.5"}, {"multiplier": "a hundred"}, {"strike": float("nan")}, {"strike": float("inf")},
        {"lastTradeDateOrContractMonth": "soon"}, {"right": "?"}, {"secType": "WAR"}, {"currency": "EUR"},
        {"tradingClass": "2AAPL"},
    ],
    ids=str,
)  # fmt: skip
async def test_9_5_a_position_that_we_have_no_word_for_is_left_out_and_counted(odd: dict[str, object]) -> None:
    library = Library(lambda seen: None, lambda about, code, text: None)
    for con_id, terms in enumerate((SOUND, SOUND | odd)):
        contract = TheirContract(**terms)  # type: ignore[arg-type]
        library.wrapper.positions[CODE][con_id] = Position(CODE, contract, -1.0, 116.0)
    assert library.held(frozenset({CODE})) == {PUT: -1}
    assert library.wrapper.untranslatable.total() == 1


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("quantity", [0.5, float("nan"), float("inf"), 1.7976931348623157e308])
async def test_9_5_a_quantity_that_is_none_is_left_out_and_counted(quantity: float) -> None:
    library = Library(lambda seen: None, lambda about, code, text: None)
    library.wrapper.positions[CODE][0] = Position(CODE, TheirContract(**SOUND), quantity, 116.0)  # type: ignore[arg-type]
    assert library.held(frozenset({CODE})) == {}
    assert library.wrapper.untranslatable.total() == 1


@pytest.mark.clause("10.3")
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1.7976931348623157e308])
async def test_10_3_a_commission_that_is_none_is_no_money(value: float) -> None:
    with pytest.raises(UntranslatableError):
        money(value)


ODD_WORDS: dict[str, Callable[[Ears], None]] = {
    "a status": lambda ears: ears.orderStatus(1, "Thinking", 0, 1, 0.0, 11, 0, 0.0, 7, "", 0.0),
    "a side": lambda ears: ears.execDetails(-1, TheirContract(**SOUND), Execution(side="LENT")),  # type: ignore[arg-type]
    "a part": lambda ears: ears.execDetails(
        -1, TheirContract(**SOUND), Execution(side="BOT", shares=0.5, price=1.0)  # type: ignore[arg-type]
    ),
    "a currency": lambda ears: ears.commissionReport(CommissionReport("X1", 0.65, "EUR")),
    "no amount": lambda ears: ears.commissionReport(CommissionReport("X1", float("nan"), "USD")),
}  # fmt: skip


@pytest.mark.clause("0.6")
@pytest.mark.parametrize("say", ODD_WORDS.values(), ids=ODD_WORDS)
async def test_0_6_news_of_an_order_that_we_have_no_word_for_are_counted_and_nobody_hears_them(
    say: Callable[[Ears], None],
) -> None:
    heard: list[Evidence] = []
    library = Library(heard.append, lambda about, code, text: None)
    say(library.wrapper)
    assert (heard, library.wrapper.untranslatable.total()) == ([], 1)
