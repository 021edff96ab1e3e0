"""What a trader reads under *why*: of an account, a position, a symbol and an event."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from allusetui.domain.contract import Option
from allusetui.domain.event import EntryPlanned, EntrySkipped, HedgeOpened, LevelChanged, OrderFilled
from allusetui.domain.snapshot import Told
from allusetui.rules.explain import OfAccount, OfEntry, OfPosition
from allusetui.view.fit import fold, width_of
from allusetui.view.model import Seen, Table, Tone
from allusetui.view.orders import orders
from allusetui.view.protocol import at_risk
from allusetui.view.why import Asked, about, asked_of, deeper, figures_told, why
from tests.replaying import replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape
from tests.view.snapshots import WIDTHS, seen_of, shown, text_of

THURSDAY = "2026-03-05T"
QUIET = but(AAPL, atr=4.0)


@pytest.fixture(scope="module")
def busy() -> Seen:
    """GEN works a put on AAPL, its old one on MSFT is at level 1; COM is paused with a call on its shares."""
    put = option("GEN", "MSFT", "2026-03-13", 200.0, "P", -3, 4.0, "2026-03-03")
    call = option("COM", "AAPL", "2026-03-13", 215.0, "C", -1, 2.0, "2026-03-03")
    replayed = replay_text(
        situation(
            THURSDAY + "09:40:00", THURSDAY + "09:45:02", {"AAPL": QUIET, "MSFT": QUIET, "SPY": but(QUIET, oi=7)}, put,
            call, holding("COM", "AAPL", 300, 200.0), tape(THURSDAY + "09:42:00", MSFT=195.0),
            operator(THURSDAY + "09:43:00", "pause", "COM"), fault(THURSDAY + "09:40:00", "no_fill", "AAPL", "20m"),
            accounts=("GEN", "COM"),
        )
    )  # fmt: skip
    return seen_of(replayed, now_ms=replayed.run.runtime.engine.volatile.seen_ms)


@pytest.fixture(scope="module")
def hedged() -> Seen:
    """Tue 01-13 10:02: the breadth's trigger has bought GEN a put and VIX calls at 10:00; REV holds a LEAP."""
    symbols = {"SPX": "spot = 5000.0", "VIX": "spot = 18.0", "NVDA": but(QUIET, spot=180.0)}
    leap = option("REV", "NVDA", "2027-01-15", 220.0, "C", 2, 20.0, "2025-10-01")
    times = ("2026-01-12T08:00:00", "2026-01-13T10:02:00")
    given = "[accounts.GEN]\nequity = 800_000\n[accounts.REV]\nequity = 500_000\n[market.breadth]\nvalue = 19.0"
    replayed = replay_text(situation(*times, symbols, given, leap, accounts=("GEN", "REV"), capital=None))
    return seen_of(replayed, now_ms=replayed.run.runtime.engine.volatile.seen_ms)


def longs_of(seen: Seen, account: str) -> list[Option]:
    return seen.snapshot.state.accounts[account].longs()


@pytest.mark.parametrize("width", [79, *WIDTHS, 40])
def test_hedges_and_leaps_are_answered_in_every_width_and_80_cells_cut_nothing(hedged: Seen, width: int) -> None:
    longs = [OfPosition(name, held) for name in ("GEN", "REV") for held in longs_of(hedged, name)]
    assert {of.option.symbol for of in longs} == {"SPX", "VIX", "NVDA"}
    for subject in (*longs, OfAccount("GEN"), OfAccount("REV")):
        table = why(hedged, Asked(subject), width)
        assert table.rows and table.width <= width
        assert len({row.key for row in table.rows}) == len(table.rows)
        if width >= 79:
            assert not any("…" in c.text.removeprefix("… ") for row in table.rows for c in row.cells)


def test_an_account_tells_its_budget_its_triggers_and_its_rungs(hedged: Seen) -> None:
    found = lines(why(hedged, Asked(OfAccount("GEN")), 160))
    on = "breadth % 19, of Mon 12 Jan, sessions old 0, judged Mon 12 Jan | below % 20, sessions old at most 5"
    assert f"✓ holds | 5.5 | the breadth asks for a hedge | {on}" in found
    bought = "triggers on 1, turned Mon 12 Jan, not, for episode"
    assert f"✗ refuses | 5.5 | a trigger's hedge is due | {bought} | at 10:00" in found
    assert any(line.startswith("✓ holds | 17.3 | hedge rung Oct 2026 is small | value ") for line in found)


def test_a_hedge_tells_its_profit_against_three_times_its_cost(hedged: Seen) -> None:
    put = next(held for held in longs_of(hedged, "GEN") if held.symbol == "SPX")
    cost = hedged.snapshot.state.accounts["GEN"].lots[put][0].price
    found = lines(why(hedged, Asked(OfPosition("GEN", put)), 160))
    profit = next(line for line in found if "its profit is enough" in line)
    assert profit.startswith("… waits | 5.6 17.5 | ") and f"at least {3 * cost:.2f}, times cost 3" in profit


