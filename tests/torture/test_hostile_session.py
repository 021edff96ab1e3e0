"""32: whatever a broker or a visitor says, every file of the session and all that it shows is plain text about it."""

import json
from collections.abc import Callable
from pathlib import Path

from allusetui.broker.gateway.commands import Command, Notice, OrderError
from allusetui.codec.whole import encode
from allusetui.domain.console import Key
from allusetui.runtime.status import status
from allusetui.torture.checker.invariants.outputs import files_are_plain, frames_are_plain
from tests.faults.runs import ENTRY, fault
from tests.torture.machines import Machine, nothing, ran

TAIL = "\x1b[31m\x1b]52;c;cm0=\x07\x9b2J\r\n\t\u202e\u2066[link=x]\u2028" + "漢" * 10_000
"""Behind what names a place: colours, the clipboard, a cleared screen, lines, bidi signs, markup, and far too much."""
STORY = ENTRY.replace("T09:30:00", "T09:44:00") + fault("no_fill", "09:45:00", "40s", symbol="AAPL")


def hostile(place: str) -> str:
    return f"=cmd|' /C {place}'!A0{TAIL}"


def said(make: Callable[[Machine], Command]) -> Callable[[Machine], None]:
    return lambda machine: machine.house.do(make(machine))


def typed(key: Key) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        assert machine.program.live is not None
        machine.program.live.inbox.put(key)

    return act


def working(machine: Machine) -> str:
    return next(ticket.asked.order_ref for ticket in machine.house.assembly.book.tickets if ticket.standing.live)


# Where text from outside gets in while a session runs, beside news and models: when, how, whether the journal tells it.
PLACES = {
    "who-pressed": (30.0, typed(Key("no_entries", "REV", by=hostile("who-pressed"))), True),
    "which-account": (31.0, typed(Key("pause", hostile("which-account"))), True),
    "which-prompt": (32.0, typed(Key("approve", "GEN", prompt=hostile("which-prompt"), shown=hostile("shown"))), True),
    "an-order-s-error": (61.0, said(lambda m: OrderError(working(m), 399, hostile("an-order-s-error"))), False),
    "a-refusal": (62.0, said(lambda m: OrderError(working(m), 201, hostile("a-refusal"))), False),
    "a-farm": (70.0, said(lambda m: Notice(2103, hostile("a-farm"))), False),
    "the-link-lost": (71.0, said(lambda m: Notice(1100, hostile("the-link-lost"))), True),
    "the-link-back": (80.0, said(lambda m: Notice(1102, hostile("the-link-back"))), True),
}  # fmt: skip


def test_what_is_said_to_a_session_is_text_in_its_journal_its_files_and_its_status(tmp_path: Path) -> None:
    shown: list[str] = []

    def look(machine: Machine) -> None:
        assert machine.program.live is not None and machine.program.live.latest is not None
        shown.append(json.dumps(status(machine.program.live.latest, 0.0), ensure_ascii=False))
        shown.append(encode(machine.program.live.latest).decode())

    acts = [(at_s, act) for at_s, act, _ in PLACES.values()]
    machine = ran(STORY, tmp_path, *acts, (110.0, look), (111.0, nothing))
    files = {path.name: path.read_bytes() for path in machine.program.folder.iterdir() if path.is_file()}
    assert files.keys() >= {"journal.ndjson", "ledger.csv", "journal.sqlite", "snapshot.json"}
    assert [each.line for each in files_are_plain(files, (), 0)] == [] == machine.violations()
    assert [each.line for each in frames_are_plain(shown, (), 0)] == []
    told = files["journal.ndjson"].decode()
    assert {place for place, (_, _, journalled) in PLACES.items() if journalled and f"/C {place}'" not in told} == set()
    assert max(map(len, told.splitlines())) < 3_000
