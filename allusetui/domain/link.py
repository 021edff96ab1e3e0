"""A link to a broker's account: which mode, port and account belong together, and what must hold before money moves."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from decimal import Decimal
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from allusetui.domain.contract import Contract
from allusetui.domain.frozen import frozen
from allusetui.domain.money import ZERO


class Mode(StrEnum):
    """Whose money is traded: nobody's, a paper account's, a person's."""

    SIM = "sim"
    PAPER = "paper"
    LIVE = "live"


SLEEVES: Final = ("GEN", "REV", "COM")
"""What can be mapped. What forks from a sleeve stays in its broker account: no wire moves cash between two of them."""
PORTS: Final[Mapping[Mode, Mapping[int, str]]] = {
    Mode.PAPER: {4002: "Gateway", 7497: "TWS", 4004: "Gateway in a container", 7499: "TWS in a container"},
    Mode.LIVE: {4001: "Gateway", 7496: "TWS", 4003: "Gateway in a container", 7498: "TWS in a container"},
}
_CODES: Final = {
    Mode.PAPER: re.compile(r"D[UF][A-Z]?[0-9]{1,12}", re.ASCII),
    Mode.LIVE: re.compile(r"[UF][0-9]{1,12}", re.ASCII),
}
_PREFIXES: Final = {Mode.PAPER: "DU or DF", Mode.LIVE: "U or F"}
# Nothing that a shell, a name server or a log could take for more than a host.
_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}", re.ASCII)
_LONGEST_LABEL: Final = 63


def is_host(text: str) -> bool:
    """Whether a machine can be looked for under it: an address, or a name whose parts are there and not too long."""
    if ":" in text:
        return _is_address(text)
    labels = text.removesuffix(".").split(".")
    return _HOST.fullmatch(text) is not None and all(0 < len(label) <= _LONGEST_LABEL for label in labels)


def _is_address(text: str) -> bool:
    try:
        return not getattr(ip_address(text), "scope_id", None)
    except ValueError:
        return False


@frozen
class Link:
    """What the settings say of the broker. `accounts`: the broker's code of each sleeve; `live`: the second switch."""

    host: str
    port: int
    client_id: int
    mode: Mode
    accounts: Mapping[str, str]
    live: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The broker's accounts, each once, in the order of the sleeves."""
        return tuple(dict.fromkeys(self.accounts.values()))


@frozen
class Mapped:
    """A sleeve and the broker's code of the account that it lives in."""

    sleeve: str
    code: str


@frozen
class Held:
    """A position that was at the broker before the session was; signed."""

    contract: Contract
    quantity: int


@frozen
class Begun:
    """What a session's journal tells of the link that it was begun with; `name` was its folder's.

    `session` stands in the ids of its orders; `foreign` and `spare` as in `Linked`.
    """

    mode: Mode
    name: str
    accounts: Mapping[str, str]
    session: str = ""
    foreign: Mapping[Contract, int] = field(default_factory=dict)
    spare: Decimal = ZERO


@frozen
class Linked:
    """A link that a session may be run on. `waived`: why a person did without the paper history, once.

    `foreign` positions and `spare` dollars were in the accounts before the session was: they are never touched.
    """

    mode: Mode
    name: str
    accounts: Mapping[str, str]
    paper_weeks: int
    waived: str = ""
    foreign: Mapping[Contract, int] = field(default_factory=dict)
    spare: Decimal = ZERO


@frozen
class Refused:
    """Why not: the key it hangs on, what is wrong with it, and what helps."""

    key: str
    wrong: str
    cure: str


@frozen
class Claim:
    """What a session of the name `name` is to be run on. `needed_weeks`: paper weeks before live (16.1)."""

    wanted: Mode
    name: str
    link: Link
    begun: Begun | None
    paper_weeks: int
    needed_weeks: int
    waived: str = ""


def mode_of_code(code: str) -> Mode | None:
    """Whose account it is by its letters; None for what is no account code."""
    return next((mode for mode, shape in _CODES.items() if shape.fullmatch(code)), None)


def mode_of_port(port: int) -> Mode | None:
    """What listens there as it is shipped; None for a port of a person's own."""
    return next((mode for mode, ports in PORTS.items() if port in ports), None)


