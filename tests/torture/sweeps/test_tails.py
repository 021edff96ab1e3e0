"""Fault 5: a torn tail is dropped, anything else is refused. A sample of the sweep."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.planted.planting import Edit, planted
from tests.torture.sweeps.disk import room
from tests.torture.sweeps.tails import Torn

pytestmark = pytest.mark.clause("9.5")


@pytest.fixture
def torn() -> Iterator[Torn]:
    with room() as folder:
        yield Torn(Path(folder))


def test_9_5_a_log_that_is_torn_at_any_byte_holds_what_was_whole_and_no_more(torn: Torn) -> None:
    assert list(torn.cut_logs(every=131)) == []


def test_9_5_a_bit_that_flips_in_the_log_costs_the_last_batch_at_most_or_is_refused(torn: Torn) -> None:
    assert list(torn.flipped_logs(every=307)) == []


def test_9_5_a_bit_that_flips_in_the_file_is_refused_or_changed_nothing(torn: Torn) -> None:
    assert list(torn.flipped_files(every=61)) == []


def test_an_exported_journal_that_is_torn_within_a_line_is_refused(torn: Torn) -> None:
    assert list(torn.cut_exports(every=1)) == []


def test_9_5_a_journal_that_is_not_proven_is_found(torn: Torn) -> None:
    """The sweep itself: were no hash compared, each damage taken for a torn tail, and what is cut off left out."""
    unproven = Edit("allusetui.journal.sqlite", "SqliteJournal._rows", "if stored != head:", "if False:")
    careless = Edit("allusetui.journal.ndjson", "_indexed", "if rest:", "if False:")
    torn_anyhow = Edit("allusetui.journal.wal", "tail_is_whole", "_is_last_transaction(chain([frame], frames))", "True")
    with planted((unproven, careless, torn_anyhow)):
        sweeps = torn.flipped_files(every=61), torn.flipped_logs(every=307), torn.cut_exports(every=1)
        assert [any(sweep) for sweep in sweeps] == [True] * 3
