"""`allusetui replay --tape`: the exit code says whether a session is decided again as it was; the words, where not."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.codec.tape import TapeReader, TapeWriter
from allusetui.domain.input import Started
from allusetui.journal.tape import FOLDER_NAME
from allusetui.scenario.load import parse
from allusetui.torture.paper import on_paper
from tests.cli.commanded import run
from tests.torture.test_on_paper import WEEK

pytestmark = pytest.mark.clause("15.1")
Lines = list[str]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session on paper that has ended."""
    return on_paper(parse(WEEK.format(end="09:44:10"), "test.toml"), tmp_path_factory.mktemp("disk")).folder


def rewritten(session: Path, root: Path, change: Callable[[Lines], Lines]) -> Path:
    """A copy of the session with another tape."""
    copy = shutil.copytree(session, root / "main")
    (file,) = (copy / FOLDER_NAME).iterdir()
    file.write_text("".join(f"{line}\n" for line in change(file.read_text("ascii").splitlines())), "ascii")
    return file


def test_a_session_that_is_decided_again_as_it_was_is_counted_and_not_written_to(
    session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in session.rglob("*")}
    assert run("replay", "main", "--tape", "--sessions", session.parent) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    count, rest = shown.out.split(" ", 1)
    assert int(count) == len((session / "journal.ndjson").read_text("utf-8").splitlines())
    assert rest.startswith("records decided again as they were, by ") and len(shown.out.splitlines()) == 1
    assert {path: path.stat().st_mtime_ns for path in session.rglob("*")} == before


def test_the_first_record_that_is_decided_otherwise_is_shown_twice(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def richer(lines: Lines) -> Lines:
        reader, writer = TapeReader(), TapeWriter()
        (_, first, *_) = [reader.read(line) for line in lines[:2]]
        assert first is not None and isinstance(first.item, Started)
        accounts = first.item.accounts
        other = (replace(accounts[0], base=accounts[0].base + Decimal("0.01")), *accounts[1:])
        return [writer.begin(), writer.line(0, replace(first.item, accounts=other))]

    rewritten(session, tmp_path, richer)
    assert run("replay", "main", "--tape", "--sessions", tmp_path) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Record 3 is decided otherwise."
    assert lines[2].startswith('  journal: {"seq":3,') and '"base":400000.0,' in lines[2]
    assert lines[3].startswith('  again:   {"seq":3,') and '"base":400000.01,' in lines[3]


def test_a_tape_that_ends_early_says_what_is_not_on_it(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten(session, tmp_path, lambda lines: lines[:3])
    assert run("replay", "main", "--tape", "--sessions", tmp_path) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("9 records") and told[1].startswith("On no tape, and so not decided again: records 10–")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: [*lines[:4], lines[4].replace("0", "1", 1), *lines[5:]], r".ndjson: line 5 is damaged"),
        (lambda lines: lines[:1], r"main: nothing that was decided is on its tape"),
    ],
    ids=["a byte has turned", "nothing on it"],
)
def test_a_tape_that_can_not_be_used_is_told_in_one_line(
    change: Callable[[Lines], Lines], says: str, session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewritten(session, tmp_path, change)
    assert run("replay", "main", "--tape", "--sessions", tmp_path) == 2
    told = capsys.readouterr().err
    assert says in told and "allowed: " in told and len(told.splitlines()) == 1


def test_what_can_not_be_asked_for_is_refused_in_one_line(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    untaped = shutil.copytree(session, tmp_path / "untaped")
    shutil.rmtree(untaped / FOLDER_NAME)
    for words, says in (
        (("main", "--tape", "--out", tmp_path), "--tape: goes with --sessions and --settings"),
        (("main", "--tape", "--check"), "--tape: goes with --sessions and --settings"),
        (("crash-week", "--sessions", tmp_path), "--tape: goes with --sessions and --settings"),
        (("nobody", "--tape", "--sessions", tmp_path), "No such file or directory; allowed: a session that was run"),
        (("untaped", "--tape", "--sessions", tmp_path), "there is no tape; allowed: a session of paper or live"),
    ):
        assert run("replay", *words) == 2
        told = capsys.readouterr().err
        assert says in told and len(told.splitlines()) == 1
