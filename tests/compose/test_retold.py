"""15.1: what an engine was told, told again, is decided again as it was; what is not, is found."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from allusetui.codec.tape import TapeWriter
from allusetui.compose.retold import Retold, retell, told_again
from allusetui.domain.event import AlertRaised, OrderFilled, SessionStarted
from allusetui.domain.input import DiskFailed, Input, MarketSeen, OrderExecuted, Resumed, Started
from allusetui.domain.quote import Quote
from allusetui.journal.archive import open_archive
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from allusetui.torture.paper import on_paper
from tests.faults.disks import FullDisk
from tests.faults.runs import ENTRY, ROLL, at, fault, prepare
from tests.journal.tapes import MemoryTape, heard
from tests.torture.test_on_paper import WEEK

pytestmark = pytest.mark.clause("15.1")
Told = list[tuple[int, Input]]


def ran(text: str, journal: MemoryJournal, until: str, ended: str | None = None) -> MemoryTape:
    """The tape of a run that looks at every tick; `ended`: when its disk has no room for it any more."""
    few = text.replace('expiries = "daily"', "")  # a scripted chain is whole, and all of it is written
    run, tape = prepare(few, journal).run, MemoryTape(lambda: journal.last_seq)
    world = run.runtime.world
    world.tape, world.every_tick = tape, True
    run.begin()
    if ended is not None:
        run.runtime.go_on(at(ended))
        tape.trouble = "No space left on device"
    run.runtime.go_on(at(until))
    return tape


@cache
def entered() -> tuple[MemoryJournal, MemoryTape]:
    """An entry and its fill."""
    journal = MemoryJournal()
    return journal, ran(ENTRY, journal, "09:45:05")


@cache
def crashed() -> tuple[MemoryJournal, MemoryTape]:
    """The same, and a crash just after it."""
    journal = MemoryJournal()
    return journal, ran(ENTRY + fault("crash", "09:45:02", "10s"), journal, "09:45:20")


def retold(journal: MemoryJournal, tape: MemoryTape, change: Callable[[Told], Told] | None = None) -> Retold:
    """What comes of a tape, or of what was made of it."""
    if change is None:
        return told_again(journal, heard(tape.lines))
    writer = TapeWriter()
    told = change([(each.seq, each.item) for each in heard(tape.lines)])
    return told_again(journal, heard([writer.begin(), *(writer.line(*each) for each in told)]))


def the(kind: type[Input], told: Told) -> int:
    """Where the only input of a kind stands."""
    (found,) = [place for place, (_, item) in enumerate(told) if isinstance(item, kind)]
    return found


def test_15_1_a_roll_is_decided_again_as_it_was_record_by_record() -> None:
    journal = MemoryJournal()
    tape = ran(ROLL, journal, "10:30:05")
    found = retold(journal, tape)
    assert (found.records, found.inputs, found.untold) == (journal.last_seq, len(tape.told), ())
    assert found.difference is None


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("died", ["09:45:01", "09:45:30"], ids=["at work", "while the disk refuses"])
def test_9_5_a_crash_and_a_full_disk_are_on_the_tape(died: str) -> None:
    journal = FullDisk(at("09:45:20"), at("09:46:20"))
    text = ENTRY + fault("no_fill", "09:30:00", symbol="AAPL") + fault("crash", died, "10s")
    tape = ran(text, journal, "09:46:30")
    found = retold(journal, tape)
    assert {Started, Resumed, DiskFailed} <= {type(each) for each in tape.told}
    assert journal.refused > 1
    assert (found.records, found.untold, found.difference) == (journal.last_seq, (), None)


def test_15_1_what_is_decided_otherwise_is_shown_as_it_was_and_as_it_is() -> None:
    journal, tape = entered()

    def dearer(told: Told) -> Told:
        place = the(OrderExecuted, told)
        seq, item = told[place]
        assert isinstance(item, OrderExecuted)
        fill = replace(item.executions[0], price=item.executions[0].price + Decimal("0.01"))
        return [*told[:place], (seq, replace(item, executions=(fill,))), *told[place + 1 :]]

    found = retold(journal, tape, dearer)
    (filled,) = [row for row in journal.read() if row[2].kind == "order.filled"]
    assert found.difference is not None
    assert found.difference.seq == filled[0] == found.records + 1
    kept, again = found.difference.kept, found.difference.again
    assert kept != again and kept.startswith(f'{{"seq":{filled[0]},') and '"kind":"order.filled"' in again


@pytest.mark.parametrize(
    ("left_out", "kept", "again"), [(OrderExecuted, True, False), (None, False, True)], ids=["silent", "talkative"]
)  # fmt: skip
def test_15_1_one_decision_more_or_less_is_a_difference(left_out: type[Input] | None, kept: bool, again: bool) -> None:
    journal, tape = entered()

    def change(told: Told) -> Told:
        if left_out is not None:
            del told[the(left_out, told)]
            return told
        place = the(OrderExecuted, told)
        seen = next(item for _, item in reversed(told[:place]) if isinstance(item, MarketSeen))
        crashed = replace(
            seen, underlyings={**seen.underlyings, "VIX": Quote(Decimal(90), Decimal(90), seen.at_ms, True)}
        )
        return [*told[:place], (told[place][0], crashed), *told[place:]]

    difference = retold(journal, tape, change).difference
    assert difference is not None
    assert (difference.kept != "", difference.again != "") == (kept, again)


def test_15_1_what_was_not_written_before_a_process_died_is_told_to_be_on_no_tape() -> None:
    journal, tape = crashed()
    died = {}

    def change(told: Told) -> Told:
        place, first = the(Resumed, told), the(OrderExecuted, told)
        died["first"], died["last"] = told[first][0] + 1, told[place][0]
        return [*told[:first], *told[place:]]

    found = retold(journal, tape, change)
    span = died["first"], died["last"]
    assert span[0] < span[1]
    assert (found.untold, found.difference) == ((span,), None)
    assert found.records == journal.last_seq - (span[1] - span[0] + 1)


def test_15_1_a_session_that_was_begun_without_a_tape_is_decided_again_from_its_next_start() -> None:
    journal, tape = crashed()
    before = []

    def change(told: Told) -> Told:
        place = the(Resumed, told)
        before.append(told[place][0])
        return told[place:]

    found = retold(journal, tape, change)
    assert (found.untold, found.difference) == (((1, before[0]),), None)
    assert found.records == journal.last_seq - before[0] > 0
    nobody = retold(journal, tape, lambda told: told[1 : the(Resumed, told)])
    assert (nobody.inputs, nobody.untold) == (0, ((1, journal.last_seq),))


def test_15_1_an_engine_that_runs_meanwhile_is_compared_as_far_as_its_journal_was_read() -> None:
    (journal, tape), read = entered(), MemoryJournal()
    rows = list(journal.read())
    stop = next(seq for seq, _, event in rows if event.kind == "order.filled")
    for _, at_ms, event in rows[: stop - 1]:
        read.append(at_ms, [event])
    found = retold(read, tape)
    assert (found.records, found.untold, found.difference) == (stop - 1, (), None)


def of_the_tape(journal: MemoryJournal) -> list[tuple[int, AlertRaised]]:
    """When it was told that the tape has ended."""
    rows = [(at_ms, event) for _, at_ms, event in journal.read() if isinstance(event, AlertRaised)]
    return [(at_ms, event) for at_ms, event in rows if "tape" in event.text]


def test_15_1_that_its_tape_has_ended_is_told_once_and_nothing_else_is_changed() -> None:
    journal, untroubled = MemoryJournal(), MemoryJournal()
    ran(ENTRY, journal, "09:46:30", ended="09:44:30")
    ran(ENTRY, untroubled, "09:46:30")
    ((_, told),) = of_the_tape(journal)
    assert (told.severity, told.clauses) == ("warning", ("15.1",)) and "No space left on device" in told.text
    others = [(at_ms, event) for _, at_ms, event in journal.read() if event is not told]
    assert others == [(at_ms, event) for _, at_ms, event in untroubled.read()]


def test_15_1_that_its_tape_has_ended_is_told_when_the_journal_has_room_for_it() -> None:
    journal = FullDisk(at("09:44:00"), at("09:45:20"))
    ran(ENTRY, journal, "09:46:30", ended="09:44:30")
    assert journal.refused
    ((told_ms, _),) = of_the_tape(journal)
    assert told_ms >= at("09:45:20")


@pytest.mark.clause("9.5")
def test_15_1_a_session_on_paper_keeps_a_tape_over_its_restarts_and_is_decided_again(tmp_path: Path) -> None:
    program = on_paper(parse(WEEK.format(end="09:44:30"), "first.toml"), tmp_path)
    first = retell(program.folder).records
    text = WEEK.format(end="09:46:00").replace("T09:44:00", "T09:44:31")
    on_paper(parse(text, "then.toml"), tmp_path)
    found = retell(program.folder)
    assert (found.untold, found.difference) == ((), None)
    assert found.records > first > 20


@pytest.mark.clause("9.5")
def test_9_5_a_session_that_was_killed_is_decided_again_but_for_what_its_tape_had_no_time_for(tmp_path: Path) -> None:
    text = ENTRY.replace("T09:30:00", "T09:44:00").replace("T12:00:00", "T09:46:00")
    program = on_paper(parse(text + fault("crash", "09:45:00.500", "30s"), "test.toml"), tmp_path)
    found = retell(program.folder)
    with closing(open_archive(program.folder)) as archive:
        *_, resumed = [seq for seq, _, _ in archive.select([SessionStarted.kind])]
        filled = [seq for seq, _, _ in archive.select([OrderFilled.kind])]
    assert found.difference is None
    assert all(last < resumed for _, last in found.untold)
    assert filled[0] > resumed
