"""2.6-2.8, 3.6, S.7: what grows gives birth, what has lived goes home."""

from decimal import Decimal

import pytest

from allusetui.ledger.postings import balances, postings
from tests.faults.invariants import books_tie
from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, holding, operator, option, situation, tape

FRIDAY = "2026-03-06"
AFTERNOON = (f"{FRIDAY}T15:50:00", f"{FRIDAY}T16:31:00")
FAR = "2026-03-13"
CALM = but(AAPL, atr=80.0)


def account(name: str, equity: float, base: float, **more: object) -> str:
    lines = [f'[accounts."{name}"]', f"equity = {equity}", f"base = {base}"]
    return "\n".join([*lines, *(f"{key} = {value}" for key, value in more.items())])


def forked(replayed: Replayed) -> list[tuple[str, str, float]]:
    return [(r["data"]["from"], r["data"]["to"], r["data"]["amount"]) for r in replayed.of("account.forked")]


def waiting(replayed: Replayed) -> list[tuple[str, str]]:
    return [(r["account"], r["data"]["reason"]) for r in replayed.of("account.fork_waiting")]


def in_order(replayed: Replayed) -> bool:
    """The books of journal, state and exchange agree to the cent, and no cash was made or lost in the ledger."""
    found = balances(postings(replayed.journal.read()))
    accounts = replayed.run.runtime.engine.state.accounts
    cash = {name: a.cash for name, a in accounts.items() if a.cash != found.get((name, "cash"), Decimal(0))}
    return not books_tie(replayed) and not replayed.of("reconcile.mismatch") and not cash


@pytest.mark.clause("2.6")
@pytest.mark.parametrize(("equity", "minis"), [("799999.99", 0), ("800000", 1), ("899999.99", 1), ("900000", 2)])
def test_2_6_each_100_000_over_the_base_becomes_a_mini(equity: str, minis: int) -> None:
    r = replay_text(situation(*AFTERNOON, {"AAPL": AAPL}, account("GEN", Decimal(equity), 700_000)))
    assert forked(r) == [("GEN", f"MINI-{n + 1}", 100_000) for n in range(minis)]
    gen = r.run.runtime.engine.state.accounts["GEN"]
    assert (gen.base, gen.cash) == (700_000, Decimal(equity) - 100_000 * minis)
    assert gen.high_water == gen.cash
    assert waiting(r) == []
    assert in_order(r)


@pytest.mark.clause("2.6")
def test_2_6_nothing_forks_on_another_day_than_the_week_s_last() -> None:
    thursday = ("2026-03-05T15:50:00", "2026-03-05T16:31:00")
    assert forked(replay_text(situation(*thursday, {"AAPL": AAPL}, account("GEN", 900_000, 700_000)))) == []


@pytest.mark.clause("2.6")
def test_2_6_cash_that_short_puts_bind_cannot_leave_and_it_is_told_once_a_week() -> None:
    # 40 puts at 190 bind 760,000 of the cash: what is free is enough for one mini, not for two.
    r = replay_text(
        situation(*AFTERNOON, {"AAPL": CALM}, account("GEN", 900_000, 650_000),
                  option("GEN", "AAPL", FAR, 190, "P", -40, 1.1, "2026-03-05"))
    )  # fmt: skip
    assert forked(r) == [("GEN", "MINI-1", 100_000)]
    assert waiting(r) == [("GEN", "cash")]
    assert in_order(r)


@pytest.mark.clause("2.6")
def test_2_6_a_latched_sleeve_and_one_whose_entries_are_stopped_do_not_fork() -> None:
    for action in ("pause", "no_entries"):
        key = operator(f"{FRIDAY}T15:55:00", action, "GEN")
        assert forked(replay_text(situation(*AFTERNOON, {"AAPL": AAPL}, account("GEN", 900_000, 700_000), key))) == []


@pytest.mark.clause("2.6")
@pytest.mark.parametrize("at", ["15:58:00", "16:00:00", "16:00:01"])
def test_2_6_a_crash_around_the_close_forks_once(at: str) -> None:
    crash = fault(f"{FRIDAY}T{at}", "crash", span="5m")
    r = replay_text(situation(*AFTERNOON, {"AAPL": AAPL}, account("GEN", 850_000, 700_000), crash))
    assert forked(r) == [("GEN", "MINI-1", 100_000)]
    assert [x["data"]["resumed"] for x in r.of("session.started")] == [False, True]
    assert in_order(r)


@pytest.mark.clause("2.6")
def test_2_6_a_sleeve_that_has_lost_its_broker_over_the_close_forks_a_week_later() -> None:
    down = fault(f"{FRIDAY}T15:58:00", "broker_down", span="10m")
    r = replay_text(situation(f"{FRIDAY}T15:50:00", "2026-03-13T16:31:00", {}, account("GEN", 850_000, 700_000), down))
    assert [x["ts"][:16] for x in r.of("account.forked")] == ["2026-03-13T16:00"]
    assert in_order(r)


