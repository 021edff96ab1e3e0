"""The doctor over a socket: a Gateway that is well, and each of those with one thing wrong."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from allusetui.broker.ibkr.doctor import Doctor, examine
from allusetui.broker.ibkr.doctor_facts import Finding, Verdict
from allusetui.broker.ibkr.doctor_visit import Patience
from allusetui.domain.link import SLEEVES, Link, Mode
from tests.broker.ibkr.findings import wrong
from tests.broker.ibkr.scripted import (
    Answer,
    Scripted,
    error,
    frame,
    never,
    order_row,
    playing,
    quoted,
    refusing,
)

CHECKS = (
    "settings", "tcp", "handshake", "client id", "accounts", "line", "clock", "sync", "farms", "contract", "chain",
    "quote", "bars", "what-if", "orders", "earnings",
)  # fmt: skip
LINK = Link("127.0.0.1", 0, 7, Mode.PAPER, dict.fromkeys(SLEEVES, "DU4000001"))
QUICK = Patience(connect_s=0.5, answer_s=0.5, bars_s=0.5, greeks_s=0.8)


async def look(link: Link, own_id: int = 8) -> dict[str, Finding]:
    told: list[str] = []
    doctor = Doctor(link, own_id, QUICK, time.time)  # noqa: TID251 the clock of a test's own
    found = {finding.check: finding async for finding in examine(doctor, told.append)}
    assert tuple(found) == CHECKS
    assert [check for check in told if found[check].verdict is not Verdict.SKIPPED] == [
        check for check, row in found.items() if row.verdict is not Verdict.SKIPPED
    ]
    return found


def looked(script: Scripted, link: Link = LINK) -> dict[str, Finding]:
    async def go() -> dict[str, Finding]:
        async with playing(script) as port:
            return await look(replace(link, port=port))

    return asyncio.run(go())


def first_skipped(found: dict[str, Finding]) -> Sequence[str]:
    return [check for check, row in found.items() if row.verdict is Verdict.SKIPPED]


def test_a_gateway_that_is_well_is_ok_in_every_check_and_no_order_is_placed() -> None:
    script = Scripted()
    found = looked(script)
    assert {row.verdict for row in found.values()} == {Verdict.OK}
    assert found["quote"].found.startswith("SPY 20990116 680 P: bid 4.10, ask 4.30, live, greeks after 0.")
    assert found["what-if"].found == "DU4000001: one put sold would need 13,620.00 of margin; not placed"
    asked = {row[0] for row in script.asked}
    assert not asked & {"4", "58", "15", "21"}  # cancel, cancel all, bind by hand, exercise
    (placed,) = [row for row in script.asked if row[0] == "3"]
    assert placed[placed.index("AU-doctor") - 3 :][:3] == ["DU4000001", "O", "0"]
    assert placed.count("1") == 3  # the quantity, transmit, and whatIf
    assert len([row for row in script.asked if row[0] == "1"]) == len([row for row in script.asked if row[0] == "2"])


def test_no_gateway_is_told_with_the_setting_that_opens_its_port() -> None:
    async def go() -> dict[str, Finding]:
        async with playing(Scripted()) as port:
            pass
        return await look(replace(LINK, port=port))

    found = asyncio.run(go())
    (told,) = wrong(found).values()
    assert told.endswith(": nothing listens there")
    assert "Enable ActiveX and Socket Clients" in found["tcp"].cure
    assert first_skipped(found) == list(CHECKS[2:])
    assert found["earnings"].found == "needs tcp"


def test_a_live_port_and_a_paper_account_are_refused_before_any_connection() -> None:
    found = asyncio.run(look(replace(LINK, port=4001, host="no.such.host.invalid")))
    assert wrong(found) == {"settings": "fail broker.port: 4001 is a live port, DU4000001 a paper account"}
    assert first_skipped(found) == list(CHECKS[1:])


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (Scripted(speaks_first=b"HTTP/1.1 400 Bad Request\r\n"), "a web server listens there, no Gateway"),
        (Scripted(speaks_first=b"SSH-2.0-OpenSSH_9.6\r\n"), "an SSH server listens there, no Gateway"),
        (Scripted(hello=b"\x15\x03\x01\x00\x02\x02\x46"), "a TLS server listens there, no Gateway"),
        (Scripted(hello=b"\xff\xff\xff\xff" + b"x" * 99), "what listens there is no Gateway: it says ff ff ff ff"),
        (Scripted(hello=frame(("hi", "there"))), "what listens there is no Gateway: it says 00 00 00 09 68 69 00 74"),
        (Scripted(hangs_up=True), "closed the connection without a word"),
        (Scripted(hello=None), "accepts, and says nothing for 0.5 s"),
        (Scripted(hello=frame(("203", "20261120 10:00:00 EST"))), "server version 203; 157 to 178 are understood"),
        (Scripted(hello=frame(("150", "20261120 10:00:00 EST"))), "server version 150; 157 to 178 are understood"),
    ],
)
def test_what_is_no_gateway_that_is_understood_is_told_by_its_first_words(script: Scripted, told: str) -> None:
    found = looked(script)
    assert wrong(found) == {"handshake": f"fail {told}"}
    assert first_skipped(found) == list(CHECKS[3:])
    assert found["handshake"].cure


def test_a_client_id_in_use_is_told_of_the_doctor_s_own_and_of_the_engine_s() -> None:
    own = looked(Scripted(taken=frozenset({"8"})))
    assert wrong(own) == {"client id": "fail client 8 is in use"}
    assert own["client id"].cure == "allusetui doctor --client-id N, a free one"
    engine = looked(Scripted(taken=frozenset({"7"})))
    assert wrong(engine) == {
        "client id": "warn client 7, the engine's, is in use: by the engine where it runs, else by another program"
    }
    assert engine["earnings"].verdict is Verdict.OK


def test_a_gateway_that_lets_nobody_in_is_told() -> None:
    found = looked(Scripted({"71": never}))
    assert wrong(found) == {"client id": "fail client 8 was not let in"}


@pytest.mark.parametrize(
    ("managed", "told"),
    [
        ("U4000001", "fail a live log-in (U4000001), the settings are paper"),
        ("DU9,DU8", "fail no DU4000001 in this log-in; there are DU9, DU8"),
        ("DU\x1b[2J", "fail no DU4000001 in this log-in; there are DU[2J"),
    ],
)
def test_a_log_in_of_another_mode_or_account_is_told_and_nothing_more_is_asked(managed: str, told: str) -> None:
    script = Scripted({"71": lambda asked: [(15, 1, managed), (9, 1, 1)]})
    assert wrong(looked(script)) == {"accounts": told}
    assert {row[0] for row in script.asked} == {"71"}


def clock_of(seconds: int) -> Answer:
    return lambda asked: [(49, 1, int(time.time()) + seconds)]  # noqa: TID251 the clock of a test's own


READ_ONLY = "Error validating request.-'bN' : cause - The API interface is currently in Read-Only mode."
FOREIGN = (53, 1)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"49": clock_of(4)}, {"clock": "warn "}),
        ({"49": clock_of(-60)}, {"clock": "fail "}),
        ({"49": clock_of(-9_000_000)}, {"clock": "warn it is 20"}),
        ({"49": never}, {"line": "fail no answer in 0.5 s: it is half open"}),
        ({"61": never}, {"sync": "fail not told in 0.5 s: positions"}),
        ({"99": never, "7": never}, {"sync": "fail not told in 0.5 s: completed orders, executions"}),
        (
            {"5": refusing(321, READ_ONLY, 0), "3": refusing(321, READ_ONLY)},
            {
                "sync": "fail not told in 0.5 s: open orders: the API is read-only",
                "what-if": "fail the API is read-only",
            },
        ),
        (
            {"9": refusing(200, "No security definition", 2)},
            {"contract": "fail SPY: refused, 200 No security definition"},
        ),
        ({"9": never}, {"contract": "fail SPY: no answer in 0.5 s"}),
        (
            {"78": refusing(321, "Invalid contract id")},
            {"chain": "fail options of SPY: refused, 321 Invalid contract id"},
        ),
        (
            {"20": refusing(162, "pacing\x1b[2J violation")},
            {"bars": "fail daily bars: refused, 162 pacing[2J violation"},
        ),
        ({"20": never}, {"bars": "fail daily bars: no answer in 0.5 s"}),
        ({"3": never}, {"what-if": "fail DU4000001: what one put would need: no answer in 0.5 s"}),
        (
            {"3": refusing(201, "Order rejected - margin")},
            {"what-if": "warn DU4000001: refused, 201 Order rejected - margin"},
        ),
        (
            {"3": refusing(460, "No trading permission")},
            {"what-if": "fail DU4000001: what one put would need: refused, 460 No trading permission"},
        ),
        (
            {"16": lambda asked: [order_row(["3", "55"], what_if=0), (53, 1)]},
            {"orders": "warn 1 not ours: SELL 1 SPY P (client 0)"},
        ),
        ({"16": never}, {"orders": "fail not told in 0.5 s"}),
        (
            {"100": refusing(10276, "News feed is not allowed.")},
            {"earnings": "warn Wall Street Horizon: refused, 10276 News feed is not allowed."},
        ),
        ({"100": never}, {"earnings": "warn Wall Street Horizon: no answer in 0.5 s"}),
        (
            {"71": lambda asked: [(15, 1, "DU4000001"), (9, 1, 1), error(-1, 2103, "connection is broken:usopt")]},
            {"farms": "fail broken: usopt"},
        ),
        (
            {"71": lambda asked: [(15, 1, "DU4000001"), (9, 1, 1), error(-1, 1100, "Connectivity has been lost.")]},
            {"farms": "fail the Gateway has no line to the broker"},
        ),
        ({"71": lambda asked: [(15, 1, "DU4000001"), (9, 1, 1)]}, {"farms": "warn no notice of any farm"}),
    ],
)
def test_one_thing_that_is_wrong_is_one_line_with_its_cure(answers: dict[str, Answer], told: dict[str, str]) -> None:
    found = looked(Scripted(answers))
    assert {check: line[: len(told.get(check, line))] for check, line in wrong(found).items()} == told
    assert all(found[check].cure for check in told)
    assert all(row.found.isprintable() for row in found.values())


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            quoted(3),
            "warn SPY 20990116 680 P: bid 4.10, ask 4.30: DELAYED by 15 minutes; nothing is entered on that (8.3)",
        ),
        (quoted(4, greeks=False), "warn SPY 20990116 680 P: bid 4.10, ask 4.30: DELAYED by 15 minutes"),
        (quoted(1, greeks=False), "warn SPY 20990116 680 P: bid 4.10, ask 4.30, live; no greeks in "),
        (quoted(1, bid=-1.0, ask=-1.0), "fail SPY 20990116 680 P: no answer in "),
        (never, "fail SPY 20990116 680 P: no answer in "),
    ],
)
def test_a_quote_is_told_as_what_it_is(answer: Answer, told: str) -> None:
    script = Scripted({"1": answer})
    lines = wrong(looked(script))
    assert lines.keys() == {"quote"} and lines["quote"].startswith(told)


def test_a_frozen_quote_of_a_shut_market_is_well() -> None:
    found = looked(Scripted({"1": quoted(2)}))
    assert wrong(found) == {} and "frozen, the market is shut" in found["quote"].found


def test_delayed_data_is_found_where_live_data_is_not_subscribed() -> None:
    kinds: list[str] = []

    def subscribed_to_nothing(asked: Sequence[str]) -> Sequence[Sequence[object]]:
        if kinds[-1] == "4":
            return quoted(4)(asked)
        return [error(asked[2], 10089, "Requested market data requires additional subscription for API.")]

    def remembered(asked: Sequence[str]) -> Sequence[Sequence[object]]:
        kinds.append(asked[2])
        return ()

    found = looked(Scripted({"1": subscribed_to_nothing, "59": remembered}))
    assert "DELAYED" in found["quote"].found and "OPRA" in found["quote"].cure
    assert kinds == ["4", "1", "2", "4"]  # any price of the stock; then live, frozen, delayed


def test_another_session_that_has_the_data_is_told() -> None:
    def competing(asked: Sequence[str]) -> Sequence[Sequence[object]]:
        return [error(asked[2], 10197, "No market data during competing live session")]

    found = looked(Scripted({"1": competing}))
    assert wrong(found) == {
        "quote": "fail SPY 20990116 680 P: no quote, another session of this user has the live data"
    }


def test_a_gateway_that_dies_in_the_middle_ends_the_look_in_time() -> None:
    def die(asked: Sequence[str]) -> Sequence[Sequence[object]]:
        raise ConnectionError

    began_s = time.monotonic()  # noqa: TID251 how long a test waits
    found = looked(Scripted({"78": die}))
    assert time.monotonic() - began_s < 10  # noqa: TID251 how long a test waits
    assert found["chain"].verdict is Verdict.FAIL and found["what-if"].verdict is Verdict.SKIPPED
    assert found["orders"].verdict is Verdict.FAIL
