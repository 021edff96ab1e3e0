"""What a trader reads of each sleeve: what it is worth, how much of it is at work, what holds it back."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from allusetui.domain.account import Latch, Status
from allusetui.rules import explain
from allusetui.view.model import Cell, Seen, Tone
from allusetui.view.sleeves import sleeves
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, fault, situation
from tests.view.snapshots import seen_of, shown
from tests.view.wednesdays import TO_STOP, WED, wednesday


def cells(seen: Seen, account: str = "GEN", width: int = 160) -> dict[str, str]:
    table = sleeves(seen, width)
    row = next(row for row in table.rows if row.key == account)
    return {title: cell.text for title, cell in shown(table, row).items()}


def test_a_sleeve_tells_its_deployment_against_the_cap_that_binds(calm: Seen) -> None:
    gen, rev = cells(calm), cells(calm, "REV")
    assert (gen["depl %"], gen["cap"]) == ("15/100", "ceiling")
    assert (rev["depl %"], rev["cap"]) == ("0/50", "symbols")
    assert gen["fall %"].endswith("/15") and gen["next"] == "Thu 09:45 enter"


@pytest.mark.clause("0.11")
def test_0_11_a_sleeve_tells_the_delta_of_all_that_it_holds(calm: Seen) -> None:
    # AAPL at 204 and short puts below it: some shares' worth for GEN, none for REV.
    assert int(cells(calm)["delta"].replace(",", "")) > 0
    assert cells(calm, "REV")["delta"] == "0"


def test_day_and_week_are_told_against_the_last_mark_and_the_last_cut(paused: Replayed) -> None:
    found = cells(seen_of(paused))
    equity = int(found["equity"].replace(",", ""))
    share = f"{(equity / 400_000 - 1) * 100:.1f}%".replace("-", "−")
    assert equity < 400_000 and found["day"] == found["week"] == share


def test_a_sleeve_tells_the_premium_of_the_week_what_buying_back_costs_taken_off(ordering: Replayed) -> None:
    sold = ordering.of("order.filled", account="GEN")
    assert not sold and cells(seen_of(ordering))["premium"] == "0"
    filled = replay_text(situation("2026-03-05T09:44:00", "2026-03-05T09:45:07", {"AAPL": AAPL}, capital=798_000))
    credit = sum(100 * r["data"]["quantity"] * r["data"]["price"] for r in filled.of("order.filled", account="GEN"))
    assert credit > 0 and cells(seen_of(filled))["premium"] == f"{credit:,.0f}"
    stopped = wednesday(TO_STOP)
    (bought,) = stopped.of("order.filled", account="GEN")
    cost = 100 * bought["data"]["quantity"] * bought["data"]["price"]
    assert cells(seen_of(stopped))["premium"] == f"−{cost:,.0f}"


def test_the_week_s_premium_begins_anew_at_the_report_cut() -> None:
    run = replay_text(situation("2026-03-05T09:44:00", "2026-03-06T16:31:00", {"AAPL": AAPL}, capital=798_000))
    assert run.of("order.filled", account="GEN") and run.of("report.written")
    assert run.run.runtime.engine.state.accounts["GEN"].week_premium == 0


def test_a_gauge_tells_how_much_of_what_may_be_deployed_is(calm: Seen) -> None:
    assert cells(calm)["to cap"] == "━╌╌╌╌╌╌╌╌╌" and cells(calm, "REV")["to cap"] == "╌" * 10


@pytest.mark.clause("0.7")
def test_0_7_a_paused_account_says_that_its_stops_are_disarmed(paused: Replayed) -> None:
    found = cells(seen_of(paused))
    assert "PAUSED" in found["latch"] and found["next"] == "stops disarmed"


@pytest.mark.parametrize(
    ("changes", "latch", "next_"),
    [
        ({"over_margin": True}, "MARGIN", "Thu 09:45 enter"),
        ({"status": Status.EMERGENCY}, "–", "halted: R"),
        ({"status": Status.MAINTENANCE, "latches": {Latch.PAUSED}}, "PAUSED", "serviced: r"),
        ({"latches": {Latch.BROKER}}, "BROKER", "waits for broker"),
        ({"latches": {Latch.MISMATCH}, "no_entries": True}, "MISMATCH NO ENTRY", "waits for R"),
    ],
)
def test_a_sleeve_tells_what_holds_it_back_and_what_a_person_has_to_do_first(
    calm: Seen, changes: dict[str, Any], latch: str, next_: str
) -> None:
    accounts = calm.snapshot.state.accounts
    state = replace(calm.snapshot.state, accounts={**accounts, "GEN": replace(accounts["GEN"], **changes)})
    found = cells(replace(calm, snapshot=replace(calm.snapshot, state=state)), width=200)
    assert (found["latch"], found["next"]) == (latch, next_)


@pytest.mark.parametrize(
    ("million", "width", "told"),
    [(1, 160, "1,234,567 8m"), (1, 79, "1,235k 8m"), (12, 79, "12,235k"), (12, 160, "12,234,567 8m")],
)
def test_what_an_account_is_worth_is_never_cut(million: int, width: int, told: str) -> None:
    seen = seen_of(wednesday(fault(f"{WED}T10:01:00", "stale", "AAPL", "20m"), end="10:09:00"))
    state = deepcopy(seen.snapshot.state)
    gen = state.accounts["GEN"]
    held = explain.sleeve(explain.situation_of(seen.law, seen.calendar, seen.snapshot), gen).equity
    gen.cash += million * 1_000_000 + 234_567 - held
    assert cells(replace(seen, snapshot=replace(seen.snapshot, state=state)), width=width)["equity"] == told


def test_an_account_that_does_not_trade_warns_of_no_cap(paused: Replayed) -> None:
    seen = seen_of(paused)
    state = deepcopy(seen.snapshot.state)
    state.accounts["REV"].cash = Decimal(0)
    table = sleeves(replace(seen, snapshot=replace(seen.snapshot, state=state)), 200)
    cap = next(i for i, column in enumerate(table.columns) if column.title == "cap")
    assert next(row for row in table.rows if row.key == "REV").cells[cap] == Cell("margin", Tone.DIM)
