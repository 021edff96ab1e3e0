"""The control socket: for its owner only, honest about keys, and never held up by who visits it."""

import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from allusetui import __version__
from allusetui.codec.whole import FORMAT
from allusetui.domain.console import Key
from allusetui.domain.event import AlertRaised, StateRefused
from allusetui.runtime.control import VISITORS
from allusetui.runtime.inbox import ROOM
from allusetui.runtime.remote import press, status
from allusetui.runtime.talk import HELLO, LONGEST_ASK_BYTES, SOCKET_NAME, ControlError, connect
from tests.runtime.engines import PATIENCE_S, Engine, FakeHub, until

WATCH = {"ask": "watch", "format": FORMAT}


class Visitor:
    """A connection that says what it likes."""

    def __init__(self, folder: Path, hello: Any = HELLO) -> None:
        self.socket = connect(folder, PATIENCE_S)
        self.file = self.socket.makefile("rb")
        if hello is not None:
            self.say(hello)
            self.hello = self.hear()

    def say(self, message: Any) -> None:
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def hear(self) -> Any:
        """The next message; None where the engine has hung up."""
        found = self.file.readline()
        return json.loads(found) if found else None

    def ask(self, message: Any) -> Any:
        self.say(message)
        return self.hear()

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@contextmanager
def visit(folder: Path, hello: Any = HELLO) -> Iterator[Visitor]:
    visitor = Visitor(folder, hello)
    try:
        yield visitor
    finally:
        visitor.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine(tmp_path, FakeHub()) as found:
        yield found


# Where it is and who may


def test_the_socket_is_for_its_owner_only_and_goes_with_the_engine(tmp_path: Path) -> None:
    with Engine(tmp_path, FakeHub()):
        mode = (tmp_path / SOCKET_NAME).stat().st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
        assert os.listdir(tmp_path) == [SOCKET_NAME]
    assert os.listdir(tmp_path) == []


def test_a_folder_with_a_long_path_is_served_too(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 120) / ("ü" * 60)
    folder.mkdir(parents=True)
    with Engine(folder, FakeHub()):
        assert status(folder)["session"] == "demo"
        assert os.listdir(folder) == [SOCKET_NAME]


def test_the_socket_of_a_dead_engine_is_replaced(tmp_path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / SOCKET_NAME))
    dead.close()
    with pytest.raises(ControlError, match=f"^no engine runs on the session {tmp_path.name}$"):
        status(tmp_path)
    with Engine(tmp_path, FakeHub()):
        assert status(tmp_path)["session"] == "demo"


def test_an_engine_that_ends_leaves_the_socket_of_its_successor_alone(tmp_path: Path) -> None:
    first, second = Engine(tmp_path, FakeHub()), Engine(tmp_path, FakeHub())
    with first:
        second.__enter__()
    assert status(tmp_path)["session"] == "demo"
    second.__exit__()
    assert os.listdir(tmp_path) == []


def test_without_an_engine_the_shell_says_so(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "never"):
        with pytest.raises(ControlError, match=f"^no engine runs on the session {folder.name}$"):
            press(folder, Key("kill"))


# Hello


@pytest.mark.parametrize(
    ("hello", "why"),
    [
        (
            {"hello": "allusetui", "protocol": 2, "version": "9.0"},
            f"allusetui 9.0 (protocol 2) can't talk with {__version__} (protocol 1): "
            "use the allusetui that runs the engine",
        ),
        (
            {"hello": "allusetui", "protocol": "\x1b[31m\ud800" + "x" * 9_000, "version": ["\n"]},
            f"allusetui ['\\n'] (protocol [31m{'x' * 15}…) can't talk with {__version__} (protocol 1): "
            "use the allusetui that runs the engine",
        ),
        ({"hello": "other", "protocol": 1}, "no allusetui there: its hello is missing"),
        ({"ask": "status"}, "no allusetui there: its hello is missing"),
    ],
)
def test_another_hello_is_refused_in_one_line(engine: Engine, hello: Any, why: str) -> None:
    with visit(engine.folder, hello) as visitor:
        assert visitor.hello == {"error": why}
        assert visitor.hear() is None


def test_a_watcher_of_another_version_is_refused_in_one_line_but_may_stop_the_engine(engine: Engine) -> None:
    with visit(engine.folder, {**HELLO, "version": "9.0"}) as visitor:
        assert visitor.ask({"ask": "watch", "format": "older"}) == {
            "error": f"a dashboard of allusetui 9.0 can't show an engine of {__version__} (format {FORMAT}): "
            "attach with the one that runs the engine; keys and status work from here too"
        }
        assert visitor.ask({"ask": "key", "action": "kill"}) == {"ok": True}


def test_a_visitor_who_only_watches_can_press_nothing_and_end_nothing(engine: Engine) -> None:
    no = {"error": "this dashboard only watches: it sends no keys"}
    with visit(engine.folder) as visitor:
        assert visitor.ask({**WATCH, "only": True}) == {"ok": True}
        assert count_of(visitor.hear()) == 1
        assert [visitor.ask({"ask": "key", "action": "kill"}), visitor.ask({"ask": "end"})] == [no, no]
        visitor.ask(WATCH)
        assert visitor.ask({"ask": "key", "action": "kill"}) == no
    assert engine.hub.keys == [] and not engine.hub.told_to_end


# Status