@pytest.mark.clause("2.6", "2.5")
def test_2_6_the_cash_that_left_is_no_drawdown_and_the_mini_trades_in_gen_s_window() -> None:
    r = replay_text(
        situation(f"{FRIDAY}T15:50:00", "2026-03-12T16:01:00", {"AAPL": AAPL}, account("GEN", 800_000, 700_000))
    )
    assert r.of("pivot.entered") == []
    (planned,) = r.of("entry.planned", account="MINI-1")
    assert (planned["ts"][:19], planned["data"]["quantity"]) == ("2026-03-12T09:45:00", 1)
    assert r.of("order.filled", account="MINI-1")
    assert in_order(r)


@pytest.mark.clause("S.7", "2.6")
def test_s_7_the_ninth_waits() -> None:
    r = replay_text(situation(*AFTERNOON, {"AAPL": AAPL}, account("GEN", 1_700_000, 700_000)))
    assert [to for _, to, _ in forked(r)] == [f"MINI-{n}" for n in range(1, 9)]
    assert waiting(r) == [("GEN", "limit")]
    assert r.of("account.fork_waiting")[0]["clauses"] == ["2.6", "S.7"]


@pytest.mark.clause("3.6", "S.7")
def test_3_6_each_500_000_over_the_base_becomes_a_whole_all_use() -> None:
    r = replay_text(
        situation(*AFTERNOON, {"AAPL": AAPL}, account("REV", 1_500_000, 500_000), accounts=("REV",), capital=0)
    )
    assert forked(r) == [("REV", "A2", 500_000), ("REV", "A3", 500_000)]
    born = [(x["account"], x["data"]["equity"], x["data"]["group"]) for x in r.of("account.provisioned")[3:]]
    sleeves = [("GEN", 200_000), ("REV", 150_000), ("COM", 150_000)]
    assert born == [(f"{group}.{name}", cash, group) for group in ("A2", "A3") for name, cash in sleeves]
    assert [x["account"] for x in r.of("week.typed")] == ["A1", "A2", "A3", None]
    assert r.run.runtime.engine.state.accounts["REV"].base == 500_000
    assert in_order(r)


@pytest.mark.clause("3.6", "2.6")
def test_3_6_a_forked_all_use_has_forks_of_its_own() -> None:
    r = replay_text(
        situation(*AFTERNOON, {"AAPL": AAPL}, account("A2.GEN", 300_000, 200_000), accounts=("A2.GEN",), capital=0)
    )
    assert forked(r) == [("A2.GEN", "A2.MINI-1", 100_000)]


@pytest.mark.clause("2.7")
@pytest.mark.parametrize(
    ("equity", "opened", "reason"),
    [(150_000, "2023-03-06", "years"), (150_000, "2023-03-07", None), (300_000, "2026-03-02", "multiple"),
     (299_999.99, "2026-03-02", None)],
)  # fmt: skip
def test_2_7_a_mini_merges_to_com_at_three_years_or_three_times_its_base(
    equity: float, opened: str, reason: str | None
) -> None:
    r = replay_text(
        situation(*AFTERNOON, {"AAPL": AAPL}, account("MINI-1", equity, 100_000, opened=opened),
                  accounts=("GEN", "MINI-1", "COM"))
    )  # fmt: skip
    assert [x["data"]["reason"] for x in r.of("account.run_off")] == ([reason] if reason else [])
    merged = [(x["data"]["from"], x["data"]["to"], x["data"]["amount"]) for x in r.of("account.merged")]
    assert merged == ([("MINI-1", "COM", equity)] if reason else [])
    com = r.run.runtime.engine.state.accounts["COM"]
    moved = Decimal(equity) if reason else 0
    assert (com.cash, com.base, com.high_water) == (300_000 + moved,) * 3
    assert in_order(r)


@pytest.mark.clause("2.7", "17.4")
def test_2_7_leap_cash_of_a_mini_becomes_its_com_s_leap_cash_and_is_no_part_of_anyone_s_equity() -> None:
    key = operator(f"{FRIDAY}T15:52:00", "close", "MINI-1")
    contract = 'symbol = "AAPL"\nexpiry = 2027-06-18\nstrike = 240.0\nright = "C"'
    r = replay_text(
        situation(*AFTERNOON, {"AAPL": AAPL}, account("MINI-1", 150_000, 100_000, opened="2023-03-06"),
                  option("MINI-1", "AAPL", "2027-06-18", 240, "C", 1, 20.0, "2026-01-05"), f"{key}\n{contract}",
                  accounts=("GEN", "MINI-1", "COM"))
    )  # fmt: skip
    (sale,) = r.of("leap.closed", account="MINI-1")
    brought = Decimal(str(sale["data"]["price"])) * 100 - Decimal("0.65")
    (merged,) = r.of("account.merged")
    # Of 150,000 the call was 1,695.50: what was cash moves as cash.
    assert (merged["data"]["amount"], merged["data"]["leap_cash"]) == (148_304.5, float(brought))
    mini, com = (r.run.runtime.engine.state.accounts[name] for name in ("MINI-1", "COM"))
    assert (mini.cash, mini.leap_cash, com.leap_cash) == (0, 0, brought)
    assert (com.cash, com.base, com.high_water) == (Decimal("448304.50"),) * 3
    assert not com.leaps_due
    found = balances(postings(r.journal.read()))
    assert (found["MINI-1", "leap_cash"], found["COM", "leap_cash"]) == (0, brought)
    assert in_order(r)


