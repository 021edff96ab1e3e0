"""A session on a broker's account from its first look to its restart, over the wire, on a clock of the test's."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.broker.ibkr import client
from allusetui.broker.ibkr.broker import Account
from allusetui.compose.gateway import build_gateway
from allusetui.compose.linked import begun
from allusetui.compose.linked_live import UnfundedError
from allusetui.domain.account import Latch, Status
from allusetui.domain.console import Key
from allusetui.domain.contract import Stock
from allusetui.domain.event import (
    AccountProvisioned,
    AlertRaised,
    OrderCancelled,
    OrderFilled,
    OrderSent,
    ReconcileMismatch,
    ResumeStep,
    SessionLinked,
    SessionStarted,
)
from allusetui.domain.moment import MINUTE_MS, at_clock
from allusetui.journal.error import JournalError
from allusetui.journal.sqlite import FILE_NAME
from allusetui.law.load import law_hash
from allusetui.scenario.load import parse
from tests.broker.gateway.clients import serving
from tests.broker.gateway.desks import assembly, provision
from tests.compose.linked_sessions import CODE, house_of, joined
from tests.law.amending import approved
from tests.rules.situations import AAPL, but, fault, situation

pytestmark = pytest.mark.asyncio
DAY = "2026-03-05"
# Reports are known: what has none is not written puts on (1.6).
MORNING = situation(
    f"{DAY}T09:43:00", f"{DAY}T10:30:00", {"AAPL": but(AAPL, earnings="[2026-04-30]")},
)  # fmt: skip
OTHER = "DU4000002"
MONDAY = date(2026, 3, 9)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Market time runs faster than the wall's, by which messages are counted."""
    monkeypatch.setattr(client, "SHARES", ())


@pytest.mark.clause("0.1", "9.5", "14.1")
async def test_0_1_a_new_session_begins_by_what_its_account_holds_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    holder = provision(CODE, cash=1_000_001, shares=70)
    async with serving(assembly("", accounts=(holder,)).gateway) as house, joined(house, tmp_path / "main") as session:
        await session.until(lambda: session.rests)
        (linked,) = session.of(SessionLinked)
        assert [(row.contract, row.quantity) for row in linked.foreign] == [(Stock("AAPL"), 70)]
        given = {event.account: event.cash for event in session.of(AccountProvisioned)}
        assert sum(given.values()) + linked.spare == Decimal(1_000_001)
        assert given["GEN"] == Decimal("400000.40")
        told = session.of(ReconcileMismatch)
        assert [(event.account, event.contract) for event in told] == [(None, Stock("AAPL"))]
        assert all(not account.lots for account in session.state.accounts.values())


@pytest.mark.clause("9.5")
async def test_9_5_a_restart_knows_what_was_never_ours_and_finds_its_books_agreed(tmp_path: Path) -> None:
    holder, folder = provision(CODE, cash=1_000_001, shares=70), tmp_path / "main"
    async with serving(assembly("", accounts=(holder,)).gateway) as house:
        async with joined(house, folder) as session:
            await session.until(lambda: session.rests)
        first = begun(folder)
        house.wait(MINUTE_MS)
        async with joined(house, folder) as session:
            await session.until(lambda: session.rests)
            assert begun(folder) == first is not None
            assert [event.resumed for event in session.of(SessionStarted)] == [False, True]
            # Each start tells a person; none holds it against an account.
            assert [event.account for event in session.of(ReconcileMismatch)] == [None, None]
            assert [step.findings for step in session.of(ResumeStep) if step.step == "reconcile"] == 6 * ["books agree"]


