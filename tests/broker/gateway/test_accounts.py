"""Values, positions, summaries and gains of accounts on the wire, and when they are told."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.broker.gateway.commands import Assign
from allusetui.broker.gateway.holdings import night_after
from allusetui.broker.gateway.venue import assemble
from allusetui.domain.contract import Option, Right, Stock
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from tests.broker.gateway.desks import NOW, assembly, venue
from tests.broker.gateway.ordering import STOCK, client
from tests.broker.gateway.placed import ACCOUNT, LATER, OTHER, PUT, con_id, kinds, place, purchase, sale
from tests.broker.gateway.questions import AAPL
from tests.broker.gateway.wire import Wire, errors
from tests.broker.provisions import provision
from tests.broker.scripts import OF_AAPL, at, fault

SHORT = Option("AAPL", date(2026, 3, 6), Decimal(210), Right.PUT)


def rows(messages: list[list[str]], kind: str) -> list[list[str]]:
    return [each for each in messages if each[0] == kind]


def values(messages: list[list[str]], kind: str = "6") -> dict[str, str]:
    """The values of accounts among messages, by tag."""
    tag = {"6": 2, "63": 4, "73": 5}[kind]
    return {each[tag]: each[tag + 1] for each in rows(messages, kind)}


def test_positions_come_without_exchange_at_the_cost_of_a_contract_and_again_as_they_change() -> None:
    wire = client(assembly(accounts=(provision(ACCOUNT, shares=300, options=((SHORT, -2),)), provision(OTHER))))
    option, stock, end = wire.say(61, 1)
    assert (option[2:6], option[10], option[14:]) == (
        [ACCOUNT, str(con_id(SHORT)), "AAPL", "OPT"],
        "",
        ["-2", "100.0000"],
    )
    assert (stock[3], stock[8], stock[14:], end) == (str(AAPL), "", ["300", "190.0000"], ["62", "1"])
    changed = rows(place(wire, 1, STOCK, sale(1.0, 300)), "61")
    assert [each[14:] for each in changed] == [["0", "0.0000"]]
    assert not wire.say(64, 1)
    assert not rows(place(wire, 2, PUT, sale(1.0)), "61")


def test_an_account_is_told_with_its_portfolio_and_again_every_three_minutes() -> None:
    wire = client(assembly(accounts=(provision(ACCOUNT, shares=100),)))
    messages = wire.say(6, 2, True, "")
    assert messages[-1] == ["54", "1", ACCOUNT] and messages[-2] == ["8", "1", "10:00"]
    found = values(messages)
    assert (found["NetLiquidation"], found["TotalCashValue"], found["AccountReady"]) == (
        "120000.00",
        "100000.00",
        "true",
    )
    assert (found["InitMarginReq"], found["MaintMarginReq"]) == ("10000.00", "5000.00")
    assert (found["ExcessLiquidity"], found["UnrealizedPnL"]) == ("115000.00", "1000.00")
    (stock,) = rows(messages, "7")
    assert stock[13:] == ["100", "200.0000", "20000.00", "190.0000", "1000.00", "0.00", ACCOUNT]
    assert not wire.wait(3 * MINUTE_MS - 1) and values(wire.wait(1))["NetLiquidation"] == "120000.00"
    assert wire.gateway.next_ms(wire.at_ms) == wire.at_ms + 3 * MINUTE_MS
    sold = place(wire, 1, STOCK, sale(1.0, 100))
    assert values(sold)["TotalCashValue"] == "120000.00" and rows(sold, "7")[0][13] == "0"
    assert not wire.say(6, 2, False, ACCOUNT) and not wire.wait(5 * MINUTE_MS)


def test_an_account_that_is_none_is_refused() -> None:
    wire = client(assembly())
    assert errors(wire.say(6, 2, True, "DU1")) == [(-1, 321)]
    assert errors(wire.say(76, 1, 4, "DU1", "", False)) == [(4, 321)]
    assert errors(wire.say(92, 5, "DU1", "")) == [(5, 321)]
    assert errors(wire.say(62, 1, 6, "DU1", "NetLiquidation")) == [(6, 321)]
    assert errors(wire.say(94, 7, ACCOUNT, "", 1)) == [(7, 200)]


def test_of_summaries_there_are_two_and_a_third_is_refused() -> None:
    wire = client(assembly())
    found = wire.say(62, 1, 4, "All", "NetLiquidation,Unheard")
    assert [each[2:] for each in rows(found, "63")] == [
        ["4", ACCOUNT, "NetLiquidation", "100000.00", "USD"], ["4", OTHER, "NetLiquidation", "100000.00", "USD"],
    ]  # fmt: skip
    assert kinds(found)[-1] == "64"
    assert kinds(wire.say(62, 1, 5, OTHER, "AccountType")) == ["63", "64"]
    assert errors(wire.say(62, 1, 6, "All", "NetLiquidation")) == [(6, 322)]
    assert errors(wire.say(62, 1, 4, "All", "NetLiquidation")) == [(4, 322)]
    assert kinds(wire.wait(3 * MINUTE_MS)) == ["63", "63", "63"]  # both, again
    assert not wire.say(63, 1, 4)
    assert kinds(wire.wait(3 * MINUTE_MS)) == ["63"]
    assert kinds(wire.say(62, 1, 6, "All", "NetLiquidation")) == ["63", "63", "64"]


def test_values_of_several_accounts_are_told_by_request() -> None:
    wire = client(assembly())
    found = wire.say(76, 1, 4, OTHER, "", False)
    assert values(found, "73")["NetLiquidation"] == "100000.00" and found[-1] == ["74", "1", "4"]
    assert kinds(wire.say(76, 1, 5, OTHER, "a model", False)) == ["74"]
    place(wire, 1, PUT, sale(1.0, account=OTHER))
    assert not wire.say(77, 1, 4) and not wire.say(77, 1, 5)


def test_gains_of_the_day_are_told_as_they_change_and_no_more() -> None:
    wire = client(assembly("[[tape]]\nat = 2026-03-05T10:01:00\nset = { AAPL = 201 }\n"))
    assert wire.say(92, 5, ACCOUNT, "") == [["94", "5", "0.00", "0.00", "0.00"]]
    assert wire.say(94, 6, ACCOUNT, "", AAPL) == [["95", "6", "0", "0.00", "0.00", "0.00", "0.00"]]
    assert wire.gateway.next_ms(wire.at_ms) == wire.at_ms + 5 * SECOND_MS
    place(wire, 1, STOCK, purchase(300.0, 10))
    assert wire.wait(5 * SECOND_MS) == [["95", "6", "10", "0.00", "0.00", "0.00", "2000.00"]]
    told = wire.wait(MINUTE_MS)
    assert told == [["94", "5", "10.00", "10.00", "0.00"], ["95", "6", "10", "10.00", "10.00", "0.00", "2010.00"]]
    place(wire, 2, STOCK, sale(1.0, 10))
    told = wire.wait(5 * SECOND_MS)
    assert told == [["94", "5", "10.00", "0.00", "10.00"], ["95", "6", "0", "10.00", "0.00", "10.00", "0.00"]]
    assert not wire.wait(5 * SECOND_MS)
    wire.say(93, 5)
    wire.say(95, 6)
    assert wire.gateway.next_ms(wire.at_ms) is None


def test_a_new_day_begins_its_gains_anew() -> None:
    wire = client(assembly("[[tape]]\nat = 2026-03-05T10:01:00\nset = { AAPL = 201 }\n"))
    place(wire, 1, STOCK, purchase(300.0, 10))
    wire.wait(at(9, day=6) - NOW)
    assert wire.say(92, 5, ACCOUNT, "") == [["94", "5", "0.00", "10.00", "0.00"]]


# What nobody has ordered


def test_an_option_in_the_money_turns_into_shares_in_the_night_after_its_expiry() -> None:
    made = assembly(accounts=(provision(ACCOUNT, options=((SHORT, -2),)),))
    wire = client(made, at_ms=at(15, day=6))
    wire.say(61, 1)
    assert not wire.wait(at(2, 29, day=7) - wire.at_ms)
    told = wire.wait(MINUTE_MS)
    assert [(each[5], *each[14:]) for each in told] == [("STK", "200", "210.0000"), ("OPT", "0", "0.0000")]
    assert values(wire.say(6, 2, True, ACCOUNT))["TotalCashValue"] == "58000.00"
    assert kinds(wire.say(7, 3, 9, 0, "", "", "", "", "", "")) == ["55"]


def test_an_early_assignment_shows_in_the_next_night() -> None:
    later = Option("AAPL", date(2026, 3, 13), Decimal(210), Right.PUT)
    made = assembly(accounts=(provision(ACCOUNT, options=((later, -2),)),))
    wire = client(made)
    wire.say(61, 1)
    made.commands.do(Assign(later, 1), NOW)
    assert not wire.wait(at(2, 29, day=6) - NOW)
    assert [(each[5], each[14]) for each in wire.wait(MINUTE_MS)] == [("OPT", "-1"), ("STK", "100")]


def test_what_expired_while_the_broker_was_away_is_seen_when_it_returns() -> None:
    away = fault("broker_down", when="2026-03-06T15:00:00", span="66h")
    wire = client(assembly(away, accounts=(provision(ACCOUNT, options=((SHORT, -2),)),)))
    wire.wait(at(11, day=9) - NOW)
    assert [(each[5], each[14]) for each in rows(wire.say(61, 1), "61")] == [("STK", "200")]


def test_the_night_is_the_next_half_past_two() -> None:
    assert night_after(at(16)) == at(2, 30, day=6) == night_after(at(2, 30, day=6))


def test_what_a_scenario_lets_the_broker_show_is_shown_in_the_first_account() -> None:
    wire = client(assembly(fault("broker_book", f"{OF_AAPL}\nquantity = 7", "2026-03-05T10:01:00", "1m")))
    wire.say(61, 1)
    assert [(each[2], each[14]) for each in wire.wait(MINUTE_MS)] == [(ACCOUNT, "7")]
    assert [(each[2], each[14]) for each in wire.wait(MINUTE_MS)] == [(ACCOUNT, "0")]


TRADED = {"put": PUT, "later": LATER, "stock": STOCK}
TRADES = st.lists(
    st.tuples(st.sampled_from([*TRADED]), st.booleans(), st.integers(1, 5), st.sampled_from([ACCOUNT, OTHER])),
    max_size=12,
)


@settings(max_examples=25)
@given(TRADES)
def test_whatever_is_traded_the_accounts_together_hold_what_the_exchange_says(
    trades: list[tuple[str, bool, int, str]],
) -> None:
    opened = venue("", provision(ACCOUNT, shares=500, options=((SHORT, -1),)), provision(OTHER, shares=500))
    wire: Wire = client(assemble(opened))
    for index, (contract, buys, quantity, account) in enumerate(trades, start=1):
        order = purchase(900.0, quantity, account=account) if buys else sale(0.05, quantity, account=account)
        place(wire, index, TRADED[contract], order)
    wire.wait(at(9, day=9) - NOW)
    seen = opened.exchange.positions(wire.at_ms)
    held: dict[str, int] = {}
    for each in rows(wire.say(61, 1), "61"):
        held[each[3]] = held.get(each[3], 0) + int(each[14])
    ids = {each: AAPL if isinstance(each, Stock) else con_id(each) for each in seen.positions}
    listed = {str(ids[each]): quantity for each, quantity in seen.positions.items()}
    cash = [Decimal(each[5]) for each in rows(wire.say(62, 1, 4, "All", "TotalCashValue"), "63")]
    assert {key: quantity for key, quantity in held.items() if quantity} == listed
    assert sum(cash) == seen.cash
