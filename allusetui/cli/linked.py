"""What `allusetui run --mode paper|live` asks before it connects to anything."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from allusetui.cli.say import complain, own_laws, plain, sessions_root, settings_file, typed
from allusetui.cli.start import Start
from allusetui.domain.link import Begun, Claim, Link, Linked, Mode, Refused, settled
from allusetui.domain.text import untrusted
from allusetui.linking.table import LinkError, load

if TYPE_CHECKING:
    from allusetui.law.own import OwnLaws

PHRASE: Final = "trade real money"
_LONGEST_REASON: Final = 200


def linked(start: Start) -> tuple[Link, Linked]:
    """Where to connect to, and what the session may be run on.

    Where something stands against it: one line that names it and what helps, and exit code 2. Nothing is connected to,
    nothing is written.
    """
    mode = Mode(start.mode)
    _check_words(start, mode)
    link = link_of(start.settings)
    found = settled(_claim(start, mode, link))
    if isinstance(found, Refused):
        where = f"{settings_file(start.settings)}: " if found.key.startswith("broker.") else ""
        raise complain(untrusted(f"{where}{found.key}: {found.wrong}; {found.cure}", longest=1000))
    if mode is Mode.LIVE:
        _ask_for_the_word(link, found)
    return link, found


def link_of(given: Path | None) -> Link:
    """The link of the settings; exit code 2 where they name none, or one that can't be used."""
    file = settings_file(given)
    try:
        link = load(file)
    except LinkError as error:
        raise complain(str(error)) from None
    if link is None:
        raise complain(f"{file}: broker: there is no such table; allusetui link writes it")
    return link


def _check_words(start: Start, mode: Mode) -> None:
    """What is said of a simulation is no word for a market of its own."""
    usual = Start()
    for option, value, default in (("--scenario", start.scenario, None), ("--speed", start.speed, usual.speed)):
        if value != default:
            raise complain(f"{option} {value}: the market is the world's own; allowed: with --mode sim")
    if start.waive_paper_weeks is not None and mode is not Mode.LIVE:
        raise complain("--waive-paper-weeks: nothing to waive; allowed: with --mode live")
    if start.waive_paper_weeks is not None and not untrusted(start.waive_paper_weeks):
        raise complain("--waive-paper-weeks: without a reason; allowed: a reason in words, which is journalled")


def _begun(folder: Path) -> Begun | None:
    """What the folder's journal tells of the link that it was begun with."""
    # Imported here: a new session has none, and its dashboard paints sooner.
    from allusetui.compose.linked import begun
    from allusetui.journal.error import JournalError

    try:
        return begun(folder)
    except JournalError as error:
        raise complain(str(error)) from None
    except OSError as error:
        raise complain(f"{error.filename or folder}: {error.strerror}") from None


def _history(root: Path, laws: "OwnLaws") -> tuple[int, int]:
    """The paper weeks of this machine, and those that 16.1 asks for."""
    # Imported here: paper asks for none, and journals and the law take a while to be read.
    from allusetui.compose.linked import paper_weeks
    from allusetui.law.load import LawError

    try:
        return len(paper_weeks(root, laws)), laws.in_force().law.acceptance.paper_cycles
    except LawError as error:
        raise complain(str(error)) from None


def _claim(start: Start, mode: Mode, link: Link) -> Claim:
    root, name = start.sessions or sessions_root(), plain(start.session)
    theirs = _begun(root / name) if (root / name).is_dir() else None
    weeks, needed = _history(root, own_laws(start.settings)) if mode is Mode.LIVE else (0, 0)
    waived = untrusted(start.waive_paper_weeks or "", _LONGEST_REASON)
    return Claim(mode, name, link, theirs, weeks, needed, waived)


def _ask_for_the_word(link: Link, found: Linked) -> None:
    """A person types whose money it is, and that it is meant; a script can't."""
    if not sys.stdin.isatty():
        raise complain("--mode live: no terminal; it is begun by a person who types the account and a phrase")
    print(f"REAL MONEY: session {found.name} at {link.host}:{link.port}, client {link.client_id}.")
    if found.waived:
        print(f"Paper weeks: {found.paper_weeks}; waived, which is journalled: {found.waived}")
    for number, code in enumerate(link.codes, 1):
        of = f" {number} of {len(link.codes)}" if len(link.codes) > 1 else ""
        if typed(f"Account{of}, in full: ") != code:
            raise complain("that is not the account of the settings; nothing was begun")
    if typed(f'Type "{PHRASE}": ') != PHRASE:
        raise complain("that is not the phrase; nothing was begun")
