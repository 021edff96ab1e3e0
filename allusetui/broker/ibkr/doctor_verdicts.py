"""What a Gateway or TWS was found to answer → a verdict, and the cure. Pure; what is asked is `doctor`'s."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from ipaddress import ip_address
from typing import Final

from allusetui.broker.ibkr.client import VERSIONS
from allusetui.broker.ibkr.codes import LOST, RESTORED
from allusetui.broker.ibkr.doctor_facts import (
    COMPETING,
    NOT_SUBSCRIBED,
    Finding,
    Greeting,
    QuoteSeen,
    Told,
    Verdict,
)
from allusetui.domain.link import Link, Mode, agreed, mode_of_code
from allusetui.domain.text import untrusted

_SKEW_OK_S, _SKEW_MOST_S, _DAY_S = 2.0, 5.0, 86_400.0
_BARS = 5
_READ_ONLY = "read-only"
_SETTINGS: Final = "its Configuration, API, Settings"
_ANOTHER: Final[Mapping[bytes, str]] = {
    b"HTTP": "a web server", b"<": "a web server", b"SSH-": "an SSH server", b"\x15\x03": "a TLS server",
    b"220": "a mail or file server",
}  # fmt: skip
_NO_LINE: Final = LOST | {1300}
_FARM_LOST, _FARM_OK = (2103, 2105, 2157), (2104, 2106, 2107, 2108, 2158)
_MARGIN, _INVALID = 201, 321
_SUBSCRIBE: Final = "in the Client Portal: market data for US stocks and options (OPRA), shared with the paper account"


def settings(link: Link) -> Finding:
    """Whether mode, port and accounts agree; where they do not, nothing is connected to."""
    refused = agreed(link)
    codes = ", ".join(link.codes)
    if refused is not None:
        return Finding("settings", Verdict.FAIL, untrusted(f"{refused.key}: {refused.wrong}"), untrusted(refused.cure))
    found = f"{link.mode} {codes} at {link.host}:{link.port}, client {link.client_id}"
    if not _is_near(link.host):
        cure = f"ssh -L {link.port}:127.0.0.1:{link.port} {link.host}, and host 127.0.0.1"
        return Finding("settings", Verdict.WARN, f"{found}; nothing on that line is encrypted", cure)
    return Finding("settings", Verdict.OK, found)


def reachable(link: Link, greeting: Greeting) -> Finding:
    if not greeting.error:
        return Finding("tcp", Verdict.OK, f"answers in {greeting.took_ms:.1f} ms")
    cure = f"start the Gateway or TWS; {_SETTINGS}: Enable ActiveX and Socket Clients, Socket port {link.port}"
    return Finding("tcp", Verdict.FAIL, untrusted(f"{link.host}:{link.port}: {greeting.error}"), cure)


def handshake(link: Link, greeting: Greeting, wait_s: float) -> Finding:
    """Whether a Gateway speaks there, of a version that is understood."""
    if greeting.version is None:
        found, cure = _no_gateway(link, greeting, wait_s)
        return Finding("handshake", Verdict.FAIL, found, cure)
    known = f"{VERSIONS[0]} to {VERSIONS[-1]}"
    if greeting.version in VERSIONS:
        return Finding("handshake", Verdict.OK, f"server version {greeting.version} of {known}")
    found = f"server version {greeting.version}; {known} are understood"
    old = greeting.version < VERSIONS[0]
    cure = "a newer Gateway: 10.45 stable" if old else "a Gateway that serves this client: 10.45 stable does"
    return Finding("handshake", Verdict.FAIL, found, cure)


def _no_gateway(link: Link, greeting: Greeting, wait_s: float) -> tuple[str, str]:
    elsewhere = f"another port: {link.port} is taken by something else"
    another = next((what for sign, what in _ANOTHER.items() if greeting.first.startswith(sign)), None)
    if another is not None:
        return f"{another} listens there, no Gateway", elsewhere
    if greeting.first:
        return f"what listens there is no Gateway: it says {greeting.first[:8].hex(' ')}", elsewhere
    if greeting.closed:
        return "closed the connection without a word", f"{_SETTINGS}: Trusted IPs 127.0.0.1; or accept it in its window"
    cure = "look at its window: a log-in, a second factor or a question may wait there; or restart it"
    return f"accepts, and says nothing for {wait_s:g} s", cure


def client_ids(engine: int, engine_in_use: bool, own: int, own_in_use: bool, connected: bool) -> Finding:
    """Whether the engine's client id is free, and this doctor's own."""
    if own_in_use:
        return Finding(
            "client id", Verdict.FAIL, f"client {own} is in use", "allusetui doctor --client-id N, a free one"
        )
    if not connected:
        cure = f"restart the Gateway; {_SETTINGS}: Trusted IPs 127.0.0.1"
        return Finding("client id", Verdict.FAIL, f"client {own} was not let in", cure)
    if engine_in_use:
        found = f"client {engine}, the engine's, is in use: by the engine where it runs, else by another program"
        return Finding("client id", Verdict.WARN, found, "where no engine runs: another client_id in the settings")
    return Finding("client id", Verdict.OK, f"{engine} is free for the engine; {own} looks")


def accounts(link: Link, managed: Sequence[str]) -> Finding:
    """Whether the log-in has the accounts of the settings, and is of their mode."""
    there = untrusted(", ".join(managed))
    kinds = {mode_of_code(code) for code in managed} - {None}
    if kinds and link.mode not in kinds:
        cure = f"log in to {link.mode} there, or allusetui link for the other"
        return Finding(
            "accounts", Verdict.FAIL, f"a {kinds.pop()} log-in ({there}), the settings are {link.mode}", cure
        )
    missing = [code for code in link.codes if code not in managed]
    if missing:
        cure = "allusetui link with an account of this log-in, or log in with the other user"
        return Finding("accounts", Verdict.FAIL, f"no {', '.join(missing)} in this log-in; there are {there}", cure)
    held = "; ".join(f"{sleeve} {code}" for sleeve, code in link.accounts.items())
    found = f"{link.codes[0]} for all sleeves" if len(link.codes) == 1 else held
    return Finding("accounts", Verdict.OK, f"{found}, {link.mode}")


def line(took_ms: float | None, wait_s: float) -> Finding:
    """Whether a question is answered at all."""
    if took_ms is None:
        return Finding("line", Verdict.FAIL, f"no answer in {wait_s:g} s: it is half open", "restart the Gateway")
    return Finding("line", Verdict.OK, f"a question is answered in {took_ms:.1f} ms")


def clock(skew_s: float, theirs: datetime, mode: Mode) -> Finding:
    """`skew_s`: how far this machine's clock is before the broker's, which counts whole seconds."""
    if abs(skew_s) <= _SKEW_OK_S:
        return Finding("clock", Verdict.OK, f"within {_SKEW_OK_S:g} s of the broker")
    cure = "set this machine's clock by NTP"
    if abs(skew_s) > _DAY_S:
        found = f"it is {theirs:%Y-%m-%d %H:%M} in New York there: a simulated market, or a clock that is wrong"
        return Finding("clock", Verdict.WARN if mode is Mode.PAPER else Verdict.FAIL, found, cure)
    found = f"{abs(skew_s):.1f} s {'ahead of' if skew_s > 0 else 'behind'} the broker"
    return Finding("clock", Verdict.WARN if abs(skew_s) <= _SKEW_MOST_S else Verdict.FAIL, found, cure)


def sync(counts: Mapping[str, int | None], told: Sequence[Told], wait_s: float) -> Finding:
    """What the book was told to hold; None for what was not told in time, which is never taken for nothing."""
    late = [name for name, count in counts.items() if count is None]
    if not late:
        return Finding("sync", Verdict.OK, ", ".join(f"{count} {name}" for name, count in counts.items()))
    found = f"not told in {wait_s:g} s: {', '.join(late)}"
    if _is_read_only(told):
        return Finding("sync", Verdict.FAIL, f"{found}: the API is read-only", f"{_SETTINGS}: Read-Only API off")
    cure = f"{_SETTINGS}: Download open orders on connection on; then restart the Gateway"
    return Finding("sync", Verdict.FAIL, found, cure)


def farms(told: Sequence[Told]) -> Finding:
    """Whether the Gateway itself has its lines to the broker, by its notices so far: the last one of a farm counts."""
    state: dict[str, Told] = {}
    for code, text in told:
        if code in (*_FARM_LOST, *_FARM_OK):
            state[text.rpartition(":")[2]] = (code, text)
    restored = [code for code, _ in told if code in _NO_LINE | RESTORED]
    if restored and restored[-1] in _NO_LINE:
        return Finding("farms", Verdict.FAIL, "the Gateway has no line to the broker", "wait; nightly until 00:15 ET")
    broken = [untrusted(farm, 40) for farm, (code, _) in state.items() if code in _FARM_LOST]
    if broken:
        return Finding("farms", Verdict.FAIL, f"broken: {', '.join(broken)}", "wait, then restart the Gateway")
    if not state:
        return Finding("farms", Verdict.WARN, "no notice of any farm", "look again in a minute")
    return Finding("farms", Verdict.OK, f"up: {untrusted(', '.join(sorted(state)), 80)}")


def contract(symbol: str, con_id: int | None, told: Sequence[Told], wait_s: float) -> Finding:
    if con_id is not None:
        return Finding("contract", Verdict.OK, untrusted(f"{symbol} is {con_id}", 80))
    return Finding("contract", Verdict.FAIL, _unanswered(symbol, told, wait_s), "restart the Gateway")


def chain(symbol: str, expiries: int, strikes: int, told: Sequence[Told], wait_s: float) -> Finding:
    if expiries and strikes:
        return Finding("chain", Verdict.OK, untrusted(f"{symbol}: {expiries} expiries, {strikes} strikes", 80))
    found = _unanswered(f"options of {symbol}", told, wait_s)
    return Finding("chain", Verdict.FAIL, found, "option permissions of the user")


def quote(seen: QuoteSeen | None, mode: Mode) -> Finding:
    """How an option's quote comes, and whether greeks come with it."""
    if seen is None:
        return Finding("quote", Verdict.FAIL, "no option of the chain is known there", "option permissions of the user")
    codes = {code for code, _ in seen.told}
    option = untrusted(seen.option, 40)
    shown = f"{option}: bid {_price(seen.bid)}, ask {_price(seen.ask)}"
    if seen.bid is None and seen.ask is None:
        return _no_quote(option, seen, codes)
    if seen.kind in (3, 4):
        found = f"{shown}: DELAYED by 15 minutes; nothing is entered on that (8.3)"
        verdict = Verdict.FAIL if mode is Mode.LIVE else Verdict.WARN
        cure = "log out elsewhere: another session has the live data" if COMPETING in codes else _SUBSCRIBE
        return Finding("quote", verdict, found, cure)
    kind = {1: "live", 2: "frozen, the market is shut"}.get(seen.kind, "of an untold kind")
    if seen.greeks_after_s is None:
        found = f"{shown}, {kind}; no greeks in {seen.waited_s:g} s: they are worked out here"
        return Finding("quote", Verdict.WARN, found, "live data of the stock too, not of its options alone")
    found = f"{shown}, {kind}, greeks after {seen.greeks_after_s:.1f} s"
    if seen.kind not in (1, 2):
        return Finding("quote", Verdict.WARN, found, "look again while the market is open")
    return Finding("quote", Verdict.OK, found)