@pytest.mark.clause("0.1")
async def test_0_1_an_account_without_cash_ends_it_in_one_line_and_nothing_is_told(tmp_path: Path) -> None:
    accounts = {"GEN": CODE, "REV": CODE, "COM": OTHER}
    poor = assembly("", accounts=(provision(CODE), provision(OTHER, cash=0)))
    async with serving(poor.gateway) as house, joined(house, tmp_path / "main", accounts) as session:
        with pytest.raises(UnfundedError, match=r"settings.toml: broker.accounts.COM: DU4000002 holds no cash"):
            await session.until(lambda: session.rests)
    assert not (tmp_path / "main" / FILE_NAME).exists()


async def test_without_a_gateway_it_says_so_tries_on_and_can_be_ended(tmp_path: Path) -> None:
    async with serving(assembly().gateway) as house:
        await house.server.close()
        async with joined(house, tmp_path / "main") as session:
            await session.until(lambda: "nobody listens on 127.0.0.1" in session.seen.link.trouble)
            assert (session.seen.link.up, session.seen.state.session) == (False, "")
            await session.ended()
            assert session.seen.ended
    assert not (tmp_path / "main" / FILE_NAME).exists()
    assert begun(tmp_path / "main") is None


async def test_what_forked_from_a_sleeve_lives_in_that_sleeve_s_account() -> None:
    parents = {"MINI-1": "GEN", "A2.REV": "REV", "A2.MINI-1": "A2.REV"}
    codes = Account("DU1", {"GEN": "DU1", "REV": "DU2", "COM": "DU3"}, parent=parents.get)
    assert [codes.code_of(name) for name in ("COM", "MINI-1", "A2.REV", "A2.MINI-1")] == ["DU3", "DU1", "DU2", "DU2"]


@pytest.mark.clause("0.8")
async def test_0_8_a_kill_before_there_is_a_link_holds_from_the_first_instant(tmp_path: Path) -> None:
    async with serving(assembly().gateway) as house:
        await house.server.close()
        async with joined(house, tmp_path / "main") as session:
            session.live.inbox.put(Key("kill"))
            await session.until(lambda: session.seen.link.trouble.startswith("nobody"))
            await house.server.open(house.port)
            await session.until(lambda: session.rests)
            assert {each.status for each in session.state.accounts.values()} == {Status.EMERGENCY}


@pytest.mark.clause("8.6", "9.5")
async def test_8_6_a_gateway_that_goes_is_named_and_one_that_comes_back_is_compared_with(tmp_path: Path) -> None:
    async with serving(assembly().gateway) as house, joined(house, tmp_path / "main") as session:
        await session.until(lambda: session.rests)
        await house.server.close()
        await session.until(lambda: session.seen.link.trouble.startswith("nobody"))
        assert session.seen.link.trouble == f"nobody listens on 127.0.0.1:{house.port}"
        await session.until(lambda: all(Latch.BROKER in each.latches for each in session.state.accounts.values()))
        compared = len(session.of(ResumeStep))
        await house.server.open(house.port)
        await session.until(lambda: session.rests)
        assert session.seen.link.trouble == ""
        steps = [step.step for step in session.of(ResumeStep)[compared:] if step.account == "GEN"]
        assert steps == ["snapshot", "broker", "reconcile", "schedule", "risk", "active"]


async def test_a_clock_behind_the_journal_is_told_before_anything_is_connected_to(tmp_path: Path) -> None:
    async with serving(assembly().gateway) as house:
        async with joined(house, tmp_path / "main") as session:
            await session.until(lambda: session.rests)
        house.now_ms -= 2 * MINUTE_MS
        with pytest.raises(JournalError, match="this machine's clock says"):
            async with joined(house, tmp_path / "main"):
                pass


