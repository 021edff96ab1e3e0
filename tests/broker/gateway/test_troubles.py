"""What goes wrong at the broker: by a scenario's script, and by command."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allusetui.broker.gateway.commands import (
    ByHand,
    Convert,
    Correct,
    Cut,
    Double,
    LoseLink,
    Nameless,
    Notice,
    OrderError,
    ReadOnly,
    Refuse,
    Resend,
    Restart,
    RestoreLink,
    SetNextId,
    Withdraw,
)
from allusetui.broker.gateway.fields import Wanted
from allusetui.domain.contract import Side, after_split
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from tests.broker.gateway.desks import NOW
from tests.broker.gateway.ordering import FILLED_AT_ONCE, STOCK, client
from tests.broker.gateway.placed import LATER, PUT, kinds, place, sale
from tests.broker.gateway.troubled import ALL, BARS, FALLS, Desk, asked_line
from tests.broker.gateway.wire import Wire, errors
from tests.broker.scripts import OF_AAPL, fault

# By a scenario's script


def test_a_broker_that_rejects_ends_an_order_inactive() -> None:
    wire = Desk(fault("reject", OF_AAPL)).wire
    messages = place(wire, 1, PUT, sale(1.0))
    assert kinds(messages) == ["4:201", "3:Inactive"]
    assert messages[0][4] == "Order rejected - reason:rejected by the exchange"


def test_a_market_that_does_not_fill_leaves_an_order_working() -> None:
    wire = Desk(fault("no_fill", OF_AAPL)).wire
    assert kinds(place(wire, 1, PUT, sale(1.0))) == ["5", "3:Submitted"]
    assert kinds(wire.wait(10 * MINUTE_MS)) == ["11", "5", "3:Filled", "59"]


def test_an_answer_that_is_lost_comes_late_and_can_be_asked_for() -> None:
    wire = Desk(fault("lost_ack", OF_AAPL)).wire
    assert not place(wire, 1, PUT, sale(1.0))
    assert not place(wire, 2, PUT, sale(9.0))
    assert kinds(wire.say(61, 1)) == ["61", "62"]
    assert [(each[0], each[1]) for each in wire.say(5, 1)] == [("5", "2"), ("3", "2"), ("53", "1")]
    assert kinds(wire.say(*ALL)) == ["11", "55", "59"]
    assert not wire.wait(9 * MINUTE_MS - 1)
    late = wire.wait(1)
    assert kinds(late) == ["5", "3:Filled", "11", "5", "3:Filled", "59", "5", "3:Submitted"]


def test_while_the_broker_is_away_orders_are_lost_and_fills_are_told_when_it_returns() -> None:
    wire = Desk(fault("broker_down", when="2026-03-05T10:01:00", span="5m") + FALLS).wire
    place(wire, 1, PUT, sale(9.0))
    assert errors(wire.wait(MINUTE_MS)) == [(-1, 1100)]
    assert not place(wire, 2, PUT, sale(1.0))
    assert not wire.wait(4 * MINUTE_MS)
    assert [each[1] for each in wire.say(5, 1) if each[0] == "5"] == ["1"]
    back = wire.wait(MINUTE_MS)
    assert kinds(back) == ["4:1102", "11", "5", "3:Filled", "59"] and errors(back) == [(-1, 1102)]
    assert kinds(wire.say(16, 1)) == ["53"]
    assert ["9", "1", "3"] in wire.say(8, 1, 1)


def test_an_order_of_somebody_else_is_listed_with_all_and_told_to_client_0_alone() -> None:
    desk = Desk(fault("foreign_order", f"{OF_AAPL}\nquantity = 3", "2026-03-05T10:01:00", "5m"), 0)
    other = client(desk.made, 1, beside=desk.wire)
    assert kinds(desk.wire.wait(MINUTE_MS)) == ["5", "3:Submitted"] and not other.heard()
    opened, *_ = other.say(16, 1)
    assert opened[1] == "0" and opened[4:6] == ["STK", ""] and opened[13:15] == ["BUY", "3"]
    assert kinds(other.say(5, 1)) == ["53"]
    assert kinds(desk.wire.wait(5 * MINUTE_MS)) == []
    assert kinds(other.say(16, 1)) == ["53"]


# By command, at the broker


def test_the_link_is_lost_and_restored_by_command_with_and_without_a_word() -> None:
    desk = Desk(FALLS)
    place(desk.wire, 1, PUT, sale(9.0))
    assert errors(desk.do(LoseLink())) == [(-1, 1100)]
    assert not desk.wire.wait(5 * MINUTE_MS)
    assert errors(desk.do(RestoreLink(quiet=True))) == [(-1, 1102)]
    assert not desk.wire.wait(5 * MINUTE_MS)
    assert kinds(desk.wire.say(5, 1)) == ["53"] and kinds(desk.wire.say(*ALL)) == ["11", "55", "59"]


def test_while_the_link_is_lost_a_change_is_lost_too_and_the_order_stands_as_it_was() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(9.0))
    desk.do(LoseLink())
    assert place(desk.wire, 1, PUT, sale(1.0)) == []
    desk.do(RestoreLink())
    opened, *_ = desk.wire.say(5, 1)
    assert opened[13:17] == ["SELL", "1", "LMT", "9.0"]
    assert kinds(desk.wire.say(*ALL)) == ["55"]


def test_who_comes_while_the_link_is_lost_is_told_so_at_once() -> None:
    desk = Desk()
    desk.do(LoseLink())
    late = Wire(desk.made.gateway, 9, NOW, desk.wire)
    assert errors(late.begin(2))[-1] == (-1, 2110)


def test_where_data_is_lost_lines_have_to_be_asked_for_again() -> None:
    desk = Desk()
    ask = asked_line(5)
    assert desk.wire.say(*ask)
    assert desk.wire.wait(5 * SECOND_MS)
    desk.do(LoseLink())
    assert errors(desk.do(RestoreLink(data_kept=False))) == [(-1, 1101)]
    assert not desk.wire.wait(5 * SECOND_MS)
    assert desk.wire.say(*ask)


def test_an_order_without_permanent_id_shows_0_until_the_count_is_used_up() -> None:
    desk = Desk()
    desk.do(Nameless())
    assert place(desk.wire, 1, PUT, sale(9.0))[1][6] == "0"
    assert place(desk.wire, 2, PUT, sale(9.0))[1][6] == "1500000002"


def test_an_execution_is_told_again_or_corrected_in_price_and_cash() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(1.0, orderRef="a"))
    (again,) = desk.do(Resend("a"))
    assert again[14] == "X000001-1.01"
    row, cost = desk.do(Correct("a", Decimal("1.27")))
    assert (row[14], row[20], cost[2]) == ("X000001-1.02", "1.27", "X000001-1.02")
    assert [each[14] for each in desk.wire.say(*ALL) if each[0] == "11"] == ["X000001-1.02"]
    (cash, *_) = desk.wire.say(62, 1, 4, "DU4000001", "TotalCashValue")
    assert cash[5] == "100126.35"
    with pytest.raises(LookupError):
        desk.do(Resend("b"))


def test_an_error_can_be_said_under_an_order_that_lives_on() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(9.0, orderRef="a"))
    assert errors(desk.do(OrderError("a", 201, "text"))) == [(1, 201)]
    assert kinds(desk.wire.say(5, 1)) == ["5", "3:Submitted", "53"]
    assert desk.do(Notice(2103, "broken")) == [["4", "2", "-1", "2103", "broken", ""]]


def test_after_a_restart_that_forgets_ids_are_given_out_again_but_not_those_of_live_orders() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(1.0))
    place(desk.wire, 2, LATER, sale(9.0))
    desk.do(Restart(forgets=True))
    assert desk.wire.closed
    again = Wire(desk.made.gateway, 9, NOW)
    assert ["9", "1", "1"] in again.begin(1)
    assert kinds(place(again, 1, PUT, sale(1.0))) == FILLED_AT_ONCE
    changed = place(again, 2, LATER, sale(8.0))
    assert kinds(changed) == ["5", "3:Submitted"] and changed[1][6] == "1500000002"


def test_a_restart_that_remembers_goes_on_counting() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(1.0))
    desk.do(Restart())
    again = Wire(desk.made.gateway, 9, NOW)
    assert ["9", "1", "2"] in again.begin(1)


def test_a_client_is_cut_off_alone_and_its_ids_can_be_set() -> None:
    desk = Desk()
    other = client(desk.made, 2, beside=desk.wire)
    desk.do(Cut(1))
    assert desk.wire.closed and not other.closed
    desk.do(SetNextId(2, 40))
    assert ["9", "1", "40"] in other.say(8, 1, 1)
    assert errors(place(other, 39, STOCK, sale(1.0))) == [(39, 103)]


def test_while_the_link_is_lost_no_data_and_no_position_is_told_and_what_has_changed_is_afterwards() -> None:
    desk = Desk("[[tape]]\nat = 2026-03-05T10:02:00\nset = { AAPL = 210 }\n")
    assert desk.wire.say(*asked_line(5)) and desk.wire.wait(5 * SECOND_MS)
    assert kinds(desk.wire.say(61, 1)) == ["62"] and desk.wire.say(92, 8, "DU4000001", "")
    place(desk.wire, 1, PUT, sale(9.0))
    desk.do(LoseLink())
    assert not desk.wire.wait(5 * MINUTE_MS)
    assert errors(desk.wire.say(*BARS)) == [(6, 162)]
    assert not [each for each in desk.wire.say(*asked_line(9)) if each[0] in ("1", "2", "21", "58")]
    back = [*desk.do(RestoreLink()), *desk.wire.wait(5 * SECOND_MS)]
    assert kinds(back)[0] == "4:1102" and {each[2] for each in back if each[0] == "1"} == {"5", "9"}


def test_a_fill_during_an_outage_is_seen_in_the_positions_when_the_link_is_back_and_not_before() -> None:
    desk = Desk(FALLS)
    assert kinds(desk.wire.say(61, 1)) == ["62"]
    place(desk.wire, 1, PUT, sale(9.0))
    desk.do(LoseLink())
    assert not desk.wire.wait(5 * MINUTE_MS)
    back = [*desk.do(RestoreLink()), *desk.wire.wait(SECOND_MS)]
    assert "61" in kinds(back) and "11" in kinds(back)


def test_an_order_that_is_doubled_is_two_under_one_id_and_each_cancel_ends_one() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(9.0, orderRef="a"))
    assert kinds(desk.do(Double("a"))) == ["5", "3:Submitted"]
    listed = desk.wire.say(5, 1)
    assert [(each[1], each[6]) for each in listed if each[0] == "3"] == [("1", "1500000001"), ("1", "1500000002")]
    ended = [desk.wire.say(4, 1, 1, "") for _ in range(3)]
    assert [(kinds(each)[0], each[0][6]) for each in ended[:2]] == [
        ("3:Cancelled", "1500000002"), ("3:Cancelled", "1500000001"),
    ]  # fmt: skip
    assert errors(ended[2]) == [(1, 10148)] and kinds(desk.wire.say(5, 1)) == ["53"]


def test_the_next_orders_are_refused_until_the_count_is_used_up() -> None:
    desk = Desk()
    desk.do(Refuse())
    refused = place(desk.wire, 1, PUT, sale(1.0))
    assert errors(refused) == [(1, 201)] and kinds(refused)[-1] == "3:Inactive"
    assert kinds(place(desk.wire, 2, PUT, sale(1.0))) == FILLED_AT_ONCE


def test_an_order_can_be_ended_by_the_broker_which_is_told_when_it_can_be_reached() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(9.0, orderRef="a"))
    place(desk.wire, 2, PUT, sale(9.0, orderRef="b"))
    assert kinds(desk.do(Withdraw("a"))) == ["3:Cancelled", "4:202"]
    desk.do(LoseLink())
    assert not desk.do(Withdraw("b"))
    assert "3:Cancelled" in kinds(desk.do(RestoreLink()))
    assert kinds(desk.wire.say(5, 1)) == ["53"]
    with pytest.raises(LookupError):
        desk.do(Withdraw("c"))


def test_what_is_held_is_split_or_becomes_another_symbols_at_the_same_worth_of_cost() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(1.0, orderRef="a"))
    holdings = desk.made.holdings
    account = holdings.accounts[0]
    (sold,) = holdings.positions(account, NOW)
    desk.do(Convert("AAPL", "AAPL", Decimal(2)))
    (split,) = holdings.positions(account, NOW)
    assert split.contract == after_split(sold.contract, Decimal(2)) != sold.contract
    assert (split.quantity, split.cost) == (-2, sold.cost / 2)
    desk.do(Convert("AAPL", "MSFT"))
    (merged,) = holdings.positions(account, NOW)
    assert merged == replace(split, contract=after_split(split.contract, Decimal(1), "MSFT"))
    assert merged.contract.symbol == "MSFT"


def test_where_clients_only_read_every_word_about_orders_is_refused_and_nothing_is_placed() -> None:
    desk = Desk(client_id=0)
    desk.do(ReadOnly())
    for limit in (9.0, 1.0):
        assert errors(place(desk.wire, 1, PUT, sale(limit))) == [(1, 321)]
    assert errors(place(desk.wire, 1, PUT, sale(1.0, whatIf=True))) == [(1, 321)]
    assert errors(desk.wire.say(4, 1, 1, "")) == [(1, 321)]
    for message in ((5, 1), (16, 1), (15, 1, True), (58, 1), (99, False)):
        (refused,) = desk.wire.say(*message)
        assert refused[2:4] == ["-1", "321"] and "Read-Only" in refused[4]
    assert kinds(desk.wire.say(61, 1)) == ["62"] and kinds(desk.wire.say(*ALL)) == ["55"]
    desk.do(ReadOnly(on=False))
    assert kinds(place(desk.wire, 1, PUT, sale(1.0))) == [*FILLED_AT_ONCE, "61"]


def test_a_persons_order_that_can_not_be_taken_is_told_to_whoever_enters_it() -> None:
    desk = Desk()
    wanted = Wanted(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD")
    with pytest.raises(ValueError, match="price"):
        desk.do(ByHand(wanted, Side.BUY, 5, Decimal("150.001")))
    assert kinds(desk.wire.say(16, 1)) == ["53"]


def test_a_persons_order_that_is_bound_is_told_with_the_id_that_it_has_from_then_on() -> None:
    desk = Desk(client_id=0)
    wanted = Wanted(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD")
    desk.do(ByHand(wanted, Side.BUY, 5, Decimal(150)))
    bound, opened, _ = desk.wire.say(15, 1, True)
    assert bound == ["100", "1500000001", "0", "-1"] and (opened[0], opened[1]) == ("5", "-1")
    later = desk.do(ByHand(wanted, Side.BUY, 6, Decimal(150)))
    assert kinds(later) == ["100", "5", "3:Submitted"] and later[0] == ["100", "1500000002", "0", "-2"]
