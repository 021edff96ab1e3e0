"""16: what is written and shown holds no secret and no control byte."""

import pytest

from allusetui.torture.checker.invariants.outputs import files_are_plain, frames_are_plain

CANARY = "canary-7f3a"


@pytest.mark.parametrize(
    "content",
    [b"key = canary-7f3a", b"SQLite format 3\0...canary-7f3a...\xff", b"\xff\xfe canary-7f3a", b"a,b\n\x1b[31mred\n",
     b"name\x00", b"bell\x07", "right to left \u202e".encode(), "c1 \x9b31m".encode()],
)  # fmt: skip
def test_a_file_with_a_secret_or_a_control_byte_is_named(content: bytes) -> None:
    (found,) = files_are_plain({"report.md": content, "plain.txt": b"nothing"}, [CANARY], 0)
    assert found.invariant == 16
    assert "report.md" in found.text
    assert CANARY not in found.text


def test_what_is_plain_breaks_nothing() -> None:
    files = {"ledger.csv": "seq,ts\r\n1,é\r\n".encode(), "journal.sqlite": b"SQLite format 3\0\x01\x02\x1b", "log": b""}
    assert [*files_are_plain(files, [CANARY], 0)] == []
    assert [*frames_are_plain(["ALL-USE  ▲ 1.2 %\n└ GEN"], [CANARY], 0)] == []


@pytest.mark.parametrize("frame", ["GEN canary-7f3a", "GEN \x1b]52;c;aGk=\x07", "GEN \u2066x\u2069", "tab\there"])
def test_a_frame_with_a_secret_or_a_control_byte_is_numbered(frame: str) -> None:
    (found,) = frames_are_plain(["plain", frame], [CANARY], 0)
    assert (found.invariant, "frame 2" in found.text) == (16, True)
