"""A screen in another process: it sees what the engine shows, its keys arrive, and a lost engine is shown as ended."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

import pytest

from allusetui.domain.console import Key
from allusetui.domain.contract import Option
from allusetui.domain.snapshot import Snapshot
from allusetui.runtime import remote
from allusetui.runtime.control import ControlServer
from allusetui.runtime.remote import RemoteConsole, press, status
from allusetui.runtime.talk import HELLO, OK, SNAPSHOT_PREFIX, SOCKET_NAME, ControlError, connect, line
from allusetui.runtime.thread import EngineThread
from tests.runtime.engines import PATIENCE_S, Engine, FakeHub, until
from tests.runtime.started import WORKING, Started


@pytest.fixture
def console(engine: Engine) -> Iterator[RemoteConsole]:
    found = RemoteConsole(engine.folder)
    yield found
    found.close()


def shown(console: RemoteConsole) -> Snapshot:
    found = console.latest()
    assert found is not None
    return found


def test_it_shows_a_snapshot_from_its_first_instant_and_then_each_newer_one(
    engine: Engine, console: RemoteConsole
) -> None:
    assert shown(console).count == 1
    for _ in range(50):
        engine.show()
        until(lambda: shown(console).count == engine.hub.count)


def test_its_keys_arrive_in_order_without_waiting(engine: Engine, console: RemoteConsole) -> None:
    keys = [Key("pause", "GEN"), Key("resume", "GEN", by="ana"), Key("kill")]
    for key in keys:
        console.send(key)
    until(lambda: len(engine.hub.keys) == len(keys))
    assert engine.hub.keys == keys


def test_its_last_key_arrives_though_it_closes_at_once(engine: Engine) -> None:
    console = RemoteConsole(engine.folder)
    console.send(Key("kill"))
    console.close()
    until(lambda: engine.hub.keys)
    assert engine.hub.keys == [Key("kill")]


def test_one_that_only_watches_shows_everything_and_sends_nothing(engine: Engine) -> None:
    console = RemoteConsole(engine.folder, only=True)
    for send in (lambda: console.send(Key("kill")), console.end):
        with pytest.raises(BlockingIOError, match=r"^this dashboard only watches$"):
            send()
    engine.show()
    until(lambda: shown(console).count == engine.hub.count)
    console.close()
    assert engine.hub.keys == [] and not engine.hub.told_to_end


def test_it_ends_the_engine(engine: Engine, console: RemoteConsole) -> None:
    console.end()
    until(lambda: engine.hub.told_to_end)


def test_closing_it_leaves_the_engine_running(engine: Engine) -> None:
    RemoteConsole(engine.folder).close()
    assert not engine.hub.told_to_end
    press(engine.folder, Key("pause", "GEN"))


def test_a_lost_engine_is_shown_as_ended_and_takes_no_keys(tmp_path: Path) -> None:
    with Engine(tmp_path, FakeHub()):
        console = RemoteConsole(tmp_path)
    until(lambda: shown(console).ended)
    with pytest.raises(BlockingIOError, match="not running"):
        console.send(Key("pause", "GEN"))
    console.end()
    console.close()


def test_an_engine_that_does_not_answer_is_told_of(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(tmp_path / SOCKET_NAME))
        hung.listen()
        for ask in (lambda: status(tmp_path, 0.05), lambda: RemoteConsole(tmp_path, 0.05)):
            with pytest.raises(ControlError, match=f"^the engine of the session {tmp_path.name} does not answer$"):
                ask()


def test_who_comes_while_the_queue_is_full_waits_its_turn_and_no_longer_than_its_patience(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as busy, ExitStack() as held:
        busy.bind(str(tmp_path / SOCKET_NAME))
        busy.listen(0)
        held.enter_context(connect(tmp_path, 0.05))
        with pytest.raises(ControlError, match=r"does not answer$"):
            connect(tmp_path, 0.05)
        serving = threading.Timer(0.2, lambda: held.enter_context(busy.accept()[0]))
        serving.start()
        held.enter_context(connect(tmp_path, 5.0))
        serving.join()


def test_a_shell_of_another_protocol_is_told_which_meets_which_and_presses_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "HELLO", {**HELLO, "protocol": 2, "version": "9.0"})
    told = r"^allusetui 9\.0 \(protocol 2\) can't talk with .* \(protocol 1\): use the allusetui that runs the engine$"
    for ask in (lambda: press(engine.folder, Key("pause")), lambda: RemoteConsole(engine.folder)):
        with pytest.raises(ControlError, match=told):
            ask()
    assert engine.hub.keys == []


@contextmanager
def saying(folder: Path, data: bytes) -> Iterator[None]:
    """What stands in an engine's place says this to its first visitor, and is gone."""
    with socket.socket(socket.AF_UNIX) as strange:
        strange.bind(str(folder / SOCKET_NAME))
        strange.listen()

        def speak() -> None:
            visitor, _ = strange.accept()
            visitor.recv(1_024)
            visitor.sendall(data)
            visitor.close()

        speaking = threading.Thread(target=speak)
        speaking.start()
        try:
            yield
        finally:
            speaking.join()


