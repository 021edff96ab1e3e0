"""`allusetui link`: the table of a broker's account in the settings, asked for or taken from options."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from allusetui.cli.say import complain, settings_file, typed
from allusetui.domain.link import PORTS, SLEEVES, Link, Mode, agreed, mode_of_code
from allusetui.domain.text import untrusted
from allusetui.journal.whole_file import whole_file
from allusetui.linking.table import CLIENT_ID, HOST, LinkError, load, read
from allusetui.linking.text import SpliceError, table_text, with_table

_OWNER_ONLY: Final = 0o600
_NEXT: Final = "next: allusetui doctor looks whether it answers; it places no order"
_LIVE_NEXT: Final = "      live = true, written there by your own hand, is what real orders need besides"


class Wish(NamedTuple):
    """What was said on the command line; None and nothing: it is asked for where there is a terminal."""

    host: str | None
    port: int | None
    client_id: int | None
    mode: str | None
    accounts: Sequence[str]


def link(wish: Wish, given: Path | None) -> None:
    """Write the table, show it and say what comes next. Exit code 2, and nothing written, where its parts disagree."""
    file = settings_file(given)
    asks = sys.stdin.isatty() and not wish.accounts
    wanted = _wanted(_asked(wish, _before(file)) if asks else wish, file)
    if (refused := agreed(wanted)) is not None:
        raise complain(untrusted(f"{refused.key}: {refused.wrong}; {refused.cure}"))
    _write(file, wanted)
    print(f"written: {file}\n\n{table_text(wanted)}\n{_NEXT}")
    if wanted.mode is Mode.LIVE:
        print(_LIVE_NEXT)


def _before(file: Path) -> Link | None:
    """The link that stands in the file; None where none does, or none that could be used."""
    try:
        return load(file)
    except LinkError:
        return None


def _asked(wish: Wish, before: Link | None) -> Wish:
    """The wish with what a person answers; what was said already is not asked for, what stood there is proposed."""
    print("No password is asked for: the Gateway or TWS holds it. Enter takes what stands in brackets.")
    known = _codes_of(before)
    answer = typed(f"account, or GEN=DU1,REV=DU2,COM=DU3{f' [{known}]' if known else ''}: ") or known
    codes = answer.replace(",", " ").split()
    mode = _mode(wish.mode or typed(f"mode [{_mode_of(codes)}]: ") or _mode_of(codes))
    usual = Wish(HOST, _usual_port(mode), CLIENT_ID, mode, codes)
    if before is not None:
        usual = usual._replace(host=before.host, client_id=before.client_id)
        usual = usual._replace(port=before.port) if before.mode is mode else usual
    host = wish.host or typed(f"host [{usual.host}]: ") or usual.host
    told = ", ".join(f"{number} {what}" for number, what in PORTS[mode].items())
    port, client = wish.port, wish.client_id
    if port is None:
        port = _number(typed(f"port, {told} [{usual.port}]: ") or str(usual.port), "--port")
    if client is None:
        client = _number(typed(f"client id [{usual.client_id}]: ") or str(usual.client_id), "--client-id")
    return Wish(host, port, client, mode, codes)


def _codes_of(link: Link | None) -> str:
    """The accounts of a link as they are typed."""
    if link is None:
        return ""
    if len(link.codes) == 1:
        return link.codes[0]
    return ",".join(f"{sleeve}={code}" for sleeve, code in link.accounts.items())


def _number(text: str, option: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise complain(f"{option} {untrusted(text, 40)}: not a whole number; allowed: digits alone") from None


def _mode(text: str) -> Mode:
    if text not in (Mode.PAPER, Mode.LIVE):
        raise complain(f"--mode {untrusted(text, 40)}: not known; allowed: paper, live")
    return Mode(text)


def _mode_of(codes: Sequence[str]) -> Mode:
    """What the account's letters say; paper where they say nothing."""
    found = mode_of_code(codes[0].rpartition("=")[2].upper()) if codes else None
    return found or Mode.PAPER


def _usual_port(mode: Mode) -> int:
    return next(iter(PORTS[mode]))


def _wanted(wish: Wish, file: Path) -> Link:
    """The link that is wished for, judged as if it stood in the file already."""
    mode = _mode(wish.mode) if wish.mode is not None else _mode_of(wish.accounts)
    mapped = _mapped(wish.accounts)
    port = _usual_port(mode) if wish.port is None else wish.port
    client_id = CLIENT_ID if wish.client_id is None else wish.client_id
    wanted = Link(wish.host or HOST, port, client_id, mode, mapped)
    if any(not part.isprintable() or '"' in part or "\\" in part for part in (wanted.host, *wanted.codes)):
        raise complain("--host, --account: hold what no name has; allowed: letters, digits and dots")
    try:
        read(table_text(wanted), file)
    except LinkError as error:
        raise complain(str(error)) from None
    return wanted


def _mapped(words: Sequence[str]) -> dict[str, str]:
    """`DU1` for all sleeves, or `GEN=DU1 REV=DU2 COM=DU3`."""
    cure = f"allowed: one account for all, or {' '.join(f'{sleeve}=…' for sleeve in SLEEVES)}"
    pairs = [word.upper().rpartition("=") for word in words]
    if not pairs:
        raise complain(f"--account: none is named; {cure}")
    if len(pairs) == 1 and not pairs[0][1]:
        return dict.fromkeys(SLEEVES, pairs[0][2])
    mapped = {sleeve: code for sleeve, _, code in pairs}
    if len(mapped) != len(pairs) or set(mapped) != set(SLEEVES):
        raise complain(untrusted(f"--account {' '.join(words)}: does not map every sleeve once; {cure}"))
    return {sleeve: mapped[sleeve] for sleeve in SLEEVES}


def _write(file: Path, wanted: Link) -> None:
    """The file with the table in it, whole or as it was; its owner's alone from now on."""
    real = file.resolve()
    try:
        changed = with_table(real.read_bytes().decode() if real.exists() else "", wanted)
        real.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(real, _OWNER_ONLY) as text:
            text.write(changed)
    except (SpliceError, UnicodeDecodeError) as error:
        wrong = f"{file}: {'is not UTF-8' if isinstance(error, UnicodeDecodeError) else error}"
        end = complain(f"{wrong}; it stays as it is, these lines belong into it:")
        print(table_text(wanted), end="")
        raise end from None
    except OSError as error:
        raise complain(f"{error.filename or file}: {error.strerror}; allowed: a file that can be written") from None
