"""The control socket is held up by nobody who visits it: rough visitors, slow ones, and many of them."""

from contextlib import ExitStack, suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from allusetui.domain.console import Key
from allusetui.runtime import control
from allusetui.runtime.control import VISITORS
from allusetui.runtime.remote import press, status
from allusetui.runtime.talk import LONGEST_ASK_BYTES, connect
from tests.runtime.engines import PATIENCE_S, Engine, FakeHub, until
from tests.runtime.visitors import WATCH, Visitor, buffered, count_of, visit


@pytest.mark.parametrize("garbage", [b"\x00\xff\n", b"[1]\n", b"7\n", b"{\n", b"[" * 60_000 + b"\n"])
def test_garbage_ends_the_visit_in_one_line(engine: Engine, garbage: bytes) -> None:
    with visit(engine.folder) as visitor:
        visitor.socket.sendall(garbage)
        assert visitor.hear() == {"error": "not a message: one JSON object a line is spoken here"}
        assert visitor.hear() is None
    assert status(engine.folder)["session"] == "demo"


def test_an_unknown_question_is_answered_and_the_visit_goes_on(engine: Engine) -> None:
    with visit(engine.folder) as visitor:
        for message in ({"ask": "dance"}, {}):
            assert visitor.ask(message) == {"error": "ask for status, key, watch or end"}
        assert "not a key" in visitor.ask({"ask": "key", "action": 7})["error"]
        assert visitor.ask({"ask": "status"})["status"]["session"] == "demo"


def test_half_a_line_harms_nobody(engine: Engine) -> None:
    with visit(engine.folder) as visitor:
        visitor.socket.sendall(b'{"ask": "key", "action": "kill"}')
    with visit(engine.folder) as slow:
        slow.socket.sendall(b'{"ask": "sta')
        press(engine.folder, Key("pause", "GEN"))
        slow.socket.sendall(b'tus"}\n')
        assert slow.hear()["status"]["session"] == "demo"
    assert engine.hub.keys == [Key("pause", "GEN")]


def test_a_message_that_is_too_long_ends_the_visit(engine: Engine) -> None:
    with visit(engine.folder) as visitor:
        visitor.socket.sendall(b'"' * (LONGEST_ASK_BYTES + 1) + b"\n")
        assert visitor.hear() == {"error": f"a message of more than {LONGEST_ASK_BYTES} bytes"}
    assert status(engine.folder)["session"] == "demo"


def test_who_says_no_hello_is_sent_away(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_HELLO_S", 0.05)
    with visit(engine.folder, None) as silent:
        assert (silent.hear(), silent.hear()) == ({"error": "no hello came"}, None)


def test_the_oldest_visitor_gives_way_so_that_a_kill_gets_in(engine: Engine) -> None:
    visitors = [Visitor(engine.folder) for _ in range(VISITORS)]
    press(engine.folder, Key("kill"))
    assert visitors[0].hear() is None
    assert visitors[-1].ask({"ask": "status"})["status"]["session"] == "demo"
    for visitor in visitors:
        visitor.close()


# Watchers


def test_two_watchers_see_each_new_snapshot(engine: Engine) -> None:
    with visit(engine.folder) as one, visit(engine.folder) as two:
        for visitor in (one, two):
            assert visitor.ask(WATCH) == {"ok": True}
            assert count_of(visitor.hear()) == 1
        engine.show()
        assert [count_of(visitor.hear()) for visitor in (one, two)] == [2, 2]


def test_a_slow_watcher_holds_up_nobody_and_then_sees_the_newest(engine: Engine) -> None:
    shown, padding = 400, "x" * 100_000
    with visit(engine.folder) as slow, visit(engine.folder) as quick:
        slow.ask(WATCH)
        quick.ask(WATCH)
        for index in range(shown):
            engine.show(padding=padding)
            if index % 100 == 0:
                press(engine.folder, Key("pause", "GEN"))
        assert buffered(engine) < 3 * 21 * len(padding)
        newest = engine.hub.latest
        assert newest is not None
        while count_of(quick.hear()) < newest.count:
            pass
        seen = [count_of(slow.hear())]
        while seen[-1] < newest.count:
            seen.append(count_of(slow.hear()))
        assert len(seen) < 20


def test_watchers_get_the_last_snapshot_of_an_engine_that_ends(tmp_path: Path) -> None:
    engine = Engine(tmp_path, FakeHub())
    with engine:
        visitor = Visitor(tmp_path)
        visitor.ask(WATCH)
        visitor.hear()
        engine.show(ended=True)
    assert visitor.hear()["snapshot"][1][-1] is True
    assert visitor.hear() is None
    visitor.close()


def test_an_engine_ends_though_a_watcher_reads_nothing(tmp_path: Path) -> None:
    with Engine(tmp_path, FakeHub()) as engine:
        stuck = Visitor(tmp_path)
        stuck.ask(WATCH)
        for _ in range(20):
            engine.show(padding="x" * 100_000)
        until(lambda: buffered(engine) > 0)
    stuck.close()


def test_an_engine_that_ends_while_somebody_visits_writes_nothing_on_the_terminal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Engine(tmp_path, FakeHub()):
        waiting = Visitor(tmp_path)
        waiting.ask({"ask": "status"})
    waiting.close()
    assert [record.message for record in caplog.records] == []


def test_a_flood_of_visitors_who_say_nothing_displaces_nobody_who_watches(engine: Engine) -> None:
    with visit(engine.folder) as watcher, ExitStack() as held:
        watcher.ask(WATCH)
        watcher.hear()
        for _ in range(4 * VISITORS):
            held.callback(connect(engine.folder, PATIENCE_S).close)
        press(engine.folder, Key("pause", "GEN"))
        assert count_of(watcher.hear()) == 2
        assert engine.server is not None
        assert len(engine.server._visits) <= VISITORS


def test_a_flood_of_questions_takes_its_turn(engine: Engine) -> None:
    with ExitStack() as held:
        for _ in range(4):
            flooding = held.enter_context(visit(engine.folder))
            flooding.socket.settimeout(0.2)
            with suppress(TimeoutError):
                flooding.socket.sendall(b'{"ask": "status"}\n' * 100_000)
        took_s = []
        for _ in range(20):
            began_s = perf_counter()
            press(engine.folder, Key("pause", "GEN"))
            took_s.append(perf_counter() - began_s)
    assert sorted(took_s)[10] < 0.1
    assert buffered(engine) < 4 * 9 * 4_096


@pytest.mark.parametrize(
    "hostile",
    [
        {"ask": "key", "action": "\ud800\x1b[2J"},
        {"ask": "key", "action": "pause", "account": "\ud800‮" * 5_000},
        {"ask": "key", "action": "close", "account": "GEN", "contract": ["\ud800"]},
        {"ask": "watch", "format": "\ud800"},
        {"ask": ["\ud800"]},
    ],
)
def test_hostile_text_comes_back_tame_on_one_line(engine: Engine, hostile: Any) -> None:
    with visit(engine.folder) as visitor:
        error = visitor.ask(hostile)["error"]
        assert error.isprintable() and len(error) < 300
        assert visitor.ask({"ask": "status"})["status"]["session"] == "demo"
    assert engine.hub.keys == []