def test_an_engine_that_goes_in_the_middle_of_a_question_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="has ended"), saying(tmp_path, line(HELLO)[:10]):
        status(tmp_path)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (b'{"error":"no more of this"}', "^no more of this$"),
        (b'{"ok":true}', "^not a snapshot$"),
        (SNAPSHOT_PREFIX + b"[7]}", "^a snapshot of the format 7; this program reads "),
        (b"garbage", "^not a message"),
    ],
)
def test_what_is_shown_first_and_is_no_snapshot_is_told_of(shown: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(ControlError, match=told) as refused, saying(tmp_path, line(HELLO) + line(OK) + shown + b"\n"):
        RemoteConsole(tmp_path)
    assert str(refused.value).isprintable()


@pytest.mark.clause("0.7", "0.8")
def test_0_8_a_key_that_an_engine_does_not_take_in_is_told_and_those_before_it_arrive_whole(
    engine: Engine, console: RemoteConsole
) -> None:
    goes_on, keys = threading.Event(), [Key("pause", "GEN", by=f"ana {number}") for number in range(5_000)]
    assert engine.hub.loop is not None
    engine.hub.loop.call_soon_threadsafe(goes_on.wait, PATIENCE_S)
    taken: list[Key] = []

    def press_all() -> None:
        for key in keys:
            console.send(key)
            taken.append(key)

    with pytest.raises(BlockingIOError, match=r"^the engine takes no keys$"):
        press_all()
    goes_on.set()
    until(lambda: len(engine.hub.keys) == len(taken))
    console.send(Key("kill"))
    until(lambda: engine.hub.keys[-1] == Key("kill"))
    assert engine.hub.keys == [*taken, Key("kill")]


# With the engine itself


@pytest.mark.clause("0.7")
def test_0_7_a_pause_from_another_process_cancels_what_works_and_proves_it(tmp_path: Path) -> None:
    engine = EngineThread(
        Started(WORKING, 20.0).live, lambda live: ControlServer(tmp_path / SOCKET_NAME, live, perf_counter)
    )
    engine.start()
    until(lambda: (tmp_path / SOCKET_NAME).exists())
    console = RemoteConsole(tmp_path)
    until(lambda: any(intent.live for intent in shown(console).state.intents.values()))
    [order] = status(tmp_path)["working_orders"]
    assert (order["account"], order["purpose"], order["side"], order["filled"]) == ("GEN", "entry", "SELL", 0)
    press(tmp_path, Key("pause", "GEN"))
    until(lambda: "GEN" in shown(console).proofs)
    assert (shown(console).proofs["GEN"].sent, shown(console).proofs["GEN"].confirmed) == (1, 1)
    found = status(tmp_path)
    assert found["working_orders"] == [] and found["accounts"][0]["latches"] == ["paused"]
    with pytest.raises(ControlError, match=r"^GEN: no prompt is open; approve did nothing\."):
        press(tmp_path, Key("approve", "GEN"))
    with pytest.raises(ControlError, match=r"^GEN: prompt 4 is not open; refuse did nothing\."):
        press(tmp_path, Key("refuse", "GEN", prompt="4", shown="0" * 64))
    console.end()
    engine.join()
    until(lambda: shown(console).ended)
    assert engine.failure is None
    assert not any(isinstance(contract, Option) for contract in shown(console).state.accounts["GEN"].lots)
    console.close()