@pytest.mark.clause("2.7", "S.7")
def test_2_7_a_merged_mini_is_alive_no_more_and_its_name_is_not_used_again() -> None:
    minis = [account(f"MINI-{n}", 100_000, 100_000) for n in range(1, 8)]
    old = account("MINI-8", 100_000, 100_000, opened="2020-01-02")
    names = ("GEN", "COM", *(f"MINI-{n}" for n in range(1, 9)))
    r = replay_text(
        situation(f"{FRIDAY}T15:50:00", "2026-03-13T16:31:00", {}, *minis, old, account("GEN", 800_000, 700_000),
                  accounts=names)
    )  # fmt: skip
    assert [(x["ts"][:10], x["data"]["reason"]) for x in r.of("account.fork_waiting")] == [(FRIDAY, "limit")]
    assert forked(r) == [("GEN", "MINI-9", 100_000)]
    assert r.of("account.forked")[0]["ts"][:10] == "2026-03-13"


@pytest.fixture(scope="module")
def run_off() -> Replayed:
    """MINI-1 has lived its years on Fri 03-06 with 200 shares, 100 of them under a call of 03-13."""
    return replay_text(
        situation(f"{FRIDAY}T15:50:00", "2026-04-08T16:31:00", {"AAPL": CALM},
                  account("MINI-1", 150_000, 100_000, opened="2023-03-06"), holding("MINI-1", "AAPL", 200, 250.0),
                  option("MINI-1", "AAPL", FAR, 255, "C", -1, 1.1, "2026-03-02"),
                  tape(f"{FRIDAY}T15:51:00", AAPL__iv=0.31), accounts=("MINI-1",), capital=1_000_000)
    )  # fmt: skip


@pytest.mark.clause("2.7")
def test_2_7_a_mini_that_runs_off_enters_nothing_not_even_a_call(run_off: Replayed) -> None:
    assert run_off.of("entry.planned", account="MINI-1") == []
    skips = {(x["ts"][:10], x["data"]["symbol"]): x["data"]["reason"] for x in run_off.of("entry.skipped")}
    assert skips["2026-03-12", "AAPL"] == skips["2026-03-12", "MSFT"] == skips["2026-03-09", "AAPL"] == "run_off"


@pytest.mark.clause("2.7")
def test_2_7_stock_still_held_after_20_sessions_is_sold_and_the_cash_goes_to_com(run_off: Replayed) -> None:
    # The twentieth session after 03-06 is Mon 04-06 (04-03 is Good Friday): sold on the next.
    sales = run_off.of("order.filled", side="SELL")
    assert [(x["ts"][:16], x["data"]["contract"], x["data"]["quantity"]) for x in sales] == [
        ("2026-04-07T10:00", {"symbol": "AAPL"}, 200)
    ]
    (merged,) = run_off.of("account.merged")
    assert merged["ts"][:16] == "2026-04-07T10:00"
    mini = run_off.run.runtime.engine.state.accounts["MINI-1"]
    assert (mini.merged, mini.trading, mini.cash, mini.lots) == (True, False, 0, {})
    assert in_order(run_off)


@pytest.mark.clause("2.7")
def test_2_7_a_paused_mini_waits_for_its_operator() -> None:
    keys = (operator(f"{FRIDAY}T15:55:00", "pause", "MINI-1"), operator(f"{FRIDAY}T16:10:00", "resume", "MINI-1"))
    r = replay_text(
        situation(*AFTERNOON, {}, account("MINI-1", 100_000, 100_000, opened="2020-01-02"), *keys,
                  accounts=("MINI-1",))
    )  # fmt: skip
    assert [x["ts"][11:19] for x in r.of("account.merged")] == ["16:10:00"]


@pytest.mark.clause("2.8")
def test_2_8_gen_and_mini_never_reinvest_and_minis_do_not_fork() -> None:
    r = replay_text(
        situation("2026-04-01T09:00:00", "2026-04-02T16:31:00", {"AAPL": but(AAPL, spread_pct=0.3)},
                  account("GEN", 750_000, 700_000, realized_quarter=50_000),
                  account("MINI-1", 250_000, 100_000, realized_quarter=50_000), accounts=("GEN", "MINI-1"))
    )  # fmt: skip
    for name in ("GEN", "MINI-1"):
        assert r.of("reinvest.done", account=name) == r.of("order.sent", account=name) == []
        assert r.run.runtime.engine.state.accounts[name].base == (700_000 if name == "GEN" else 100_000)
    assert forked(r) == []
