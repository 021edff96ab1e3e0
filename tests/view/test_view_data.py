"""What a trader reads of the data: every number with its source and age, what is unknown as unknown."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from allusetui.domain.moment import SECOND_MS
from allusetui.domain.quote import Feed, Payout
from allusetui.domain.snapshot import Source
from allusetui.view.data import data
from allusetui.view.header import header
from allusetui.view.model import Cell, Seen, Tone
from tests.replaying import replay_text
from tests.rules.situations import AAPL, but, situation
from tests.view.snapshots import WIDTHS, seen_of, shown, text_of

BREADTH = "[market.breadth]\nvalue = 43.5"


@pytest.fixture(scope="module")
def thursday() -> Seen:
    """10:00 of a session, with the chain of AAPL seen."""
    hours, known = ("2026-03-05T09:00:00", "2026-03-05T10:00:00"), but(AAPL, earnings="[2026-04-30]")
    return seen_of(replay_text(situation(*hours, {"AAPL": known}, BREADTH)))


def rows(seen: Seen, width: int = 160) -> dict[tuple[str, str], dict[str, Cell]]:
    """By symbol and what it is."""
    table, found = data(seen, width), {}
    for row in table.rows:
        of, what = row.key.split("|")
        found[of, what] = shown(table, row)
    return found


def told(seen: Seen, of: str, what: str) -> tuple[str, str, str, str]:
    cells = rows(seen)[of, what]
    return cells["value"].text, cells["source"].text, cells["age"].text, cells["trouble"].text


def linked(seen: Seen, *sources: Source, **quote: object) -> Seen:
    """The same on paper, with these sources; `quote` changes the quote of AAPL."""
    volatile = seen.snapshot.volatile
    quotes = {**volatile.quotes, "AAPL": replace(volatile.quotes["AAPL"], **quote)}
    snapshot = replace(seen.snapshot, mode="paper", volatile=replace(volatile, quotes=quotes), sources=sources)
    return replace(seen, snapshot=snapshot)


def test_a_simulated_session_says_so(thursday: Seen) -> None:
    assert told(thursday, "AAPL", "quote") == ("200.00", "the simulated market", "0s", "")
    assert told(thursday, "AAPL", "ATR")[:2] == ("20.00", "daily bars")
    assert told(thursday, "AAPL", "earnings")[:2] == ("30 Apr 2026", "the simulated market")
    assert [row["of"].text for row in rows(thursday).values()].count("AAPL") == 1


@pytest.mark.parametrize(
    ("feed", "words"), [(Feed.DELAYED, "delayed 15 min"), (Feed.FROZEN, "frozen at the close"), (Feed.LIVE, "live")]
)
def test_a_quote_says_what_kind_it_is_and_dims_with_age(thursday: Seen, feed: Feed, words: str) -> None:
    young = linked(thursday, feed=feed)
    old = linked(thursday, feed=feed, at_ms=thursday.snapshot.now_ms - 31 * SECOND_MS)
    assert told(young, "AAPL", "quote") == ("200.00", words, "0s", "")
    assert rows(young)["AAPL", "quote"]["source"].tone is (Tone.PLAIN if feed is Feed.LIVE else Tone.WARN)
    assert told(old, "AAPL", "quote")[2] == "31s"
    assert [rows(each)["AAPL", "quote"]["value"].tone for each in (young, old)] == [Tone.PLAIN, Tone.DIM]


def test_the_header_says_what_is_not_live(thursday: Seen) -> None:
    def text(seen: Seen) -> str:
        return "\n".join(map(text_of, header(seen, 80, 0.0)))

    assert "DELAYED" in text(linked(thursday, feed=Feed.DELAYED))
    assert "FROZEN" in text(linked(thursday, feed=Feed.FROZEN))
    assert "DELAYED" not in text(thursday) and "FROZEN" not in text(thursday)


def test_each_datum_of_a_linked_session_names_who_told_it_and_when(thursday: Seen) -> None:
    now_ms = thursday.snapshot.now_ms
    seen = linked(
        thursday,
        Source("bars", "AAPL", "Interactive Brokers, trades of regular hours", now_ms - 1_800_000, "to 2026-03-04"),
        Source("chain", "AAPL", "Interactive Brokers", now_ms - 15_000, "14 contracts"),
        Source("earnings", "AAPL", "market.toml", now_ms - 7_200_000, "", "10276 no events"),
        Source("dividends", "AAPL", ""),
        Source("breadth", "", "Interactive Brokers, bars of 503 stocks", None, "43.5 %, 2026-03-04"),
        Source("rate", "", ""),
        Source("quote", "GOOG", "Interactive Brokers", None, "", "354 not subscribed \x1b[31m"),
    )
    assert told(seen, "AAPL", "bars") == ("to 2026-03-04", "Interactive Brokers, trades of regular ho…", "30m", "")
    assert told(seen, "AAPL", "chain") == ("14 contracts", "Interactive Brokers", "15s", "")
    assert told(seen, "AAPL", "earnings") == ("30 Apr 2026", "market.toml", "2h", "10276 no events")
    assert told(seen, "AAPL", "dividends") == ("none known", "?", "–", "")
    assert told(seen, "", "breadth")[:2] == ("43.5 %, 2026-03-04", "Interactive Brokers, bars of 503 stocks")
    assert told(seen, "", "rate") == ("?", "?", "–", "")
    assert told(seen, "GOOG", "quote")[:2] == ("?", "?")
    assert "\x1b" not in told(seen, "GOOG", "quote")[3]


def test_the_next_dividend_is_told_with_its_day(thursday: Seen) -> None:
    paid = (Payout(date(2026, 2, 9), Decimal("0.25")), Payout(date(2026, 5, 11), Decimal("0.26")))
    volatile = replace(thursday.snapshot.volatile, payouts={"AAPL": paid})
    seen = replace(thursday, snapshot=replace(thursday.snapshot, volatile=volatile))
    assert told(seen, "AAPL", "dividends")[0] == "11 May 0.26"


def test_no_row_is_wider_than_the_screen(thursday: Seen) -> None:
    seen = linked(thursday, Source("bars", "AAPL", "x" * 200, 0, "y" * 200, "z" * 200))
    for width in WIDTHS:
        assert data(seen, width).width <= width
