"""Sessions of a broker's account, as their journals tell of them."""

from decimal import Decimal
from pathlib import Path

from allusetui.domain.event import Event, SessionLinked, SessionStarted, WeekTyped
from allusetui.domain.link import SLEEVES, Mapped, Mode
from allusetui.journal.sqlite import SqliteJournal
from allusetui.law.load import law_hash


def started(constitution_hash: str | None = None) -> SessionStarted:
    return SessionStarted(
        session="abc123", mode="normal", constitution="v1.3", constitution_hash=constitution_hash or law_hash(),
        seed=1, margin_rate=Decimal("0.2"), commission=Decimal("0.65"),
    )  # fmt: skip


def linked(mode: Mode, name: str, code: str) -> SessionLinked:
    accounts = tuple(Mapped(sleeve, code) for sleeve in SLEEVES)
    return SessionLinked(mode=mode, name=name, accounts=accounts, paper_weeks=0, waived="")


def weeks(*names: str) -> tuple[WeekTyped, ...]:
    typed = (WeekTyped(week=name, type="Calm-Income", all=("Calm-Income",), group=group)
             for name in names for group in ("A1", None))  # fmt: skip
    return tuple(typed)


def session(root: Path, name: str, *events: Event) -> Path:
    """A session's folder with a journal of these events."""
    folder = root / name
    folder.mkdir(parents=True)
    journal = SqliteJournal(folder)
    journal.append(1_772_548_200_000, events)
    journal.close()
    return folder


def on_paper(root: Path, name: str, *names: str) -> Path:
    """A paper session with its typed weeks."""
    return session(root, name, started(), linked(Mode.PAPER, name, "DU4000001"), *weeks(*names))
