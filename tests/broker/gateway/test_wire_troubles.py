"""What goes wrong on the broker's wire, by command."""

from allusetui.broker.gateway.commands import (
    SoundAgain,
)
from allusetui.broker.gateway.faults import Kind, LineFault
from allusetui.domain.moment import MINUTE_MS, SECOND_MS
from tests.broker.gateway.desks import NOW
from tests.broker.gateway.ordering import FILLED_AT_ONCE, client
from tests.broker.gateway.placed import LATER, PUT, kinds, place, sale
from tests.broker.gateway.troubled import Desk, bit_by_bit


def test_a_message_that_is_muted_is_never_told() -> None:
    desk = Desk()
    desk.do(LineFault(Kind.MUTE, message=59, count=1))
    assert kinds(place(desk.wire, 1, PUT, sale(1.0))) == FILLED_AT_ONCE[:-1]
    assert kinds(place(desk.wire, 2, PUT, sale(1.0))) == FILLED_AT_ONCE


def test_a_message_that_is_delayed_comes_later() -> None:
    desk = Desk()
    desk.do(LineFault(Kind.DELAY, message=11, delay_ms=700, for_ms=SECOND_MS))
    assert kinds(place(desk.wire, 1, PUT, sale(1.0))) == ["5", "3:Submitted", "5", "3:Filled", "59"]
    assert desk.wire.gateway.next_ms(NOW) == NOW + 700
    assert not desk.wire.wait(699) and kinds(desk.wire.wait(1)) == ["11"]
    desk.wire.wait(300)
    assert kinds(place(desk.wire, 2, PUT, sale(1.0))) == FILLED_AT_ONCE


def test_a_message_out_of_order_comes_after_the_next_one() -> None:
    desk = Desk()
    desk.do(LineFault(Kind.REORDER, message=5, count=1))
    assert kinds(place(desk.wire, 1, PUT, sale(1.0))) == ["3:Submitted", "5", "11", "5", "3:Filled", "59"]


def test_a_message_can_be_told_twice() -> None:
    desk = Desk()
    desk.do(LineFault(Kind.DUPLICATE, message=11, count=1))
    assert kinds(place(desk.wire, 1, PUT, sale(1.0))) == ["5", "3:Submitted", "11", "11", "5", "3:Filled", "59"]


def test_a_message_in_pieces_is_whole_before_the_next_begins() -> None:
    desk = Desk()
    desk.do(LineFault(Kind.SPLIT, message=3, count=1))
    assert kinds(place(desk.wire, 1, PUT, sale(1.0))) == ["5"]
    assert kinds(desk.wire.wait(MINUTE_MS)) == FILLED_AT_ONCE[1:]


def test_messages_in_pieces_never_come_between_one_anothers_pieces_nor_does_what_is_late() -> None:
    desk = Desk()
    desk.do(LineFault(Kind.SPLIT))
    assert not place(desk.wire, 1, PUT, sale(1.0)) and not desk.wire.wait(100)
    assert kinds(bit_by_bit(desk.wire)) == FILLED_AT_ONCE
    desk.do(SoundAgain())
    desk.do(LineFault(Kind.DELAY, message=5, count=1, delay_ms=10))
    desk.do(LineFault(Kind.SPLIT))
    place(desk.wire, 2, PUT, sale(1.0))
    assert kinds(bit_by_bit(desk.wire)) == FILLED_AT_ONCE
    desk.do(SoundAgain())
    assert kinds(desk.wire.say(49, 1)) == ["49"]


def test_a_message_of_a_client_can_go_unheard() -> None:
    desk = Desk()
    desk.do(LineFault(Kind.UNHEARD, message=3, count=1))
    assert not place(desk.wire, 1, PUT, sale(1.0))
    assert kinds(desk.wire.say(16, 1)) == ["53"]
    assert kinds(place(desk.wire, 1, PUT, sale(1.0))) == FILLED_AT_ONCE


def test_a_half_open_connection_hears_and_says_nothing_until_it_is_sound_again() -> None:
    desk = Desk()
    other = client(desk.made, 2, beside=desk.wire)
    desk.do(LineFault(Kind.HALF_OPEN, client_id=1))
    assert not place(desk.wire, 1, PUT, sale(1.0)) and not desk.wire.say(49, 1)
    assert kinds(other.say(49, 1)) == ["49"]
    desk.do(SoundAgain())
    assert kinds(desk.wire.say(49, 1)) == ["49"] and kinds(desk.wire.say(16, 1)) == ["53"]


def test_a_fault_can_be_about_one_order_alone() -> None:
    desk = Desk()
    place(desk.wire, 1, PUT, sale(9.0, orderRef="a"))
    place(desk.wire, 2, LATER, sale(9.0, orderRef="b"))
    desk.do(LineFault(Kind.MUTE, order_ref="a"))
    assert kinds(place(desk.wire, 1, PUT, sale(1.0, orderRef="a"))) == []
    assert kinds(place(desk.wire, 2, LATER, sale(1.0, orderRef="b"))) == FILLED_AT_ONCE
    desk.do(SoundAgain())
    desk.do(LineFault(Kind.UNHEARD, message=4, order_ref="c"))
    place(desk.wire, 3, PUT, sale(9.0, orderRef="c"))
    place(desk.wire, 4, PUT, sale(9.0, orderRef="d"))
    assert not desk.wire.say(4, 1, 3, "") and kinds(desk.wire.say(4, 1, 4, "")) == ["3:Cancelled", "4:202"]
