"""What is typed is heard as it was typed, however it arrives; what a terminal says by itself is no key."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.events import Key, MouseDown, Paste
from textual.keys import Keys
from textual.message import Message

from allusetui.tui.driver.keys import Parser, Reader, Replies

NOISE = [b"\x1b", b"\x1b[", b"\x1b[<", b"\x1b[200~", *(bytes([byte]) for byte in b"[]P_;:<>?0159mMuRt~\\\x07\xc3\xff")]


class Heard:
    """A reader that is fed by hand, and what came of it."""

    def __init__(self, fd: int = -1, urgent: str = "") -> None:
        self.messages: list[Message] = []
        self.taken: list[str] = []
        self.answers = self.lost = 0
        self._urgent = urgent
        self.reader = Reader(fd, self._take, self.messages.append, self._answered, self._lose)

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.messages if isinstance(message, Key)]

    def _take(self, key: Key) -> bool:
        if key.key != self._urgent:
            return False
        self.taken.append(key.key)
        return True

    def _answered(self) -> None:
        self.answers += 1

    def _lose(self) -> None:
        self.lost += 1


@pytest.fixture
def heard() -> Iterator[Heard]:
    made = Heard(urgent="p")
    yield made
    made.reader.stop()


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"jo1", ["j", "o", "1"]),
        (b"\x1b[A\x1b[B\r\t", ["up", "down", "enter", "tab"]),
        (b"\x1b[120;5u\x1b[80;2;80u", ["ctrl+x", "P"]),
        (b"\x18", ["ctrl+x"]),
        ("é漢".encode(), ["é", "漢"]),
        (b"\x1b[M\x20\x21\x21x", ["x"]),
        (b"\x1b[[A", ["f1"]),
        (b"\x1bo\x1b1\x1b\r", ["escape", "o", "escape", "1", "escape", "enter"]),
        (b"\x1b\x1b[A\x1bOB", ["escape", "up", "down"]),
    ],
)
def test_keys_are_keys_whole_or_in_single_bytes(typed: bytes, keys: list[str], heard: Heard) -> None:
    heard.reader.feed(typed)
    for at in range(len(typed)):
        heard.reader.feed(typed[at : at + 1])
    assert heard.keys == keys * 2


def test_what_is_urgent_is_taken_before_the_others_hear_of_it(heard: Heard) -> None:
    heard.reader.feed(b"apb")
    assert (heard.taken, heard.keys) == (["p"], ["a", "b"])


def test_what_is_urgent_is_taken_though_a_slow_line_brings_it_together_with_an_escape(heard: Heard) -> None:
    heard.reader.feed(b"\x1bp")
    assert (heard.taken, heard.keys) == (["p"], ["escape"])


def test_a_paste_is_text_and_no_key(heard: Heard) -> None:
    heard.reader.feed(b"\x1b[200~pause\x18p")
    heard.reader.feed(b"p\x1b[201~x")
    (paste,) = (message for message in heard.messages if isinstance(message, Paste))
    assert (paste.text, heard.taken, heard.keys) == ("pause\x18pp", [], ["x"])


def test_an_answer_is_counted_and_no_key(heard: Heard) -> None:
    heard.reader.feed(b"\x1b[0n\x1b[")
    heard.reader.feed(b"0nx")
    assert (heard.answers, heard.keys) == (2, ["x"])


def test_a_sequence_that_breaks_the_parser_takes_no_key_with_it(heard: Heard) -> None:
    heard.reader.feed(b"\x1b[99999999999999u\x1b[Ap")
    assert (heard.keys, heard.taken) == (["up"], ["p"])


def test_half_a_sequence_is_given_up_and_is_no_keys(heard: Heard) -> None:
    heard.reader.feed(b"\x1b[<1;2")
    heard.reader.silence(0.05)
    heard.reader.feed(b"x")
    assert heard.keys == ["x"]


def test_a_paste_without_an_end_swallows_keys_for_a_second_and_no_longer(heard: Heard) -> None:
    heard.reader.feed(b"\x1b[200~abcp\x1b[1;")
    heard.reader.silence(0.5)
    heard.reader.feed(b"p")
    assert heard.taken == []
    heard.reader.silence(1.0)
    heard.reader.feed(b"p")
    assert (heard.taken, heard.keys) == (["p"], [])


def test_an_escape_is_an_escape_when_nothing_follows(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual._parser.get_time", lambda: 0.0)
    heard.reader.feed(b"\x1b")
    monkeypatch.setattr("textual._parser.get_time", lambda: 1.0)
    heard.reader.silence(0.05)
    assert heard.keys == ["escape"]


def test_a_click_is_a_click(heard: Heard) -> None:
    heard.reader.feed(b"\x1b[<0;5;3M")
    (click,) = heard.messages
    assert isinstance(click, MouseDown)
    assert (click.x, click.y) == (4, 2)


@settings(max_examples=200)
@given(st.lists(st.lists(st.sampled_from(NOISE), min_size=1, max_size=40), max_size=30))
def test_noise_never_ends_the_reader(chunks: list[list[bytes]]) -> None:
    heard = Heard()
    for chunk in chunks:
        heard.reader.feed(b"".join(chunk))
    for _ in range(3):  # whatever is half open is closed
        heard.reader.feed(b"\x07\x1b\\\x1b[201~")
    heard.reader.feed(b"\x1b[B")
    heard.reader.stop()
    assert heard.keys[-1] == "down"


def test_no_key_begins_with_what_is_taken_for_a_whole_sequence_of_no_meaning() -> None:
    known = [sequence for sequence in ANSI_SEQUENCES_KEYS if sequence.startswith("\x1b[")]
    parser = Parser(lambda: None)
    for sequence in known:
        for end in range(3, len(sequence)):
            found = [key.key for key in parser._sequence_to_key_events(sequence[:end])]
            assert Keys.Ignore not in found, sequence


def test_a_reply_in_pieces_is_swallowed_and_one_that_never_ends_is_given_up() -> None:
    replies = Replies()
    assert replies("a\x1b]11;rgb:12") == "a"
    assert replies.waits
    assert replies("/pp\x1b\\b") == "b"
    assert replies("\x1bP>|half") == ""
    replies.give_up()
    assert replies("p") == "p"


def test_alt_and_shift_are_no_reply() -> None:
    for typed in ("\x1bPp\x1b]", "\x1bP1", "\x1bP\x1b[A"):
        assert Replies()(typed) == typed


def test_the_end_of_input_is_a_lost_terminal() -> None:
    read, write = os.pipe()
    heard = Heard(read)
    heard.reader.start()
    os.write(write, b"x")
    os.close(write)
    heard.reader.join(10)
    assert (heard.keys, heard.lost) == (["x"], 1)
    heard.reader.stop()
    os.close(read)


def test_a_reader_is_stopped_while_it_waits() -> None:
    read, write = os.pipe()
    heard = Heard(read)
    heard.reader.start()
    heard.reader.stop()
    assert not heard.reader.is_alive()
    assert heard.lost == 0
    os.close(read)
    os.close(write)
