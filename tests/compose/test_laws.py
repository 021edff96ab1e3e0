"""A law of a person's own: approved on evidence, taken up at a week's start, and no other (§15)."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from allusetui.compose.laws import Seen, check_seen, enact, taken_up
from allusetui.compose.sessions import open_session
from allusetui.domain.event import SessionStarted
from allusetui.domain.moment import DAY_MS, to_ms
from allusetui.journal.error import JournalError
from allusetui.lab.job import job_of
from allusetui.law.load import LawError, version
from allusetui.law.own import REGISTER, OwnLaws
from allusetui.market.calendars import calendar
from tests.law.amending import approved, made, row_of

TWO_WEEKS = job_of("synthetic", date(2026, 3, 5), date(2026, 3, 9), Decimal(1_000_000), 1, version()).scenario
FRIDAY, SATURDAY = datetime(2026, 3, 6, 8), datetime(2026, 3, 7, 12)
V1_3 = ("v1.3", version().hash)
NOW_MS = to_ms(datetime(2026, 3, 2, 9))


def went_on(folder: Path, laws: OwnLaws, until: datetime) -> tuple[str, str]:
    """The law that the session's journal names last, once it has gone on."""
    run = open_session(TWO_WEEKS, folder, laws)
    run.begin()
    run.runtime.go_on(to_ms(until))
    ((_, _, event),) = run.runtime.world.journal.last(1, SessionStarted.kind)
    run.runtime.world.broker.stop(run.runtime.now_ms)  # type: ignore[attr-defined] # the durable one
    run.close()
    assert isinstance(event, SessionStarted)
    assert run.law.version == event.constitution
    return event.constitution, event.constitution_hash


@pytest.mark.clause("15.2")
def test_15_2_a_session_takes_a_new_law_up_where_it_is_resumed_at_a_week_s_start(tmp_path: Path) -> None:
    session, home = tmp_path / "session", tmp_path / "laws"
    session.mkdir()
    assert went_on(session, OwnLaws(home), FRIDAY) == V1_3
    laws = approved(home)
    ours = ("v1.4", laws.in_force().hash)
    assert went_on(session, laws, SATURDAY) == V1_3
    assert went_on(session, laws, datetime(2026, 3, 9, 9)) == ours
    with pytest.raises(JournalError, match=r"decided under constitution v1\.4 \w{12}, not v1\.3 \w{12}; allowed: "):
        open_session(TWO_WEEKS, session)
    new = tmp_path / "new"
    new.mkdir()
    assert went_on(new, laws, datetime(2026, 3, 5, 9, 1)) == ours


@pytest.mark.clause("15.2")
@pytest.mark.parametrize(
    ("now", "is_start"),
    [
        (datetime(2026, 3, 6, 16, 59), False),  # Friday, before the audit
        (datetime(2026, 3, 6, 17), True),
        (datetime(2026, 3, 5, 17), False),
        (datetime(2026, 3, 7, 0), True),
        (datetime(2026, 3, 9, 9, 29), True),  # Monday
        (datetime(2026, 3, 9, 9, 30), False),
        (datetime(2026, 3, 10, 4), False),
        (datetime(2026, 5, 25, 12), True),  # Memorial Day, a Monday
        (datetime(2026, 5, 26, 9), True),
        (datetime(2026, 4, 2, 16), False),  # the Thursday before Good Friday
        (datetime(2026, 4, 3, 12), True),
    ],
)
def test_15_2_a_week_starts_with_its_first_session(now: datetime, is_start: bool, tmp_path: Path) -> None:
    days, laws = calendar(date(2026, 2, 2), date(2026, 7, 1)), approved(tmp_path / "laws")
    found = taken_up(laws, version(), days, to_ms(now))
    assert found.name == ("v1.4" if is_start else "v1.3")


def looked_at(**change: str | int) -> None:
    """Evidence that is good but for the change."""
    wanted, program = made(OwnLaws(None)), "2" * 64
    seen = Seen(wanted.law.hash, wanted.base, program, NOW_MS, 1_000)
    check_seen(replace(seen, **change), wanted.law, version(), program, NOW_MS)  # type: ignore[arg-type] # of any field


@pytest.mark.clause("15.2")
@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"law": "0" * 64}, "evidence: law: is of another one, 000000000000; allowed: "),
        ({"base": "0" * 64}, "evidence: base: is of another one"),
        ({"program": "1" * 64}, "evidence: program: is of another one, 111111111111; allowed: 222222222222; simulate"),
        ({"paths": 999}, "evidence: paths: are 999; allowed: 1000 or more"),
        ({"at_ms": NOW_MS - 31 * DAY_MS}, "evidence: at: is 31 days old; allowed: 30 days; simulate it again"),
        ({"at_ms": NOW_MS + DAY_MS}, "evidence: at: is -1 days old"),
    ],
)
def test_15_2_evidence_that_is_old_thin_or_of_something_else_approves_nothing(
    change: dict[str, str | int], line: str
) -> None:
    looked_at(at_ms=NOW_MS - 30 * DAY_MS)
    with pytest.raises(LawError) as refused:
        looked_at(**change)
    assert str(refused.value).startswith(line)


@pytest.mark.clause("15.2", "15.3")
def test_15_2_each_version_follows_the_one_before_and_the_register_says_who_approved_it(tmp_path: Path) -> None:
    home = tmp_path / "laws"
    late = made(OwnLaws(home))
    first = approved(home)
    with pytest.raises(LawError, match=r"^v1\.4: base: another law has come into force; allowed: propose it again"):
        enact(first, late.law, row_of(late))
    laws = approved(home, 'reason = "Fewer."\n[changes]\nrejections = 4\n')
    assert [row.version for row in laws.register] == ["v1.4", "v1.5"]
    assert laws.register[1].base == laws.register[0].sha256 == laws.named("v1.4").hash
    assert laws.in_force().law.changelog[:2] == ("v1.5: Fewer.", "v1.4: No single gap.")
    assert laws.of_hash(version().hash) == version()
    assert laws.of_hash("0" * 64) is None
    with pytest.raises(LawError, match=r"there is no 'v9'; allowed: v1\.3, v1\.4, v1\.5$"):
        laws.named("v9")


@pytest.mark.clause("15.1")
def test_15_1_an_approved_law_that_was_changed_is_refused_as_a_shipped_one_is(tmp_path: Path) -> None:
    home = tmp_path / "laws"
    laws = approved(home)
    file = home / "v1_4.toml"
    file.write_bytes(file.read_bytes().replace(b"symbol_cap = 0.15", b"symbol_cap = 0.16"))
    with pytest.raises(LawError, match=r"v1_4\.toml: sha256: the file was changed, it is \w{64}; allowed: \w{64}$"):
        laws.in_force()
    file.unlink()
    with pytest.raises(LawError, match=r"v1_4\.toml: \(file\): cannot be read"):
        laws.in_force()
    register = home / REGISTER
    good = register.read_text()
    for damaged in (
        "{",
        "[3]",
        '[{"version": "v1.4"}]',
        good.replace('"v1.4"', '"../v1"'),
        good.replace('"v1.4"', "14"),
    ):
        register.write_text(damaged)
        with pytest.raises(LawError, match=r"approved\.json: \(file\): is damaged \(\w+\); allowed: the file as"):
            OwnLaws(home).in_force()
    register.write_text(good.replace(version().hash, "0" * 64))
    with pytest.raises(LawError, match=r"v1\.4: does not follow the version before it"):
        OwnLaws(home).in_force()
