"""The doctor at our own gateway: what it finds of a simulated broker, and that it leaves no trace there."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from ib_async import LimitOrder, Option

from allusetui.broker.gateway.commands import Command, SoundAgain
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.broker.gateway.quotes import Entitled
from allusetui.broker.gateway.session import Limits
from allusetui.broker.gateway.venue import assemble
from allusetui.broker.ibkr.doctor import Doctor, examine
from allusetui.broker.ibkr.doctor_facts import Finding, Verdict
from allusetui.broker.ibkr.doctor_visit import Patience
from allusetui.domain.link import Link, Mode
from tests.broker.gateway.clients import House, serving
from tests.broker.gateway.desks import NOW, venue
from tests.broker.ibkr.findings import wrong

CODES = {"GEN": "DU4000001", "REV": "DU4000002", "COM": "DU4000001"}
QUICK = Patience(connect_s=1.0, answer_s=1.0, bars_s=1.0, greeks_s=2.0)
WIDE = Limits(messages=500)  # the market's clock stands still here, and with it the gateway's second
Found = dict[str, Finding]


async def look(house: House, accounts: dict[str, str] = CODES) -> Found:
    link = Link("127.0.0.1", house.port, 7, Mode.PAPER, accounts)
    doctor = Doctor(link, 8, QUICK, lambda: NOW / 1000 + 0.5)
    return {finding.check: finding async for finding in examine(doctor, lambda check: None)}


def looked(
    entitled: Entitled = Entitled(),  # noqa: B008 it is never changed
    commands: Sequence[Command] = (),
    taken: Sequence[int] = (),
    ours: str | None = None,
) -> tuple[Found, list[str]]:
    """What is found while other clients are connected, one of them with an order; and all orders after that."""

    async def go() -> tuple[Found, list[str]]:
        made = assemble(replace(venue(), entitled=entitled), WIDE)
        async with AsyncExitStack() as held:
            house = await held.enter_async_context(serving(made.gateway))
            others = [await house.client(number) for number in (*taken, 3)]
            if ours is not None:
                put = Option("AAPL", "20260320", 200, "P", "SMART", multiplier="100", currency="USD")
                order = LimitOrder("SELL", 1, 99, account="DU4000001", tif="GTC", orderRef=ours)
                others[-1].placeOrder(put, order)
                await others[-1].reqAllOpenOrdersAsync()
            for command in commands:
                made.commands.do(command, NOW)
            found = await look(house)
            made.commands.do(SoundAgain(), NOW)
            left = [f"{t.order.orderRef} {t.orderStatus.status}" for t in await others[-1].reqAllOpenOrdersAsync()]
            left += [f"{t.order.orderRef} done" for t in await others[-1].reqCompletedOrdersAsync(False)]
            for other in others:
                other.disconnect()
        return found, left

    return asyncio.run(go())


def test_a_broker_that_is_well_is_ok_in_every_check_and_keeps_no_trace_of_it() -> None:
    found, left = looked()
    assert {row.verdict for row in found.values()} == {Verdict.OK}
    assert found["accounts"].found == "GEN DU4000001; REV DU4000002; COM DU4000001, paper"
    assert found["contract"].found.startswith("AAPL is ")  # this scenario has no SPY
    assert ", live, greeks after " in found["quote"].found
    assert left == []


@pytest.mark.parametrize(
    ("entitled", "check", "told"),
    [
        (Entitled(data="delayed"), "quote", "warn AAPL 20260320 200 P: bid "),
        (Entitled(data="none"), "quote", "fail AAPL 20260320 200 P: not subscribed, and no delayed quote"),
        (Entitled(competing=True), "quote", "fail AAPL 20260320 200 P: no quote, another session of this user"),
        (Entitled(events=False), "earnings", "warn Wall Street Horizon: refused, 10276 News feed is not allowed."),
    ],
)
def test_what_the_user_may_not_see_is_told_with_what_helps(entitled: Entitled, check: str, told: str) -> None:
    found, _ = looked(entitled)
    assert {name: line[: len(told)] for name, line in wrong(found).items()} == {check: told}
    assert ("DELAYED" in found["quote"].found) is (entitled.data == "delayed")
    assert found[check].cure


def test_a_gateway_whose_clients_only_read_is_told_with_its_setting() -> None:
    async def go() -> Found:
        made = assemble(replace(venue(), entitled=Entitled(orders=False)), WIDE)
        async with serving(made.gateway) as house:
            return await look(house)

    found = asyncio.run(go())
    assert {check for check, line in wrong(found).items() if "read-only" in line} == {"sync", "what-if"}
    assert all("Read-Only API off" in found[check].cure for check in ("sync", "what-if"))


@pytest.mark.parametrize(
    ("taken", "told"),
    [(7, "warn client 7, the engine's, is in use: by the engine where it runs"), (8, "fail client 8 is in use")],
)
def test_a_client_id_in_use_is_told(taken: int, told: str) -> None:
    found, _ = looked(taken=[taken])
    assert {check: line[: len(told)] for check, line in wrong(found).items()} == {"client id": told}


@pytest.mark.parametrize(
    ("message", "check", "told"),
    [
        (62, "sync", "fail not told in 1 s: positions"),
        (53, "sync", "fail not told in 1 s: open orders"),
        (49, "line", "fail no answer in 1 s: it is half open"),
        (52, "contract", "fail SPY: "),
        (76, "chain", "fail options of AAPL: no answer in 1 s"),
        (17, "bars", "fail daily bars: no answer in 1 s"),
        (104, "earnings", "warn Wall Street Horizon: no answer in 1 s"),
    ],
)
def test_a_message_that_never_comes_is_told_by_its_check_and_is_never_taken_for_nothing(
    message: int, check: str, told: str
) -> None:
    found, _ = looked(commands=[LineFault(Kind.MUTE, message, client_id=8)])
    assert wrong(found)[check].startswith(told)
    assert found[check].cure


@pytest.mark.parametrize(
    ("reference", "told"), [("somebody", {"orders": "warn 1 not ours: "}), ("AU-abc-GEN-1-1.v1", {})]
)
def test_orders_that_are_not_ours_are_listed_and_none_is_touched(reference: str, told: dict[str, str]) -> None:
    found, left = looked(ours=reference)
    assert {check: line[: len(told.get(check, line))] for check, line in wrong(found).items()} == told
    assert left == [f"{reference} Submitted"]