def test_an_event_of_a_hedge_that_is_held_is_about_the_hedge(hedged: Seen) -> None:
    opened = told_of(hedged, HedgeOpened)
    asked = asked_of(hedged, "journal", str(opened.seq))
    assert asked == Asked(OfPosition("GEN", opened.event.contract), opened)
    for row in at_risk(hedged, 120).rows:
        of = asked_of(hedged, "risk", row.key)
        assert of is not None and isinstance(of.subject, OfPosition) and why(hedged, of, 79).rows


def told_of(seen: Seen, kind: type, **wanted: object) -> Told:
    found = [t for t in seen.snapshot.tail if isinstance(t.event, kind)]
    return next(t for t in found if all(getattr(t.event, name) == value for name, value in wanted.items()))


def old_put(seen: Seen) -> Option:
    return next(iter(seen.snapshot.state.accounts["GEN"].positions))


def lines(table: Table) -> list[str]:
    """Each finding on one line: its cells, put together again from the lines that they were folded to."""
    found: dict[str, list[str]] = {}
    for row in table.rows:
        key = row.key.rpartition(".")[0] or row.key
        cells = found.setdefault(key, [""] * len(table.columns))
        found[key] = [f"{a} {c.text}".strip() for a, c in zip(cells, row.cells, strict=True)]
    return [" | ".join(cells) for cells in found.values()]


def everything(seen: Seen) -> list[Asked]:
    puts = [OfPosition("GEN", p) for p in seen.snapshot.state.accounts["GEN"].positions]
    calls = [OfPosition("COM", c) for c in seen.snapshot.state.accounts["COM"].positions]
    entries = [OfEntry("GEN", "AAPL"), OfEntry("COM", "AAPL"), OfEntry("REV", "NVDA")]
    subjects = [*puts, *calls, *entries, OfAccount("GEN"), OfAccount("REV"), OfAccount("COM")]
    return [*map(Asked, subjects), *[Asked(OfAccount("GEN"), told) for told in seen.snapshot.tail]]


@pytest.mark.parametrize("width", [79, *WIDTHS, 40, 20, 200])
def test_every_answer_fits_its_width_and_its_rows_have_keys_of_their_own(busy: Seen, width: int) -> None:
    for asked in everything(busy):
        table = why(busy, asked, width)
        assert table.rows and table.width <= width
        assert len({row.key for row in table.rows}) == len(table.rows)
        for row in table.rows:
            assert all(width_of(cell.text) <= c.width for cell, c in zip(row.cells, table.columns, strict=True))
        assert all(sum(width_of(cell.text) for cell in line) <= width for line in about(busy, asked, width))


def test_80_cells_show_all_columns_and_cut_nothing(busy: Seen) -> None:
    for asked in everything(busy):
        table = why(busy, asked, 79)
        assert [column.title for column in table.columns] == ["verdict", "clause", "looked at", "figures", "law"]
        assert not any("…" in c.text.removeprefix("… ") for row in table.rows for c in row.cells)


def test_a_refusal_stands_out_by_its_sign_and_its_tone(busy: Seen) -> None:
    table = why(busy, Asked(OfAccount("COM")), 160)
    (paused,) = [shown(table, row) for row in table.rows if "paused" in shown(table, row)["looked at"].text]
    assert paused["verdict"].text == "✗ refuses" and paused["verdict"].tone is Tone.BAD
    assert (paused["clause"].text, paused["figures"].text) == ("0.7", "leaves cancels")
    told = {shown(table, row)["verdict"].text for row in table.rows}
    assert told == {"✓ holds", "✗ refuses", "… waits", "? no look", ""}
    unseen = why(busy, Asked(OfEntry("COM", "NVDA")), 160)
    assert "? no look" in {shown(unseen, row)["verdict"].text for row in unseen.rows}


def test_a_position_tells_breach_and_level_against_the_law(busy: Seen) -> None:
    msft = old_put(busy)
    found = lines(why(busy, Asked(OfPosition("GEN", msft)), 160))
    assert "✓ holds | 6.2 | level 1: watched | breach 1.25 ATR | from 1.00 ATR" in found
    assert "… waits | 6.4 | level 3: bought back | breach 1.25 ATR | from 3.00 ATR" in found


def test_what_a_window_found_is_told_with_its_figures_and_the_laws_number(busy: Seen) -> None:
    found = lines(why(busy, Asked(OfEntry("GEN", "SPY")), 160))
    assert "✗ refuses | 8.1 | open interest is enough | open interest 7, said 09:45 | at least 500" in found


def test_an_account_opens_its_symbols_and_nothing_else(busy: Seen) -> None:
    table = why(busy, Asked(OfAccount("GEN")), 160)
    opened = {row.key: deeper(busy, row.key) for row in table.rows}
    assert {a.subject for a in opened.values() if a is not None} == {
        OfEntry("GEN", each) for each in ("AAPL", "MSFT", "AMZN", "GOOG", "SPY", "QQQ", "IWM")
    }
    assert opened[table.rows[0].key] is None and opened[table.rows[1].key] is None


