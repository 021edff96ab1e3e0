"""13.2 over the socket: what the broker's news providers publish is heard once, in time, and as hostile text."""

from pathlib import Path

import pytest

from allusetui.broker.gateway import bulletins
from allusetui.broker.ibkr.headlines import EVERY_MS
from allusetui.domain.input import HeadlineSeen
from allusetui.domain.moment import MINUTE_MS
from tests.broker.ibkr.wired import Wired, wired

pytestmark = [pytest.mark.asyncio, pytest.mark.clause("13.2")]
HEAD = """
[[headline]]
at = 2026-03-05T{clock}
symbol = "{symbol}"
text = "{text}"
"""


def headline(clock: str, text: str, symbol: str = "AAPL") -> str:
    return HEAD.format(clock=clock, symbol=symbol, text=text)


async def heard(world: Wired, minutes: int) -> list[HeadlineSeen]:
    """All that is taken while market time passes; the wire has its moments after each step."""
    told: list[HeadlineSeen] = []
    for _ in range(minutes):
        world.house.wait(MINUTE_MS)
        for _ in range(6):  # a look asks three times, one after the other
            told += world.market.headlines.take(world.house.now_ms)
            await world.until(lambda: world.market.headlines._looking is None)
    return told


async def test_13_2_a_headline_is_heard_once_and_none_that_is_older_than_the_session(tmp_path: Path) -> None:
    more = (
        headline("09:50:00", "Apple said to look at something") + headline("10:02:00", "Apple looks at a recall")
        + headline("10:03:00", "Alphabet is sued", "GOOG") + headline("10:21:00", "Apple recalls")
    )  # fmt: skip
    async with wired(tmp_path, more=more) as world:
        world.market.watch(["VIX", "AAPL", "GOOG"], [])
        told = await heard(world, 30)
    assert [(seen.symbol, seen.text) for seen in told] == [
        ("AAPL", "Apple looks at a recall"), ("GOOG", "Alphabet is sued"), ("AAPL", "Apple recalls"),
    ]  # fmt: skip
    assert all(0 <= seen.at_ms - world.house.now_ms + 30 * MINUTE_MS <= 30 * MINUTE_MS for seen in told)
    assert told[0].at_ms - (world.house.now_ms - 28 * MINUTE_MS) <= EVERY_MS


async def test_13_2_its_text_is_hostile_and_a_provider_s_marks_are_no_words_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulletins, "untrusted", lambda text: text)  # a provider that sends whatever it likes
    texts = (
        r"{A:800015:L:en}{K:-0.97}Apple\u001b[31m is \u0007 sued",
        r"{A:1}",
        "x" * 3_000,
        r"a \r\n AU-1 b",
    )
    more = "".join(headline(f"10:0{number}:00", text) for number, text in enumerate(texts, 1))
    async with wired(tmp_path, more=more) as world:
        world.market.watch(["AAPL"], [])
        told = [seen.text for seen in await heard(world, 12)]
    assert told[0] == "Apple[31m is sued"
    assert [len(text) for text in told[1:]] == [300, len("a AU-1 b")]


async def test_13_2_a_login_without_news_hears_none_and_the_quotes_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulletins.Bulletins, "_providers", lambda self, session, request, at_ms: session.send(85, 0))
    async with wired(tmp_path, more=headline("10:02:00", "Apple looks at a recall")) as world:
        await world.watch(["AAPL"])
        assert await heard(world, 10) == []
        assert world.spot("AAPL") is not None
