"""The handshake, the dispatch and the limits of one session, byte for byte, without a socket."""

import pytest

from allusetui.broker.gateway.frames import packed
from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.session import USUAL, Limits, Sessions
from tests.broker.gateway.desks import assembly
from tests.broker.gateway.wire import Wire, errors


def _gateway(limits: Limits = USUAL) -> Gateway:
    return Gateway(Sessions(), (), ("DU4000001", "DU4000002"), limits)


def test_the_handshake_tells_version_accounts_and_the_next_order_id() -> None:
    first, *rest = Wire(_gateway()).begin()
    assert first[0] == "178" and len(first) == 2
    assert rest[:2] == [["15", "1", "DU4000001,DU4000002"], ["9", "1", "1"]]
    assert errors(rest) == [(-1, 2104), (-1, 2106), (-1, 2158)]


@pytest.mark.parametrize("versions", ["v100..176", "v179..203", "v100"])
def test_a_client_that_does_not_speak_178_is_refused_plainly(versions: str) -> None:
    wire = Wire(_gateway())
    said = wire.greet(versions)
    assert errors(said) == [(-1, 503)] and versions in said[0][4]
    assert wire.closed


def test_a_greeting_without_versions_ends_the_connection() -> None:
    wire = Wire(_gateway())
    assert errors(wire.greet("hello")) == [(-1, 320)]
    assert wire.closed


def test_a_client_id_in_use_is_refused_and_free_again_once_its_session_is_gone() -> None:
    gateway = _gateway()
    Wire(gateway, 1).begin(7)
    second = Wire(gateway, 2)
    assert errors(second.begin(7)) == [(-1, 326)]
    assert second.closed
    gateway.lost(1, 0)
    assert errors(Wire(gateway, 3).begin(7))[0] != (-1, 326)


def test_nothing_is_answered_before_the_client_has_begun() -> None:
    wire = Wire(assembly().gateway)
    wire.greet()
    assert errors(wire.say(61, 1)) == errors(wire.say(49, 1)) == [(-1, 504)]
    wire.say(71, 2, 1, "")
    assert wire.say(61, 1) == [["62", "1"]]


def test_an_unknown_message_is_told_once_and_counted_and_the_connection_lives() -> None:
    gateway = _gateway()
    wire = Wire(gateway)
    wire.begin()
    assert errors(wire.say(9999, 1) + wire.say(9998)) == [(-1, 505), (-1, 505)]
    assert gateway.notices() == ["a client sent message 9999, which this gateway does not know"]
    assert gateway.counts["unknown message"] == 2
    assert not wire.closed


def test_a_message_id_that_is_no_number_is_refused_and_the_connection_lives() -> None:
    wire = Wire(_gateway())
    wire.begin()
    assert errors(wire.say("hello", 1)) == [(-1, 320)]
    assert errors(wire.say_fields(["71", "2", "8", "", "more"])) == [(-1, 320)]
    assert errors(wire.say(71, 2, 8, "")) == [(-1, 501)]


def test_a_frame_of_ten_megabytes_is_no_crash() -> None:
    wire = Wire(_gateway())
    wire.begin()
    assert errors(wire.raw(packed("x" * 10_000_000))) == [(-1, 320)]
    assert not wire.closed


def _told(wire: Wire, count: int) -> list[int]:
    return [code for _ in range(count) for _, code in errors(wire.say(9999))]


def test_a_client_that_sends_more_than_its_messages_a_second_is_told_and_then_cut_off() -> None:
    wire = Wire(_gateway(Limits(messages=3)))
    wire.begin()
    assert _told(wire, 6) == [505] * 5 + [100, 505]
    assert _told(wire, 4) == [505] * 3 + [100, 505]
    assert _told(wire, 4) == [505] * 3 + [100]
    assert wire.closed


def test_a_client_that_keeps_its_messages_a_second_is_never_told_though_they_come_in_heaps() -> None:
    wire = Wire(_gateway(Limits(messages=3)))
    wire.begin()
    for pause in (700, 1_300, 400, 1_600) * 20:
        assert _told(wire, 3) == [505] * 3
        wire.wait(pause)


def test_a_client_that_was_too_fast_once_a_minute_ago_is_forgiven() -> None:
    wire = Wire(_gateway(Limits(messages=3)))
    wire.begin()
    for _ in range(4):
        assert _told(wire, 7).count(100) == 1
        wire.wait(61_000)
    assert not wire.closed