def agreed(link: Link) -> Refused | None:
    """What mode, accounts and port of a link say against each other; None where they agree. Needs no connection."""
    for sleeve, code in link.accounts.items():
        found = mode_of_code(code)
        if found is None:
            known = ", ".join(f"{letters} and digits for {mode}" for mode, letters in _PREFIXES.items())
            return Refused(f"broker.accounts.{sleeve}", f"{code!r} is no account code", f"allowed: {known}")
        if found is not link.mode:
            cure = f'mode = "{found}", or an account that begins with {_PREFIXES[link.mode]}'
            return Refused(f"broker.accounts.{sleeve}", f"{code} is a {found} account, the mode is {link.mode}", cure)
    found = mode_of_port(link.port)
    if found is link.mode or (found is None and link.mode is Mode.PAPER):
        return None
    wrong = f"{link.port} is a {found} port" if found is not None else f"{link.port} is not known as a live port"
    return Refused("broker.port", f"{wrong}, {link.codes[0]} a {link.mode} account", f"allowed: {_ports(link.mode)}")


def settled(claim: Claim) -> Refused | Linked:
    """Whether a session may be run as it is claimed; the first thing that stands against it. Needs no connection."""
    refused = next((refusal for rule in _RULES if (refusal := rule(claim)) is not None), None)
    if refused is not None:
        return refused
    short = claim.wanted is Mode.LIVE and claim.paper_weeks < claim.needed_weeks
    return Linked(claim.wanted, claim.name, claim.link.accounts, claim.paper_weeks, claim.waived if short else "")


def _settings_mean_it(claim: Claim) -> Refused | None:
    if claim.link.mode is claim.wanted:
        return None
    return Refused("broker.mode", f"is {claim.link.mode}", f"--mode {claim.link.mode}, or allusetui link")


def _parts_agree(claim: Claim) -> Refused | None:
    return agreed(claim.link)


def _live_is_switched_on(claim: Claim) -> Refused | None:
    if claim.wanted is not Mode.LIVE or claim.link.live:
        return None
    return Refused("broker.live", "is false", "live = true in that table, written by your own hand")


def _session_is_of_this_mode(claim: Claim) -> Refused | None:
    if claim.begun is None or claim.begun.mode is claim.wanted:
        return None
    return Refused("--session", f"{claim.name} was begun in {claim.begun.mode}", "another --session")


def _session_is_no_copy(claim: Claim) -> Refused | None:
    if claim.begun is None or claim.begun.name == claim.name:
        return None
    return Refused("--session", f"{claim.name} is a copy of {claim.begun.name}", f"--session {claim.begun.name}")


def _session_is_of_these_accounts(claim: Claim) -> Refused | None:
    if claim.begun is None or dict(claim.begun.accounts) == dict(claim.link.accounts):
        return None
    theirs = ", ".join(f"{sleeve}={code}" for sleeve, code in claim.begun.accounts.items())
    return Refused("--session", f"{claim.name} was begun with {theirs}", "those accounts, or another --session")


def _paper_came_first(claim: Claim) -> Refused | None:
    # A session that was begun live has its history, or its waiver, in its journal.
    if claim.wanted is not Mode.LIVE or claim.begun is not None:
        return None
    if claim.paper_weeks >= claim.needed_weeks or claim.waived:
        return None
    wrong = f"{claim.paper_weeks} paper weeks under this constitution, 16.1 asks for {claim.needed_weeks}"
    return Refused("--mode live", wrong, "first run --mode paper, or --waive-paper-weeks REASON, which is journalled")


_RULES: Final[tuple[Callable[[Claim], Refused | None], ...]] = (
    _settings_mean_it,
    _parts_agree,
    _live_is_switched_on,
    # A paper book replayed into real money, or real positions taken for paper ones, would both be traded on.
    _session_is_of_this_mode,
    _session_is_no_copy,
    _session_is_of_these_accounts,
    _paper_came_first,
)


def _ports(mode: Mode) -> str:
    return ", ".join(f"{port} ({what})" for port, what in PORTS[mode].items())