def _no_quote(option: str, seen: QuoteSeen, codes: set[int]) -> Finding:
    if COMPETING in codes:
        found = f"{option}: no quote, another session of this user has the live data"
        return Finding("quote", Verdict.FAIL, found, "log out there, or a second user for trading")
    if codes & NOT_SUBSCRIBED:
        return Finding("quote", Verdict.FAIL, f"{option}: not subscribed, and no delayed quote", _SUBSCRIBE)
    found = _unanswered(option, seen.told, seen.waited_s)
    return Finding("quote", Verdict.FAIL, found, f"look again while the market is open; {_SUBSCRIBE}")


def bars(days: Sequence[date], told: Sequence[Told], wait_s: float) -> Finding:
    if len(days) >= _BARS:
        return Finding("bars", Verdict.OK, f"{len(days)} daily bars up to {days[-1]}")
    found = f"{len(days)} of {_BARS} daily bars" if days else _unanswered("daily bars", told, wait_s)
    return Finding("bars", Verdict.FAIL, found, f"historical data of US stocks; {_SUBSCRIBE}")


def what_if(code: str, margin: str | None, told: Sequence[Told], wait_s: float) -> Finding:
    """Whether an order would be taken; it is asked, and none is placed."""
    if margin is not None:
        return Finding(
            "what-if", Verdict.OK, untrusted(f"{code}: one put sold would need {margin} of margin; not placed")
        )
    if _is_read_only(told):
        return Finding("what-if", Verdict.FAIL, "the API is read-only", f"{_SETTINGS}: Read-Only API off")
    if any(told_code == _MARGIN for told_code, _ in told):
        return Finding("what-if", Verdict.WARN, _unanswered(code, told, wait_s), "more cash in that account")
    cure = "option permissions of that account; Bypass Order Precautions for API Orders"
    return Finding("what-if", Verdict.FAIL, _unanswered(f"{code}: what one put would need", told, wait_s), cure)