@pytest.mark.clause("0.6", "9.5", "15.1")
async def test_9_5_it_trades_ends_in_good_order_and_goes_on_where_it_stood(tmp_path: Path) -> None:
    gateway, stage = build_gateway(parse(MORNING, "test.toml"), {}, 0.001)
    folder = tmp_path / "main"
    async with house_of(gateway, stage.start_ms) as house:
        async with joined(house, folder) as session:
            await session.until(lambda: session.rests)
            await session.until(lambda: session.of(OrderFilled), step_ms=1_000)
            await session.ended()
            filled = session.of(OrderFilled)
        house.wait(MINUTE_MS)
        async with joined(house, folder) as session:
            await session.until(lambda: session.rests)
            held = [account.quantity(filled[0].contract) for account in session.state.accounts.values()]
            assert sum(held) == -sum(fill.quantity for fill in filled if fill.contract == filled[0].contract) < 0
            assert session.of(ReconcileMismatch) == []


@pytest.mark.clause("0.6", "9.5")
async def test_0_6_no_entry_outlives_its_engine_and_the_broker_has_said_so(tmp_path: Path) -> None:
    text = MORNING + "\n" + fault(f"{DAY}T09:40:00", "no_fill", "AAPL")
    gateway, stage = build_gateway(parse(text, "test.toml"), {}, 0.001)
    async with house_of(gateway, stage.start_ms) as house, joined(house, tmp_path / "main") as session:
        await session.until(lambda: session.of(OrderSent), step_ms=1_000)
        await session.ended()
        (sent,) = session.of(OrderSent)
        assert [event.client_order_id for event in session.of(OrderCancelled)] == [sent.client_order_id]
        assert session.state.intents == {}


@pytest.mark.clause("15.2", "9.5")
async def test_15_2_a_linked_session_takes_an_approved_law_up_before_a_week_and_trades_by_it(tmp_path: Path) -> None:
    """COM's 300,000 hold three puts of 195.5 by a quarter of them, two by .15."""
    symbols, folder, home = {"AAPL": but(AAPL, earnings="[2026-04-30]")}, tmp_path / "main", tmp_path / "laws"
    text = situation("2026-03-06T16:50:00", "2026-03-09T10:30:00", symbols)
    gateway, stage = build_gateway(parse(text, "test.toml"), {}, 0.001)
    async with house_of(gateway, stage.start_ms) as house:
        async with joined(house, folder) as session:
            await session.until(lambda: session.rests)
        laws = approved(home)
        house.wait(MINUTE_MS)
        async with joined(house, folder, laws=laws) as session:  # the week is not over before its audit
            await session.until(lambda: session.rests)
        house.wait(at_clock(MONDAY, time(9, 29)) - house.now_ms)
        async with joined(house, folder, laws=laws) as session:
            await session.until(lambda: session.rests)
        house.wait(at_clock(MONDAY, time(9, 44)) - house.now_ms)
        async with joined(house, folder, laws=laws) as session:
            await session.until(lambda: session.of(OrderFilled), step_ms=1_000)
            assert [fill.quantity for fill in session.of(OrderFilled)] == [2]
            assert session.of(ReconcileMismatch) == []
            told = [(start.constitution, start.constitution_hash) for start in session.of(SessionStarted)]
        assert told == [*2 * [("v1.3", law_hash())], *2 * [("v1.4", laws.in_force().hash)]]
        with pytest.raises(JournalError, match=r"decided under constitution v1\.4 \w{12}, not v1\.3"):
            async with joined(house, folder):
                pass


@pytest.mark.clause("13.2")
async def test_13_2_what_the_broker_s_news_say_is_told_as_an_alert(tmp_path: Path) -> None:
    told = f'[[headline]]\nat = {DAY}T09:44:00\nsymbol = "AAPL"\ntext = "Apple plummets on fraud probe"'
    gateway, stage = build_gateway(parse(f"{MORNING}\n{told}", "test.toml"), {}, 0.001)
    async with house_of(gateway, stage.start_ms) as house, joined(house, tmp_path / "main") as session:
        await session.until(lambda: [each for each in session.of(AlertRaised) if each.topic == "headline"], 500)
        (alert,) = [each for each in session.of(AlertRaised) if each.topic == "headline"]
        assert alert.text.endswith("“Apple plummets on fraud probe”")
