"""A broker's statement and the journal: what agrees ties, and every difference is told to the cent."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.domain.contract import Stock
from allusetui.domain.event import SessionStarted
from allusetui.journal.export import export
from allusetui.journal.memory import MemoryJournal
from allusetui.ledger.ours import ours
from allusetui.ledger.tie import Tie, tie
from allusetui.statement.activity import activity
from allusetui.statement.flex import flex
from tests.cli.commanded import run
from tests.ledger.dealing import Dealing, call, put
from tests.replaying import SHARED, replay_file
from tests.statement.writing import Records, Stated, stated, without

pytestmark = pytest.mark.clause("10.3")

WHEEL = Path(__file__).parents[1] / "scenarios" / "wheel-three-weeks.toml"
RUNS = [WHEEL, *sorted((SHARED / "scenarios").glob("*.toml"))]
PUT, CALL = put("AAPL", "2020-03-06", "195"), call("AAPL", "2020-03-20", "197.5")
HEDGE = put("SPX", "2021-06-18", "3000")


def book() -> Records:
    """Two weeks of two accounts: puts sold in two fills, assigned in part, a call called away, a hedge, a dividend."""
    days = Dealing("GEN", "COM").on("2020-03-04", "10:00").trade(PUT, -3, "1.5", "1.95").trade(PUT, -2, "1.52", "1.3")
    days.on("2020-03-06", "16:20").settle("assigned", PUT, 2).settle("expired", PUT, 3, "0")
    days.on("2020-03-09").trade(CALL, -2, "0.8", "1.3").trade(HEDGE, 1, "90.5", "1.0656", "COM")
    days.on("2020-03-13").pay("dividend", "154", "AAPL").pay("interest", "-3.11", None, "COM")
    return days.on("2020-03-20", "16:20").settle("called_away", CALL, 2).records


def compared(told: Stated, records: Records, as_csv: bool = False) -> Tie:
    statement = activity(told.csv(), None) if as_csv else flex(told.xml(), None)
    return tie(statement, ours(records, statement.first, statement.last))


def differences(told: Stated, records: Records) -> list[tuple[str, str, str, Decimal | None]]:
    return [(each.what, each.ours, each.theirs, each.usd) for each in compared(told, records).differences]


@pytest.mark.parametrize("as_csv", [False, True], ids=["flex", "csv"])
def test_10_3_what_the_broker_says_of_the_same_days_ties(as_csv: bool) -> None:
    records = book()
    found = compared(stated(records), records, as_csv)
    assert found.differences == ()
    assert (found.trades, found.endings, found.payments, found.positions) == (4, 3, 2, 1)
    assert found.our_fees == found.their_fees == Decimal("5.62")
    assert (found.missing, found.their_cash) == ((), found.our_cash)


@pytest.mark.parametrize("as_csv", [False, True], ids=["flex", "csv"])
@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_10_3_a_whole_run_ties(path: Path, as_csv: bool) -> None:
    records = list(replay_file(path).journal.read())
    found = compared(stated(records), records, as_csv)
    assert found.differences == ()


def test_10_3_a_later_period_ties_too_with_what_it_began_with() -> None:
    records = book()
    found = compared(stated(records, date(2020, 3, 9)), records)
    assert (found.differences, found.trades, found.endings) == ((), 2, 1)


def test_10_3_without_execution_ids_trades_are_found_by_contract_time_quantity_and_price() -> None:
    records = book()
    told = stated(records)
    told.rows["Trade"] = without(told.rows["Trade"], "ibExecID", "orderReference")
    assert compared(told, records).differences == ()


def test_10_3_one_row_for_an_order_of_two_fills_ties_by_its_sums() -> None:
    # 3 at 1.50 and 2 at 1.52: 5 at 1.508, fees 3.25.
    records = book()
    told = stated(records)
    first, _, *others = without(told.rows["Trade"], "ibExecID")
    first.update(quantity="-5", tradePrice="1.508", ibCommission="-3.25")
    told.rows["Trade"] = [first, *others]
    assert compared(told, records).differences == ()
    first.update(tradePrice="1.509")
    assert differences(told, records) == [("trade", "-5 for -754.00", "-5 for -754.50", Decimal("0.50"))]


Change = Callable[[Stated], object]
CASES: dict[str, tuple[Change, list[tuple[str, str, str, Decimal | None]]]] = {
    "commission": (
        lambda s: s.change("Trade", 0, ibCommission="-1.96"), [("fees", "1.95", "1.96", Decimal("0.01"))]
    ),
    "price": (
        lambda s: s.change("Trade", 0, tradePrice="1.49"),
        [("trade", "AAPL 2020-03-06 195 P -3 at 1.5", "AAPL 2020-03-06 195 P -3 at 1.49", Decimal("-3.00"))],
    ),
    "ours alone": (
        lambda s: s.rows["Trade"].pop(0), [("trade", "-3 for -450.00", "none", Decimal("-450.00"))]
    ),
    "theirs alone": (
        lambda s: s.rows["Trade"].append({**s.rows["Trade"][0], "ibExecID": "new"}),
        [("trade", "none", "-3 for -450.00", Decimal("450.00"))],
    ),
    "none of ours": (
        lambda s: s.rows["Trade"].append({**s.rows["Trade"][0], "ibExecID": "fx", "assetCategory": "CASH"}),
        [("trade", "none", "-3 at 1.5", None)],
    ),
    "position": (
        lambda s: s.change("OpenPosition", 0, position="2"), [("position", "1", "2", None)]
    ),
    "a position of their own": (
        lambda s: s.rows["OpenPosition"].append({"assetCategory": "BOND", "symbol": "T 4", "position": "5"}),
        [("position", "0", "5", None)],
    ),
    "payment": (
        lambda s: s.change("CashTransaction", 0, amount="153.99"),
        [("payment", "154.00", "none", Decimal(-154)), ("payment", "none", "153.99", Decimal("153.99"))],
    ),
    "payment of another month": (
        lambda s: s.change("CashTransaction", 0, dateTime="20200302;120000"),
        [("payment", "2020-03-13", "2020-03-02", None)],
    ),
    "withheld tax": (
        lambda s: s.rows["CashTransaction"].append(
            {**s.rows["CashTransaction"][0], "type": "Withholding Tax", "amount": "-23.10"}
        ),
        [("payment", "none", "-23.10", Decimal("-23.10"))],
    ),
    "cash": (
        lambda s: s.change("CashReportCurrency", 0, endingCash="1.00"), [("cash", "", "1.00", None)]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_10_3_each_difference_is_one_line_with_both_figures(case: str) -> None:
    change, expected = CASES[case]
    records = book()
    told = stated(records)
    change(told)
    found = differences(told, records)
    if case == "cash":
        ((what, mine, theirs, apart),) = found
        assert (what, theirs) == ("cash", "1.00")
        assert apart == 1 - Decimal(mine)
    else:
        assert found == expected


def test_10_3_an_assignment_for_another_number_of_contracts_differs_in_contracts_and_shares() -> None:
    records = book()
    told = stated(records)
    for element in ("Trade", "OptionEAE"):
        for row in told.rows[element]:
            if row.get("tradeID") in ("t0", "t0s"):
                row["quantity"] = str(int(row["quantity"]) // 2)
    assert differences(told, records) == [
        ("option event", "2", "1", None), ("option event", "200", "100", Decimal("19500.00"))
    ]  # fmt: skip


def test_10_3_a_trade_that_was_cancelled_and_corrected_counts_once() -> None:
    records = book()
    told = stated(records)
    wrong = {**told.rows["Trade"][0], "ibExecID": "x.01", "tradePrice": "9"}
    cancel = {**wrong, "transactionType": "TradeCancel", "quantity": "3", "buySell": "BUY (Ca.)"}
    told.rows["Trade"] += [wrong, cancel]
    assert compared(told, records).differences == ()


def test_10_3_a_cancel_of_what_the_file_does_not_tell_is_a_trade_the_other_way() -> None:
    records = book()
    told = stated(records)
    told.rows["Trade"].append(
        {**told.rows["Trade"][0], "ibExecID": "x.01", "transactionType": "TradeCancel", "quantity": "3"}
    )
    assert differences(told, records) == [("trade", "none", "3 for 450.00", Decimal("-450.00"))]


def test_10_3_sums_beside_what_they_sum_up_count_nothing() -> None:
    records = book()
    told = stated(records)
    for level in ("SUMMARY", "ORDER", "SYMBOL_SUMMARY", "ASSET_SUMMARY", "CLOSED_LOT", "WASH_SALE"):
        told.rows["Trade"].append({**told.rows["Trade"][0], "levelOfDetail": level})
    told.rows["CashTransaction"].append({**told.rows["CashTransaction"][0], "levelOfDetail": "SUMMARY"})
    told.rows["OpenPosition"].append({**told.rows["OpenPosition"][0], "levelOfDetail": "LOT"})
    told.rows["CashReportCurrency"].append({"currency": "BASE_SUMMARY", "endingCash": "1.00"})
    assert compared(told, records).differences == ()


def test_10_3_executions_are_counted_and_not_the_orders_that_they_add_up_to() -> None:
    records = book()
    lines = []
    for line in stated(records).csv().splitlines(keepends=True):
        kinds = ("Order", "Trade", "ClosedLot") if line.startswith("Trades,Data,Order,") else ("Order",)
        lines += [line.replace("Order", kind, 1) for kind in kinds]
    statement = activity("".join(lines), None)
    found = tie(statement, ours(records, statement.first, statement.last))
    assert (found.differences, found.trades, found.endings) == ((), 4, 3)


def test_10_3_an_option_whose_parts_were_not_chosen_is_known_by_its_symbol() -> None:
    records = book()
    told = stated(records)
    told.rows["Trade"] = without(told.rows["Trade"], "strike", "expiry", "putCall")
    assert compared(told, records).differences == ()


def test_10_3_what_the_file_has_no_section_for_is_not_compared_and_said() -> None:
    records = book()
    told = stated(records)
    for element in ("CashTransaction", "CashReportCurrency"):
        del told.rows[element]
    found = compared(told, records)
    assert (found.differences, found.missing) == ((), ("cash transactions", "cash report"))
    kept = "".join(line for line in stated(records).csv().splitlines(keepends=True) if not line.startswith("Trades,"))
    statement = activity(kept, None)
    alone = tie(statement, ours(records, statement.first, statement.last))
    assert (alone.differences, alone.missing) == ((), ("trades", "option events"))


def test_10_3_a_section_without_a_row_says_that_nothing_happened() -> None:
    records = book()
    told = Stated(date(2020, 3, 4), date(2020, 3, 4), {"Trade": []})
    assert [each.what for each in compared(told, records).differences] == ["trade"]
    idle = Stated(date(2020, 3, 5), date(2020, 3, 5), {"Trade": [], "CashTransaction": []})
    assert compared(idle, records).differences == ()


def test_10_3_option_events_alone_tell_of_the_shares_too() -> None:
    records = book()
    told = stated(records)
    told.rows["Trade"] = [row for row in told.rows["Trade"] if "notes" not in row or row["notes"] == "P"]
    assert compared(told, records).differences == ()
    told.rows["OptionEAE"] = [row for row in told.rows["OptionEAE"] if row["assetCategory"] == "OPT"]
    about = [each.about for each in compared(told, records).differences]
    assert about == ["AAPL shares at 195", "AAPL shares at 197.5"]


def test_10_3_a_weekly_index_class_is_its_index() -> None:
    records = book()
    told = stated(records).change("OpenPosition", 0, underlyingSymbol="SPXW")
    assert compared(told, records).differences == ()


def test_10_3_shares_alone_are_a_position() -> None:
    days = Dealing().on("2020-03-04").shares("AAPL", 100, "200", "1")
    told = stated(days.records)
    assert flex(told.xml(), None).held == {Stock("AAPL"): 100}
    assert compared(told, days.records, as_csv=True).differences == ()


def session_of(records: Records, folder: Path) -> Path:
    journal = MemoryJournal()
    began = SessionStarted(
        session="1", mode="sim", constitution="v1.3", constitution_hash="0", seed=1, margin_rate=Decimal("0.2"),
        commission=Decimal("0.65"),
    )  # fmt: skip
    for at_ms, event in [(records[0][1], began), *((at_ms, event) for _, at_ms, event in records)]:
        journal.append(at_ms, [event])
    export(journal, folder / "journal.ndjson")
    return folder / "journal.ndjson"


def test_10_3_the_command_ends_with_0_where_it_ties_and_with_1_where_it_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = book()
    journal, file = session_of(records, tmp_path), tmp_path / "flex.xml"
    told = stated(records)
    file.write_bytes(told.xml())
    assert run("statement", file, "--journal", journal, "--broker-account", "U1234567") == 0
    assert capsys.readouterr().out.endswith("\nit ties\n")
    file.write_bytes(told.change("Trade", 0, ibCommission="-1.96").xml())
    assert run("statement", file, "--journal", journal) == 1
    out = capsys.readouterr().out
    assert "DIFFERS fees AAPL 2020-03-06 195 P [#4], Trade " in out
    assert ": ours 1.95, statement 1.96, apart 0.01\n1 difference\n" in out
    file.write_text(stated(records).csv(), encoding="utf-8")
    assert run("statement", file, "--journal", journal) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"journal.ndjson", "flex.xml"}
