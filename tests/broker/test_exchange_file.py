"""The exchange's book as a file: one that is torn or another's is refused, and a disk that refuses it lets nothing be.

What nobody could store has not happened.
"""

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from allusetui.broker.simulated.standing import Late, Taken
from allusetui.broker.simulated.store import CURE, FILE_NAME, FORMAT, BookError, load, save
from allusetui.domain.input import BrokerLost, BrokerReturned, OrderAcked
from tests.broker.exchanges import NOW, on_disk, sell

# Documents that are refused


def torn(text: str) -> str:
    return text[: len(text) // 2]


def of_a_later_version(text: str) -> str:
    return text.replace(f'"format":{FORMAT}', f'"format":{FORMAT + 1}')


def with_other_cash(text: str) -> str:
    return text.replace('"cash":"1', '"cash":"2')


def of_another(text: str) -> str:
    return text.replace('"session":"s"', '"session":"t"')


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (torn, "is damaged, or not an exchange's book"),
        (lambda text: "", "is damaged, or not an exchange's book"),
        (lambda text: "[1, 2]", "is damaged, or not an exchange's book"),
        (lambda text: '{"accounts": {}}', "is damaged, or not an exchange's book"),
        (of_a_later_version, "is of format 3; this version reads format 2"),
        (with_other_cash, "is damaged: its hash does not fit"),
        (of_another, "is the book of session t, not of s"),
    ],
)
def test_a_document_that_is_torn_or_foreign_is_refused_in_one_line_and_kept(
    bend: Callable[[str], str], says: str, tmp_path: Path
) -> None:
    on_disk(tmp_path).place(sell("1.20"), NOW)
    path = tmp_path / FILE_NAME
    path.write_text(bent := bend(path.read_text()))
    with pytest.raises(BookError) as refused:
        on_disk(tmp_path)
    assert str(refused.value) == f"{path}: {says}; {CURE}"
    assert path.read_text() == bent


def test_every_torn_tail_of_a_document_is_refused(tmp_path: Path) -> None:
    on_disk(tmp_path).place(sell("1.20"), NOW)
    path = tmp_path / FILE_NAME
    whole_text = path.read_text()
    for length in range(len(whole_text) - 2):
        path.write_text(whole_text[:length])
        with pytest.raises(BookError):
            load(path, "s")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"now_ms": "soon"}, "'soon' is not of int"),
        ({"now_ms": True}, "True is not of int"),
        ({"cash": 1}, "1 is not a text"),
        ({"cash": "much"}, "'much' is not of Decimal"),
        ({"cash": None}, "None is not a text"),
        ({"known": None}, "None is not a list"),
        ({"known": ((1,),)}, "[1] has 1 items, not 2"),
        ({"done": ((1, "o1"),)}, "'o1' is not of BrokerOrder"),
        ({"done": ((1, Taken("AAPL", 1, 2)),)}, "is not of BrokerOrder"),
        ({"settled": ((1, None),)}, "None is none of Settlement, CashBooking, Split"),
        ({"settled": ((1, Taken("AAPL", 1, 2)),)}, "is none of Settlement, CashBooking, Split"),
        ({"taken": (Late(1, "AAPL", OrderAcked(1, "o1")),)}, "is not of Taken"),
    ],
)
def test_a_record_that_the_document_can_not_mean_is_refused(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    on_disk(tmp_path)
    path = tmp_path / FILE_NAME
    save(path, "s", replace(load(path, "s"), **changes))
    with pytest.raises(BookError) as refused:
        load(path, "s")
    assert says in str(refused.value) and str(refused.value).endswith(CURE)


# A disk that refuses


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Makes the disk full, or gives it room again."""

    def refuse(*paths: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    true = os.replace
    return lambda is_full: monkeypatch.setattr(os, "replace", refuse if is_full else true)


@pytest.mark.clause("8.6")
def test_8_6_a_broker_that_can_not_store_takes_no_order_and_its_link_is_lost_until_it_can(
    full: Callable[[bool], None], tmp_path: Path
) -> None:
    house = on_disk(tmp_path)
    stored = (tmp_path / FILE_NAME).read_text()
    full(True)
    (lost,) = house.place(sell("1.15"), NOW)
    assert lost == BrokerLost(NOW, "exchange can't store its book: No space left on device")
    assert house.advance(NOW + 5_000) == ()
    assert not house.ask_orders(NOW + 5_000)[0].complete
    assert not house.ask_positions(NOW + 5_000)[0].complete
    assert (tmp_path / FILE_NAME).read_text() == stored
    assert house.next_ms(NOW + 5_000) == NOW + 10_000  # whatever else there is to do, it tries again
    full(False)
    (returned,) = house.advance(NOW + 10_000)
    assert isinstance(returned, BrokerReturned)
    assert house.ask_orders(NOW + 10_000)[0].orders == ()
    assert [type(r) for r in house.place(sell("1.20"), NOW + 11_000)] == [OrderAcked]


@pytest.mark.clause("8.6", "0.6")
def test_8_6_an_order_that_worked_when_the_disk_filled_up_is_neither_filled_nor_cancelled_until_it_is_stored(
    full: Callable[[bool], None], tmp_path: Path
) -> None:
    house = on_disk(tmp_path)
    house.place(sell("1.15"), NOW)
    full(True)
    assert [type(r) for r in house.advance(NOW + 1_000)] == [BrokerLost]
    assert house.cancel("o1", NOW + 2_000) == ()
    full(False)
    returned, filled = house.advance(NOW + 3_000)
    assert (type(returned), filled.at_ms) == (BrokerReturned, NOW + 1_000)
    assert [e.quantity for e in house.ask_orders(NOW + 3_000)[0].executions] == [1]


def test_a_session_can_not_begin_on_a_disk_that_refuses(full: Callable[[bool], None], tmp_path: Path) -> None:
    full(True)
    with pytest.raises(OSError, match="No space left"):
        on_disk(tmp_path)


def test_the_document_is_plain_json_with_exact_decimals(tmp_path: Path) -> None:
    on_disk(tmp_path).place(sell("1.20"), NOW)
    document = json.loads((tmp_path / FILE_NAME).read_text())
    assert document["book"]["live"][0]["order"]["limit"] == "1.20"


def test_a_clock_that_was_stopped_goes_on_from_where_it_stood(tmp_path: Path) -> None:
    house = on_disk(tmp_path)
    house.place(sell("1.15"), NOW)
    house.stop(NOW + 500)
    again = on_disk(tmp_path)
    assert (house.stored_ms, again.stored_ms) == (NOW, NOW + 500)
    assert again.next_ms(again.stored_ms) == NOW + 1_000
    assert len(again.advance(NOW + 1_000)) == 1
