"""What each account of a session begins with: by its scenario and market, or by the cash at its broker."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from allusetui.domain.account import AccountType
from allusetui.domain.calendar import Calendar
from allusetui.domain.contract import Option, Right
from allusetui.domain.input import Holding, OpenOption, Provision
from allusetui.domain.moment import day_of
from allusetui.domain.money import CENT, ZERO, down_to_cent, to_cent, to_price
from allusetui.law.model import Law, Sizing
from allusetui.ports import Market
from allusetui.rules.situation import clause
from allusetui.rules.sizing import split
from allusetui.scenario import agree
from allusetui.scenario.model import AccountSpec, Scenario
from allusetui.scenario.setting import FOUNDERS
from allusetui.scenario.values import Problem


def provisions(scenario: Scenario, law: Law, market: Market, days: Calendar, start_ms: int) -> tuple[Provision, ...]:
    """What each account begins with: its share by 0.1, or what its own table says.

    Raises Problem for what the market does not list or price, for an option whose last session has closed, and for an
    account whose cash could not have bought what it holds.
    """
    for name, table in scenario.accounts.items():
        for index, row in enumerate(table.options):
            if days.up_to(row.expiry).close_ms <= start_ms:
                key = ("accounts", name, "options", index, "expiry")
                raise Problem(f"{row.expiry} has closed at the start; allowed: a later expiry", *key)
    agree.check_symbols(agree.symbols_of_accounts(scenario.accounts), sorted(market.symbols), "in this market")
    parts = split(scenario.scenario.capital or ZERO, law.sizing)
    shares = {kind.value.upper(): part for kind, part in parts.items()}
    names = sleeves(scenario)
    trading = scenario.scenario.accounts
    return tuple(
        _provision(name, scenario, market, start_ms, shares.get(name, ZERO), trading is None or name in trading)
        for name in names
    )


def sleeves(scenario: Scenario) -> tuple[str, ...]:
    """The accounts of a scenario: the founders, and what its tables name beside them."""
    return (*FOUNDERS, *(name for name in scenario.accounts if name not in FOUNDERS))


def by_code(accounts: Iterable[Provision], codes: Mapping[str, str]) -> tuple[Provision, ...]:
    """The accounts of a broker that keeps each sleeve under the code of `codes`, or under its own name."""
    found: dict[str, Provision] = {}
    for sleeve in accounts:
        code = codes.get(sleeve.name, sleeve.name)
        first = found.get(code)
        found[code] = replace(sleeve, name=code) if first is None else _together(first, sleeve)
    return tuple(found.values())


def _together(first: Provision, second: Provision) -> Provision:
    return replace(
        first,
        equity=first.equity + second.equity,
        base=first.base + second.base,
        cash=first.cash + second.cash,
        high_water=first.high_water + second.high_water,
        realized_quarter=first.realized_quarter + second.realized_quarter,
        holdings=(*first.holdings, *second.holdings),
        options=(*first.options, *second.options),
        ladder=first.ladder + second.ladder,
    )


@clause("0.1")
def linked_provisions(
    accounts: Mapping[str, str], cash: Mapping[str, Decimal], sizing: Sizing, today: date
) -> tuple[Provision, ...]:
    """What each sleeve of a broker's accounts begins with: its share by 0.1 of the cash that can be split so.

    `accounts`: the broker's code of each sleeve; `cash`: dollars by code. What else an account holds is not ours, and
    is never touched. Raises Problem, naming the sleeve, where there is nothing to split.
    """
    parts = {kind.value.upper(): part for kind, part in split(_capital(accounts, cash, sizing), sizing).items()}
    if min(parts.values()) <= 0:
        poor = min(parts, key=lambda name: cash.get(accounts[name], ZERO))
        text = f"{accounts[poor]} holds no cash for it; allowed: an account with cash, or all sleeves in one"
        raise Problem(text, "broker", "accounts", poor)
    return tuple(
        Provision(
            name, AccountType(name.lower()), "A1", True, to_price(part), to_price(part), to_price(part),
            to_price(part), today, to_price(ZERO),
        )
        for name, part in parts.items()
    )  # fmt: skip


def _capital(accounts: Mapping[str, str], cash: Mapping[str, Decimal], sizing: Sizing) -> Decimal:
    """The most that 0.1 can split: no wire moves cash between accounts, so the poorest of them bounds all sleeves."""
    shares = {"GEN": sizing.split_gen, "REV": sizing.split_rev, "COM": 1 - sizing.split_gen - sizing.split_rev}
    held = {code: [name for name in shares if accounts[name] == code] for code in accounts.values()}
    capital = min(max(cash.get(code, ZERO), ZERO) / sum(shares[name] for name in names) for code, names in held.items())
    capital = down_to_cent(capital)
    # The cents that GEN and REV leave are COM's, whose account may not have them.
    while any(_given(names, capital, sizing) > cash.get(code, ZERO) for code, names in held.items()) and capital > 0:
        capital -= CENT
    return capital


def _given(names: Sequence[str], capital: Decimal, sizing: Sizing) -> Decimal:
    return sum((part for kind, part in split(capital, sizing).items() if kind.value.upper() in names), ZERO)


def _provision(
    name: str, scenario: Scenario, market: Market, start_ms: int, share: Decimal, trading: bool
) -> Provision:
    table = scenario.accounts.get(name, AccountSpec())
    group, _, sleeve = name.rpartition(".")
    kind = AccountType.MINI if sleeve.startswith("MINI") else AccountType(sleeve.lower())
    equity = share if table.equity is None else table.equity
    holdings = tuple(Holding(symbol, h.shares, h.basis, h.assigned) for symbol, h in table.holdings.items())
    options = tuple(
        OpenOption(Option(o.symbol, o.expiry, o.strike, Right(o.right)), o.quantity, o.price, o.opened)
        for o in table.options
    )
    shares, longs, shorts = _worth(name, market, start_ms, holdings, options)
    cash = equity - shares - longs - shorts
    _check_cash(name, table, equity, cash)
    # The mark is of what it is compared with: without the long options (0.2, 0.9).
    high_water = equity - longs if table.high_water is None else table.high_water
    return Provision(
        name, kind, group or "A1", trading, to_price(equity), to_price(equity if table.base is None else table.base),
        to_price(cash), to_price(high_water), table.opened or day_of(start_ms), to_price(table.realized_quarter),
        holdings, options, to_price(longs),
    )  # fmt: skip


def _worth(
    name: str, market: Market, start_ms: int, holdings: tuple[Holding, ...], options: tuple[OpenOption, ...]
) -> tuple[Decimal, Decimal, Decimal]:
    """What shares, long and short options are worth at the start, the short ones below zero: dollars."""
    shares = longs = shorts = ZERO
    for held in holdings:
        quote = market.underlying(held.symbol, start_ms)
        if quote is None:
            raise Problem(f"{held.symbol} has no price at the start", "accounts", name, "holdings", held.symbol)
        shares += held.shares * quote.mid
    for index, row in enumerate(options):
        quote = market.option(row.contract, start_ms)
        if quote is None:
            raise Problem(f"{row.contract.symbol} has no price at the start", "accounts", name, "options", index)
        value = row.quantity * row.contract.multiplier * quote.mid
        longs, shorts = longs + max(value, ZERO), shorts + min(value, ZERO)
    return shares, longs, shorts


def _check_cash(name: str, table: AccountSpec, equity: Decimal, cash: Decimal) -> None:
    """The cash has bought what is held."""
    if cash < 0:
        text = f"what is held is worth {to_cent(equity - cash)} at the start, and the equity is {to_cent(equity)}"
        held = next(_keys_of(table))
        raise Problem(f"{text}; allowed: an equity that could have bought it", "accounts", name, *held)


def _keys_of(table: AccountSpec) -> Iterator[tuple[str | int, ...]]:
    """What costs money, stock first."""
    yield from (("holdings", symbol, "shares") for symbol in table.holdings)
    yield from (("options", index, "quantity") for index, option in enumerate(table.options) if option.quantity > 0)