def foreign(orders: Sequence[str] | None, wait_s: float) -> Finding:
    """Open orders that no ALL-USE sent. They are listed and never touched."""
    if orders is None:
        return Finding("orders", Verdict.FAIL, f"not told in {wait_s:g} s", "restart the Gateway")
    if not orders:
        return Finding("orders", Verdict.OK, "no open order but ours")
    some = untrusted("; ".join(orders[:3]), 120)
    found = f"{len(orders)} not ours: {some}{'…' if len(orders) > 3 else ''}"
    return Finding(
        "orders", Verdict.WARN, found, "none needed: they are never touched, and cash that they hold is not free"
    )


def earnings(is_entitled: bool, told: Sequence[Told], wait_s: float) -> Finding:
    if is_entitled:
        return Finding("earnings", Verdict.OK, "Wall Street Horizon answers")
    found = _unanswered("Wall Street Horizon", told, wait_s)
    return Finding(
        "earnings", Verdict.WARN, found, "a file of earnings days, or its subscription; else they are unknown"
    )


def lost(check: str) -> Finding:
    """What a check comes to once the Gateway has gone."""
    return Finding(check, Verdict.FAIL, "the connection was lost", "look at the Gateway's window; then look again")


def _unanswered(what: str, told: Sequence[Told], wait_s: float) -> str:
    """The other side's reason where it gave one."""
    if told:
        code, text = told[-1]
        return untrusted(f"{what}: refused, {code} {text}", 200)
    return untrusted(f"{what}: no answer in {wait_s:g} s", 200)


def _is_read_only(told: Sequence[Told]) -> bool:
    return any(code == _INVALID and _READ_ONLY in text.lower() for code, text in told)


def _price(value: float | None) -> str:
    return "?" if value is None else f"{value:.2f}"


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
