"""`allusetui link`: the table of a broker's account in the settings, asked for or taken from options."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from allusetui.cli.say import BAD_INPUT, complain, settings_file
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
    asked = _answer_or(f"account, or GEN=DU1,REV=DU2,COM=DU3{f' [{known}]' if known else ''}: ", known)
    codes = asked.replace(",", " ").split()
    mode = wish.mode or _answer_or(f"mode [{_mode_of(codes)}]: ", _mode_of(codes))
    usual = Wish(HOST, _usual_port(mode), CLIENT_ID, mode, codes)
    if before is not None:
        port = before.port if before.mode == mode else usual.port
        usual = usual._replace(host=before.host, port=port, client_id=before.client_id)
    host = wish.host or _answer_or(f"host [{usual.host}]: ", str(usual.host))
    told = ", ".join(f"{number} {what}" for number, what in PORTS[Mode(mode)].items()) if _is_mode(mode) else ""
    chosen = wish.port or _number(_answer_or(f"port, {told} [{usual.port}]: ", str(usual.port)), "--port")
    client = wish.client_id or _number(
        _answer_or(f"client id [{usual.client_id}]: ", str(usual.client_id)), "--client-id"
    )
    return Wish(host, chosen, client, mode, codes)


def _codes_of(link: Link | None) -> str:
    """The accounts of a link as they are typed."""
    if link is None:
        return ""
    if len(link.codes) == 1:
        return link.codes[0]
    return ",".join(f"{sleeve}={code}" for sleeve, code in link.accounts.items())


def _answer(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


def _answer_or(prompt: str, usual: str) -> str:
    return _answer(prompt) or usual


def _number(text: str, option: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise complain(f"{option} {untrusted(text, 40)}: not a whole number; allowed: digits alone") from None


def _is_mode(text: str) -> bool:
    return text in (Mode.PAPER, Mode.LIVE)


def _mode_of(codes: Sequence[str]) -> str:
    """What the account's letters say; paper where they say nothing."""
    found = mode_of_code(codes[0].rpartition("=")[2].upper()) if codes else None
    return found or Mode.PAPER


def _usual_port(mode: str) -> int:
    return next(iter(PORTS[Mode(mode)])) if _is_mode(mode) else 0


def _wanted(wish: Wish, file: Path) -> Link:
    """The link that is wished for, judged as if it stood in the file already."""
    mode = wish.mode or _mode_of(wish.accounts)
    if not _is_mode(mode):
        raise complain(f"--mode {untrusted(mode, 40)}: not known; allowed: paper, live")
    mapped = _mapped(wish.accounts)
    port = _usual_port(mode) if wish.port is None else wish.port
    client_id = CLIENT_ID if wish.client_id is None else wish.client_id
    wanted = Link(wish.host or HOST, port, client_id, Mode(mode), mapped)
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
        wrong = untrusted(f"{file}: {'is not UTF-8' if isinstance(error, UnicodeDecodeError) else error}")
        print(f"allusetui: {wrong}; it stays as it is, these lines belong into it:\n", file=sys.stderr)
        print(table_text(wanted), end="")
        raise SystemExit(BAD_INPUT) from None
    except OSError as error:
        raise complain(f"{error.filename or file}: {error.strerror}; allowed: a file that can be written") from None
