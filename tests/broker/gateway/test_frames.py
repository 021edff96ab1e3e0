"""Frames and fields: any pieces give the same messages, any bytes raise nothing but the one error."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.broker.gateway.fields import Fields
from allusetui.broker.gateway.frames import GREETING, LONGEST_BODY, Frames, WireError, frame, split, written

_TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
_MESSAGES = st.lists(st.lists(_TEXTS, min_size=1, max_size=6), max_size=6)


@given(_MESSAGES, st.lists(st.integers(1, 40), max_size=30))
def test_any_split_of_the_bytes_gives_the_same_messages(messages: list[list[str]], cuts: list[int]) -> None:
    stream = GREETING + b"".join(frame(tuple(message)) for message in messages)
    frames, found = Frames(GREETING), []
    for size in [*cuts, len(stream)]:
        piece, stream = stream[:size], stream[size:]
        found += [split(body) for body in frames.feed(piece)]
    assert found == messages


@given(st.binary(max_size=200) | st.text("0123-.,=;nai \0", max_size=60).map(str.encode))
def test_any_bytes_raise_nothing_but_the_one_error(data: bytes) -> None:
    body = data + b"\0"
    for stream in (data, frame(("1",))[:4] + data, len(body).to_bytes(4) + body):
        assert all(line.isprintable() for line in _wrong(GREETING + stream))


_TAKEN: tuple[Callable[[Fields], object], ...] = (
    lambda fields: fields.whole_or_none("field"), lambda fields: fields.number_or_none("field"),
    lambda fields: fields.flag_or_none("field"), lambda fields: fields.tags("field"),
    lambda fields: fields.count("field"), Fields.contract, Fields.done,
)  # fmt: skip


def _wrong(stream: bytes) -> list[str]:
    """What is wrong with the bytes of a stream, taken for messages that begin with any kind of field."""
    try:
        messages = [split(body) for body in Frames(GREETING).feed(stream)]
    except WireError as error:
        return [str(error)]
    found = []
    for message in messages:
        for take in _TAKEN:
            try:
                take(Fields(1, message))
            except WireError as error:
                found.append(str(error))
    return found


def test_a_frame_longer_than_sixteen_megabytes_breaks_the_stream_for_good() -> None:
    frames = Frames()
    with pytest.raises(WireError) as caught:
        list(frames.feed((LONGEST_BODY + 1).to_bytes(4) + b"x"))
    assert caught.value.fatal
    with pytest.raises(WireError):
        list(frames.feed(frame((49, 1))))


def test_a_negative_length_is_refused_too() -> None:
    with pytest.raises(WireError) as caught:
        list(Frames().feed((-5).to_bytes(4, signed=True)))
    assert caught.value.fatal


def test_who_does_not_greet_is_refused_at_the_first_wrong_byte() -> None:
    with pytest.raises(WireError) as caught:
        list(Frames(GREETING).feed(b"GET"))
    assert (caught.value.field, caught.value.fatal) == ("greeting", True)


@pytest.mark.parametrize("body", [b"", b"49\x001", b"4\xc3\xa9\x00", b"a\x07b\x00", b"a\nb\x00"])
def test_a_body_that_is_no_ascii_fields_is_refused(body: bytes) -> None:
    with pytest.raises(WireError) as caught:
        split(body)
    assert not caught.value.fatal


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (True, "1"), (False, "0"), (None, ""), (Decimal("4.20"), "4.20"), (Decimal("1E+2"), "100"), (7, "7"),
        (0.5, "0.5"), ("text", "text"),
    ],
)  # fmt: skip
def test_values_are_written_as_the_protocol_has_them(value: object, field: str) -> None:
    assert written(value) == field  # type: ignore[arg-type]


def test_a_nul_of_ours_in_a_field_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="NUL"):
        frame(("a\0b",))


@pytest.mark.parametrize("value", ["", "x", "1.5", "0x1", "1_0", " 1", "٣", "9" * 30])
def test_a_whole_number_is_digits(value: str) -> None:
    with pytest.raises(WireError) as caught:
        Fields(9, [value]).whole("reqId")
    assert (caught.value.message_id, caught.value.field) == (9, "reqId")


@pytest.mark.parametrize("value", ["nan", "inf", "1e16", "1e9999", "-1e999", "1_0", "4,2", "Infinite", "--1", "1e-"])
def test_a_number_is_one_that_somebody_can_mean(value: str) -> None:
    with pytest.raises(WireError):
        Fields(1, [value]).number("strike")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", None), ("1.7976931348623157E308", None), ("1.7976931348623157e+308", None),
        ("Infinite", Decimal("Infinity")), ("0.05", Decimal("0.05")), ("1e-05", Decimal("0.00001")),
    ],
)  # fmt: skip
def test_an_unset_number_is_none(value: str, found: Decimal | None) -> None:
    assert Fields(3, [value]).number_or_none("lmtPrice") == found


def test_fields_that_are_left_over_are_refused() -> None:
    fields = Fields(49, ["1", "surplus"])
    fields.version(1)
    with pytest.raises(WireError, match="1 more: surplus"):
        fields.done()


def test_a_list_longer_than_its_message_is_refused() -> None:
    with pytest.raises(WireError) as caught:
        Fields(3, ["400000", "1"]).count("legs")
    assert caught.value.field == "legs"
