"""Whether the tables of a scenario agree with each other: each contradiction is refused by its key.

What takes prices or the calendar to see (shares that the cash could not have bought, an expiry that has closed) is
refused where the accounts are opened. What the law alone forbids, such as a put that no cash secures, may begin so.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from allusetui.scenario import values
from allusetui.scenario.script import Fault, OperatorAct, TapePoint
from allusetui.scenario.setting import FOUNDERS, AccountSpec, Market, OptionPosition, Run
from allusetui.scenario.tape import BREADTH, split_key
from allusetui.scenario.values import Problem

# Our broker may show what is none of ours: these two name symbols that the market need not list.
FOREIGN_FAULTS: Final = ("broker_book", "foreign_order")
MOMENTARY: Final = ("crash", "assign")
INDICES: Final = ("SPX", "XSP", "VIX")
LISTED_YEARS: Final = 2
# A week's last session is never before its Thursday, and only its close forks.
_FORKING_FROM: Final = 4

Key = tuple[str | int, ...]
Keyed = Iterable[tuple[Key, datetime]]


def check_accounts(accounts: Mapping[str, AccountSpec], run: Run) -> None:
    """Raises Problem for an account that could not be as its table says, whatever the prices."""
    for name, account in accounts.items():
        if account.equity is None and name not in FOUNDERS:
            raise Problem("is missing; only GEN, REV and COM have a share of the capital", "accounts", name, "equity")
        if account.opened is not None:
            _begun(account.opened, run, "accounts", name, "opened")
        for symbol in account.holdings:
            if symbol in INDICES:
                raise Problem(f"{symbol} is an index and has no shares", "accounts", name, "holdings", symbol)
        for index, option in enumerate(account.options):
            _check_option(option, run, "accounts", name, "options", index)
        _check_sides(name, account)


def _begun(day: date, run: Run, *key: str | int) -> None:
    if day > run.start.date():
        raise Problem(f"{day} is after the start; allowed: {run.start.date()} or earlier", *key)


def _check_option(option: OptionPosition, run: Run, *key: str | int) -> None:
    first, last = run.start.date(), _listed_to(run.start.date())
    if option.expiry < first:
        raise Problem(f"{option.expiry} is before the start; allowed: {first} or later", *key, "expiry")
    if option.expiry > last:
        raise Problem(f"{option.expiry} is not listed yet; allowed: {last} or earlier, 24 months", *key, "expiry")
    _begun(option.opened, run, *key, "opened")


def _listed_to(day: date) -> date:
    """The last expiry that is listed on a day."""
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year + LISTED_YEARS, day=28 if leap else day.day)


def _check_sides(name: str, account: AccountSpec) -> None:
    """One contract is held long or short, not both."""
    signs: dict[tuple[object, ...], bool] = {}
    for index, option in enumerate(account.options):
        contract = (option.symbol, option.expiry, option.strike, option.right)
        if signs.setdefault(contract, option.quantity > 0) != (option.quantity > 0):
            text = f"{option.symbol} {option.expiry} {option.strike} {option.right} is held long and short"
            raise Problem(f"{text}; allowed: the net of both", "accounts", name, "options", index, "quantity")


def check_times(run: Run, happenings: Keyed) -> None:
    """Raises Problem for what would happen before the start; what comes after the end never happens."""
    for key, at in happenings:
        if at < run.start:
            allowed = f"{values.shown(run.start)} or later"
            raise Problem(f"{values.shown(at)} is before the start; allowed: {allowed}", *key, "at")


def moments_of_faults(faults: Iterable[Fault], run: Run) -> Iterator[tuple[Key, datetime]]:
    """When each fault is first felt: one with a span may have begun before the start."""
    for index, fault in enumerate(faults):
        lasts = fault.kind not in MOMENTARY
        ends = None if fault.for_ms is None else fault.at + timedelta(milliseconds=fault.for_ms)
        felt = run.start if lasts and fault.at < run.start and (ends is None or ends > run.start) else fault.at
        yield ("fault", index), felt


def check_operators(acts: Iterable[OperatorAct], accounts: Mapping[str, AccountSpec], run: Run) -> None:
    """Raises Problem for a key on an account that does not exist yet; what forks may have made by then may be named."""
    for index, act in enumerate(acts):
        known = dict.fromkeys((*FOUNDERS, *accounts))
        if act.account is not None and act.account not in known and not _may_have_forked(act.at, run):
            text = f"{act.account} does not exist then; allowed: {', '.join(known)}, and at a week's end what forks"
            raise Problem(text, "operator", index, "account")


def _may_have_forked(at: datetime, run: Run) -> bool:
    return at.isocalendar()[:2] != run.start.isocalendar()[:2] or at.isoweekday() >= _FORKING_FROM


def check_script(market: Market, tape: Iterable[TapePoint]) -> None:
    """Raises Problem for a tape of prices where the market makes its own; breadth may be told to any."""
    for index, point in enumerate(tape):
        for key in point.set:
            if market.kind != "scripted" and key != BREADTH:
                text = f'a {market.kind} market makes its own prices; allowed: breadth, or kind = "scripted"'
                raise Problem(text, "tape", index, "set", key)


def check_symbols(named: Iterable[tuple[Key, str]], listed: Iterable[str], where: str = "under market.symbols") -> None:
    """Raises Problem for a symbol that the market does not list."""
    listed = tuple(listed)
    for key, symbol in named:
        if symbol not in listed:
            known = ", ".join(listed) or "none"
            guess = values.near_miss(symbol, listed)
            raise Problem(f"{symbol} is not listed {where}; listed: {known}{guess}", *key)


def symbols_of_accounts(accounts: Mapping[str, AccountSpec]) -> Iterator[tuple[Key, str]]:
    """What the accounts hold at the start, by key."""
    for name, account in accounts.items():
        yield from ((("accounts", name, "holdings", symbol), symbol) for symbol in account.holdings)
        for index, option in enumerate(account.options):
            yield ("accounts", name, "options", index, "symbol"), option.symbol


def symbols_of_script(
    tape: Iterable[TapePoint], faults: Iterable[Fault], acts: Iterable[OperatorAct]
) -> Iterator[tuple[Key, str]]:
    """What happens to symbols of the market, by key."""
    for index, point in enumerate(tape):
        yield from ((("tape", index, "set", key), split_key(key)[0]) for key in point.set if split_key(key)[0])
    for index, fault in enumerate(faults):
        if fault.symbol is not None and fault.kind not in FOREIGN_FAULTS:
            yield ("fault", index, "symbol"), fault.symbol
    for index, act in enumerate(acts):
        if act.symbol is not None:
            yield ("operator", index, "symbol"), act.symbol