def test_every_row_of_every_pane_is_about_something(busy: Seen) -> None:
    assert asked_of(busy, "sleeves", "GEN") == Asked(OfAccount("GEN"))
    for row in at_risk(busy, 120).rows:
        asked = asked_of(busy, "risk", row.key)
        assert asked is not None and isinstance(asked.subject, OfPosition)
    (working,) = orders(busy, 120).rows
    assert asked_of(busy, "orders", working.key) == Asked(OfEntry("GEN", "AAPL"))
    for told in busy.snapshot.tail:
        asked = asked_of(busy, "journal", str(told.seq))
        assert asked is not None and asked.told is told
    assert asked_of(busy, "orders", "999") is None and asked_of(busy, "journal", "99999") is None
    assert asked_of(busy, "risk", "GEN|gone") is None


def test_an_event_is_about_what_it_tells_of(busy: Seen) -> None:
    skipped, level = told_of(busy, EntrySkipped, symbol="SPY"), told_of(busy, LevelChanged)
    msft = old_put(busy)
    assert asked_of(busy, "journal", str(skipped.seq)) == Asked(OfEntry("GEN", "SPY"), skipped)
    assert asked_of(busy, "journal", str(level.seq)) == Asked(OfPosition("GEN", msft), level)
    planned = told_of(busy, EntryPlanned)  # MSFT's: its put is held by now, and still the entry is meant
    assert asked_of(busy, "journal", str(planned.seq)) == Asked(OfEntry("GEN", planned.event.contract.symbol), planned)
    whole = busy.snapshot.tail[0]
    assert whole.event.account is None and asked_of(busy, "journal", str(whole.seq)) == Asked(None, whole)


def test_an_event_tells_what_led_to_it_and_what_its_clauses_say(busy: Seen) -> None:
    sent = next(t for t in reversed(busy.snapshot.tail) if t.event.kind == "order.sent")
    asked = asked_of(busy, "journal", str(sent.seq))
    assert asked is not None
    table = why(busy, asked, 160)
    found = [line.split(" | ")[2] for line in lines(table)]
    assert found[:4] == ["what led to it:", "entry planned", "order intended", "order sent"]
    assert "its clauses:" in found and "per-symbol exposure <=25% of sleeve equity" in found
    assert "protocol now:" in found
    first = deeper(busy, table.rows[1].key)
    assert first is not None and first.told is not None and first.told.event.kind == "entry.planned"
    assert text_of(about(busy, asked, 120)[0]).startswith(" why order sent 09:45")
    assert not [line for line in lines(table) if "pause" in line.split(" | ")[2]]


def test_a_position_that_is_gone_says_so(busy: Seen) -> None:
    msft = old_put(busy)
    gone = why(busy, Asked(OfPosition("COM", msft)), 79)
    assert not gone.rows and "no longer held" in gone.empty


def test_a_fill_of_what_is_closed_again_is_about_the_account(busy: Seen) -> None:
    msft = old_put(busy)
    gone = replace(msft, strike=Decimal(1))
    event = OrderFilled(
        account="GEN", client_order_id="x", contract=gone, side="BUY", quantity=1, price=Decimal(1),
        commission=Decimal(0), exec_id="1", intent="77",
    )  # type: ignore[arg-type]  # fmt: skip
    seen = replace(busy, snapshot=replace(busy.snapshot, tail=(Told(9000, busy.snapshot.now_ms, event),)))
    asked = asked_of(seen, "journal", "9000")
    assert asked is not None and asked.subject == OfAccount("GEN")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("equity_usd", Decimal("1559866.6"), "equity 1,559,867"),
        ("use_share", Decimal("0.2274"), "use 22.7%"),
        ("limit_share", 0.8, "limit 80%"),
        ("age_s", 75.0, "age 1m"),
        ("age_s", float("inf"), "age ?"),
        ("breach_atr", Decimal("-0.5"), "breach −0.50 ATR"),
        ("spot_price", None, "spot ?"),
        ("spot_price", Decimal("199.5"), "spot 199.50"),
        ("from", time(9, 45), "from 09:45"),
        ("next report", date(2026, 3, 6), "next report Fri 06 Mar"),
        ("open_interest", 499, "open interest 499"),
        ("outcome", "no_chain", "outcome no chain"),
        ("", "Thu 09:45–11:00", "Thu 09:45–11:00"),
        ("refused", None, ""),
    ],
)
def test_a_figure_is_told_in_the_unit_that_its_name_ends_in(name: str, value: object, text: str) -> None:
    assert figures_told({name: value}, 0) == text  # type: ignore[dict-item]


def test_a_text_is_folded_at_its_spaces_and_a_longer_word_is_cut() -> None:
    assert fold("no report by its expiry", 10) == ["no report", "by its", "expiry"]
    assert fold("", 5) == [""] and fold("extraordinary day", 5) == ["extr…", "day"]
