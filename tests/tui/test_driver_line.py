"""A line that stalls, is slow or is gone: nobody waits for it, little is kept for it, and what comes is the newest."""

import asyncio
import os
import pty
import tty
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allusetui.tui.driver.line import ASK, Line

FRAME = "x" * 2_000
KERNEL_KEEPS = 4_200
"""A flush leaves what the terminal's side has taken over already: a page."""


class Pair:
    """A pty: a line on the program's side, bytes on the terminal's."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.slave, False)
        os.set_blocking(self.master, False)
        self.freed = self.lost = 0

    def line(self) -> Line:
        return Line(self.slave, asyncio.get_running_loop(), self._free, self._lose)

    def _free(self) -> None:
        self.freed += 1

    def _lose(self) -> None:
        self.lost += 1

    def read(self) -> bytes:
        """All that has arrived."""
        found = b""
        while True:
            try:
                found += os.read(self.master, 65_536)
            except BlockingIOError:
                return found


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    for fd in (made.master, made.slave):
        try:
            os.close(fd)
        except OSError:
            continue


def fill(line: Line) -> int:
    """Send frames until the line takes no more; gives how many."""
    count = 0
    while line.is_free:
        line.send(FRAME)
        count += 1
        assert count < 1_000
    return count


@pytest.mark.asyncio
async def test_a_stalled_line_is_full_after_what_the_kernel_holds_and_loses_nothing(pair: Pair) -> None:
    line = pair.line()
    count = fill(line)
    arrived = b""
    while not pair.freed:
        arrived += pair.read()
        await asyncio.sleep(0.001)
    arrived += pair.read()
    assert arrived == FRAME.encode() * count
    assert line.is_free


@pytest.mark.asyncio
async def test_a_terminal_that_answers_has_one_frame_underway(pair: Pair) -> None:
    line = pair.line()
    line.answered()
    assert fill(line) == 1
    assert pair.read() == (FRAME + ASK).encode()
    line.answered()
    assert line.is_free
    assert pair.freed == 2


@pytest.mark.asyncio
async def test_what_was_sent_behind_a_question_is_asked_about_when_that_is_answered(pair: Pair) -> None:
    line = pair.line()
    line.answered()
    line.send(FRAME[:300])
    line.send(FRAME)
    line.answered()
    assert not line.is_free
    assert pair.read().count(ASK.encode()) == 2
    line.answered()
    assert line.is_free


@settings(max_examples=200)
@given(st.lists(st.integers(0, 3_000), max_size=40))
def test_a_terminal_that_answers_every_question_is_never_waited_for_in_vain(frames: list[int]) -> None:
    """0: the terminal answers what it was asked; else a frame of so many bytes, where the line is free."""

    async def talk() -> None:
        pair = Pair()
        line, asked = pair.line(), 0
        line.answered()
        for size in frames:
            if size and line.is_free:
                line.send("x" * size)
            asked += pair.read().count(ASK.encode())
            if asked and not size:
                asked -= 1
                line.answered()
        while not line.is_free:
            asked += pair.read().count(ASK.encode())
            assert asked, "it waits, and has asked for nothing"
            asked -= 1
            line.answered()
        line.mute()
        os.close(pair.master)
        os.close(pair.slave)

    asyncio.run(talk())


@pytest.mark.asyncio
async def test_small_changes_do_not_wait_for_an_answer_and_are_not_asked_about_each(pair: Pair) -> None:
    line = pair.line()
    line.answered()
    for _ in range(30):
        assert line.is_free
        line.send("0123456789")
    assert pair.read().count(ASK.encode()) == 1


@pytest.mark.asyncio
async def test_an_answer_that_never_comes_holds_nothing_up_for_long(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allusetui.tui.driver.line._PATIENCE_S", 0.01)
    line = pair.line()
    line.answered()
    line.send(FRAME)
    assert not line.is_free
    await asyncio.sleep(0.05)
    assert line.is_free


@pytest.mark.asyncio
async def test_the_last_words_outrank_what_a_stalled_line_still_holds(pair: Pair) -> None:
    line = pair.line()
    count = fill(line)
    line.finish("bye")
    left = pair.read()
    assert left.endswith(b"x\x18bye") or left == b"\x18bye"
    assert len(left) <= KERNEL_KEEPS < count * len(FRAME)


@pytest.mark.asyncio
async def test_the_last_words_on_a_line_that_flows_follow_what_was_sent(pair: Pair) -> None:
    line = pair.line()
    line.send("first, ")
    line.finish("bye")
    line.send("never")
    assert pair.read() == b"first, bye"


@pytest.mark.asyncio
async def test_a_line_that_is_gone_is_told_once_and_written_to_no_more(pair: Pair) -> None:
    line = pair.line()
    os.close(pair.master)
    line.send("a")
    line.send("b")
    line.finish("c")
    assert pair.lost == 1
    assert not line.is_free
