"""What a machine's sessions tell of links: whose money each is, and which weeks were traded on paper."""

from datetime import datetime
from pathlib import Path

import pytest

from allusetui.compose.linked import begun, paper_weeks
from allusetui.compose.live import open_live
from allusetui.compose.load import load_scenario
from allusetui.compose.sessions import replay
from allusetui.domain.link import SLEEVES, Begun, Mode
from allusetui.domain.moment import to_ms
from allusetui.journal.error import JournalError
from allusetui.journal.sqlite import FILE_NAME, SqliteJournal
from tests.law.amending import approved
from tests.linking.sessions import linked, on_paper, session, started, weeks


def test_a_journal_tells_the_link_that_it_was_begun_with(tmp_path: Path) -> None:
    accounts = dict.fromkeys(SLEEVES, "DU4000001")
    assert begun(on_paper(tmp_path, "main")) == Begun(Mode.PAPER, "main", accounts, "abc123")
    assert begun(session(tmp_path, "demo", started())) == Begun(Mode.SIM, "demo", {}, "abc123")
    assert begun(tmp_path / "none") is None
    (tmp_path / "empty").mkdir()
    assert begun(tmp_path / "empty") is None


@pytest.mark.clause("16.1")
def test_16_1_paper_weeks_are_those_typed_in_paper_sessions_each_once(tmp_path: Path) -> None:
    on_paper(tmp_path, "main", "2026-W10", "2026-W11")
    on_paper(tmp_path, "other", "2026-W11", "2026-W12")
    assert paper_weeks(tmp_path) == ("2026-W10", "2026-W11", "2026-W12")
    assert paper_weeks(tmp_path / "none") == ()


@pytest.mark.clause("16.1")
def test_16_1_simulated_live_copied_and_damaged_weeks_and_those_of_another_law_are_none(tmp_path: Path) -> None:
    session(tmp_path, "simulated", started(), *weeks("2026-W01"))
    session(tmp_path, "live", started(), linked(Mode.LIVE, "live", "U4000001"), *weeks("2026-W02"))
    session(tmp_path, "copy", started(), linked(Mode.PAPER, "main", "DU1"), *weeks("2026-W03"))
    session(tmp_path, "amended", started("0" * 64), linked(Mode.PAPER, "amended", "DU1"), *weeks("2026-W04"))
    damaged = on_paper(tmp_path, "damaged", "2026-W05") / FILE_NAME
    damaged.write_bytes(damaged.read_bytes().replace(b"2026-W05", b"2026-W06"))
    (tmp_path / "README.md").write_text("no session\n", encoding="utf-8")
    assert paper_weeks(tmp_path) == ()


@pytest.mark.clause("16.1", "15.2")
@pytest.mark.parametrize(
    ("resumed", "traded", "next_week"),
    [
        (datetime(2026, 3, 6, 17, 30), "2026-W10", "2026-W11"),  # a Friday's evening
        (datetime(2026, 3, 9, 8), "2026-W10", "2026-W11"),
        (datetime(2026, 4, 2, 17, 30), "2026-W14", "2026-W15"),  # the Thursday before Good Friday
        (datetime(2026, 5, 26, 8), "2026-W21", "2026-W22"),  # the Tuesday after Memorial Day
    ],
)
def test_16_1_a_week_that_began_before_its_law_was_taken_up_is_none_of_it_though_it_is_typed_again_after(
    resumed: datetime, traded: str, next_week: str, tmp_path: Path
) -> None:
    laws, sessions = approved(tmp_path / "laws"), tmp_path / "sessions"
    on_paper(sessions, "main", traded)
    journal = SqliteJournal(sessions / "main")
    journal.append(to_ms(resumed), [started(laws.in_force().hash), *weeks(traded, next_week)])
    journal.close()
    assert paper_weeks(sessions, laws) == (next_week,)
    assert paper_weeks(sessions) == (traded,)


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.LIVE])
def test_no_simulation_loads_a_session_of_a_broker_s_account_and_no_replay_overwrites_it(
    mode: Mode, tmp_path: Path
) -> None:
    folder = session(tmp_path, "main", started(), linked(mode, "main", "U1"))
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    told = rf"main: holds a session that was begun in {mode}; allowed: another folder"
    with pytest.raises(JournalError, match=told):
        open_live(folder, None, None, 60.0, lambda: 0.0)
    with pytest.raises(JournalError, match=told):
        replay(load_scenario("crash-week", None), folder, lambda at_ms: None)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