def test_status_tells_how_the_engine_stands(engine: Engine) -> None:
    engine.show(padding="disk is full")
    found = status(engine.folder)
    assert 0 <= found.pop("heartbeat_age_s") < PATIENCE_S
    assert found.pop("version") == __version__
    rows: list[dict[str, Any]] = [
        {"account": name, "state": "SAFE", "latches": [], "no_entries": False, "equity_usd": 1000.0, "positions": []}
        for name in ("GEN", "REV")
    ]
    clock = "2026-03-02T10:06:40.000-05:00"
    assert found == {
        "session": "demo", "mode": "SIM", "clock": clock, "link_up": True, "link_trouble": "", "data_age_s": None,
        "ended": False, "breakers": [], "approvals_open": 0, "approvals": [],
        "accounts": rows, "working_orders": [],
        "last_alert": {"at": clock, "account": None, "severity": "info", "text": "disk is full"},
    }  # fmt: skip


# Keys


@pytest.mark.parametrize(
    "key", [Key("pause", "GEN"), Key("pause"), Key("kill"), Key("reset"), Key("no_entries", by="a\nb")]
)
def test_a_key_is_answered_once_the_journal_has_it(engine: Engine, key: Key) -> None:
    press(engine.folder, key)
    assert engine.hub.keys == [key]


def test_two_equal_keys_are_two_keys(engine: Engine) -> None:
    for _ in range(2):
        press(engine.folder, Key("pause", "GEN"))
    assert engine.hub.keys == [Key("pause", "GEN")] * 2


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (Key("dance", "GEN"), "no such action: dance; there are approve, audit, close, kill, "),
        (Key("pause", "XYZ"), "no account XYZ; there are GEN, REV"),
        (Key("approve"), "approve needs an account: GEN, REV"),
        (Key("kill", "GEN"), "kill stops every account: leave the account out"),
        (Key("close", "GEN"), "close needs a contract"),
    ],
)
def test_a_key_that_means_nothing_is_refused_and_not_pressed(engine: Engine, key: Key, why: str) -> None:
    with pytest.raises(ControlError, match=f"^{why}"):
        press(engine.folder, key)
    assert engine.hub.keys == []


def test_a_key_that_the_law_refuses_says_why(tmp_path: Path) -> None:
    no = StateRefused(account="GEN", clauses=("9.1", "9.2"), from_="EMERGENCY", to="SAFE", reason="resume")
    with (
        Engine(tmp_path, FakeHub(says=lambda key: (no,))),
        pytest.raises(ControlError, match=r"^GEN: resume is not allowed in EMERGENCY \(9.1, 9.2\)$"),
    ):
        press(tmp_path, Key("resume", "GEN"))


def test_a_key_that_did_nothing_says_what_the_engine_says(tmp_path: Path) -> None:
    no = AlertRaised(account="GEN", severity="warning", text="GEN: no prompt is open; approve did nothing.")
    with (
        Engine(tmp_path, FakeHub(says=lambda key: (no,))),
        pytest.raises(ControlError, match=r"^GEN: no prompt is open; approve did nothing\.$"),
    ):
        press(tmp_path, Key("approve", "GEN"))


def test_a_key_that_the_journal_does_not_get_is_not_called_done(tmp_path: Path) -> None:
    with (
        Engine(tmp_path, FakeHub(deaf=True), patience_s=0.05),
        pytest.raises(ControlError, match=r"^pause was sent, but after 0.05 s the journal does not have it"),
    ):
        press(tmp_path, Key("pause", "GEN"))


def test_a_flood_of_keys_leaves_room_for_those_that_stop(tmp_path: Path) -> None:
    with Engine(tmp_path, FakeHub(deaf=True), patience_s=PATIENCE_S) as engine, ExitStack() as held:
        for _ in range(VISITORS - 2):
            flooding = held.enter_context(visit(tmp_path))
            flooding.socket.sendall(b'{"ask": "key", "action": "audit"}\n' * 20)
        until(lambda: len(waiting(engine)) == ROOM // 2)
        with pytest.raises(ControlError, match=r"^128 keys wait for the engine already: no_entries was not sent$"):
            press(tmp_path, Key("no_entries"))
        with visit(tmp_path) as stopping:
            stopping.say({"ask": "key", "action": "kill"})
            until(lambda: any(key == Key("kill") for key in waiting(engine)))
        assert not engine.hub.inbox.overflowed


def waiting(engine: Engine) -> list[Key]:
    """The keys that the engine has not taken yet."""
    found: list[Key] = engine.call(lambda: [key for key, _ in engine.hub.inbox._keys])
    return found


def test_a_full_inbox_is_told(tmp_path: Path) -> None:
    with Engine(tmp_path, FakeHub(deaf=True)) as engine:
        for _ in range(ROOM):
            engine.call(lambda: engine.hub.inbox.put(Key("approve", "GEN")))
        with pytest.raises(ControlError, match="inbox is full"):
            press(tmp_path, Key("pause", "GEN"))


def test_a_key_of_a_visitor_who_left_at_once_is_pressed(engine: Engine) -> None:
    with visit(engine.folder) as visitor:
        visitor.say(WATCH)
        visitor.say({"ask": "key", "action": "kill"})
    until(lambda: engine.hub.keys)
    assert engine.hub.keys == [Key("kill")]


def test_an_end_is_passed_on(engine: Engine) -> None:
    with visit(engine.folder) as visitor:
        assert visitor.ask({"ask": "end"}) == {"ok": True}
    assert engine.hub.told_to_end


# Rough visitors


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


def count_of(message: Any) -> int:
    found = message["snapshot"][1][0]
    assert isinstance(found, int)
    return found


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


def buffered(engine: Engine) -> int:
    """Bytes that the server keeps for its visitors."""
    assert engine.server is not None
    visits = engine.server._visits.values()
    found = engine.call(lambda: sum(visit._writer.transport.get_write_buffer_size() for visit in visits))
    assert isinstance(found, int)
    return found


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
