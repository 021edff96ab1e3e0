"""The control socket: for its owner only, and honest about keys."""

import os
import socket
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from allusetui import __version__
from allusetui.codec.whole import FORMAT
from allusetui.domain.console import Key
from allusetui.domain.event import AlertRaised, StateRefused
from allusetui.runtime.control import VISITORS
from allusetui.runtime.inbox import ROOM
from allusetui.runtime.remote import press, status
from allusetui.runtime.talk import HELLO, SOCKET_NAME, ControlError
from tests.runtime.engines import PATIENCE_S, Engine, FakeHub, until
from tests.runtime.visitors import WATCH, count_of, visit

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


def test_an_engine_that_has_shown_nothing_yet_says_so(engine: Engine) -> None:
    engine.call(lambda: setattr(engine.hub, "latest", None))
    for ask in (lambda: status(engine.folder), lambda: press(engine.folder, Key("kill"))):
        with pytest.raises(ControlError, match=r"^the engine has not begun yet$"):
            ask()
    assert engine.hub.keys == []


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
