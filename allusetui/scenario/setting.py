"""What a scenario sets up before its first second: the run, the market, and what the accounts already hold.

Every table is frozen and refuses keys that it does not list. Field names are the file's keys.
"""

from dataclasses import field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from allusetui.domain.frozen import frozen
from allusetui.domain.table import By, First, Table
from allusetui.scenario import values
from allusetui.scenario.values import Problem

Right = Literal["P", "C"]

DEFAULTS: Final[dict[str, dict[str, Decimal]]] = {
    "SPX": {"iv": Decimal("0.18"), "strike_step": Decimal(25), "tick": Decimal("0.05")},
    "XSP": {"iv": Decimal("0.18"), "tick": Decimal("0.05")},
    "VIX": {"iv": Decimal("0.9"), "strike_step": Decimal(1), "tick": Decimal("0.05")},
}
MOST_STEPS: Final = 20_000
FIRST_YEAR, LAST_YEAR = 1950, 2199
FOUNDERS: Final = ("GEN", "REV", "COM")


@frozen(kw_only=True)
class Run(Table):
    """`[scenario]`: what runs, from when to when, with what money. `accounts` None: all of them trade."""

    name: values.RunName
    start: values.LocalTime
    end: values.LocalTime
    capital: values.Amount | None = None
    seed: values.Count = 1
    accounts: values.Accounts | None = None
    mode: Literal["normal", "stress"] = "normal"

    def check(self) -> None:
        for key, at in (("start", self.start), ("end", self.end)):
            if not FIRST_YEAR <= at.year <= LAST_YEAR:
                allowed = f"{FIRST_YEAR} to {LAST_YEAR}"
                raise Problem(f"{values.shown(at)} is not of the calendar's years; allowed: {allowed}", key)
        if self.end <= self.start:
            raise Problem(
                f"{values.shown(self.end)} is not after the start; allowed: after {values.shown(self.start)}", "end"
            )


@frozen(kw_only=True)
class Dividend(Table):
    """A cash dividend a share, with its ex-date."""

    ex: values.Day
    amount: values.Price


@frozen(kw_only=True)
class SymbolSpec(Table):
    """`[market.symbols.X]`: one underlying and its chain. `atr` None is 2 % of spot, "none" is no bars at all.

    `spread_pct` is a fraction of the mid, `iv` a year's. Inside a Market the defaults of `iv`, `strike_step` and `tick`
    go by symbol, and an XSP without `spot` stands at a tenth of SPX.
    """

    spot: values.Spot
    iv: values.Volatility = 0.6
    atr: values.RangeOrNone = None
    spread_pct: values.Spread = 0.02
    oi: values.CountOrMissing = 5000
    volume: values.CountOrMissing = 2000
    strike_step: values.Price = Decimal("2.5")
    expiries: Literal["friday", "mon-wed-fri", "daily"] = "friday"
    tick: values.Price = Decimal("0.01")
    earnings: values.Days = ()
    dividends: tuple[Dividend, ...] = ()

    def check(self) -> None:
        least = self.spot / MOST_STEPS
        if self.strike_step < least:
            raise Problem(
                f"{self.strike_step} is too fine for a spot of {self.spot}; allowed: {least} or more", "strike_step"
            )


@frozen(kw_only=True)
class Breadth(Table):
    """`[market.breadth]`: the share of stocks above their 50-day average, in %."""

    value: values.Percent


def _with_defaults(tables: object) -> object:
    """Fills in what a symbol's table left out and its name decides; leaves what is no table for the model to refuse."""
    if not isinstance(tables, dict):
        return tables
    filled = {
        name: {**DEFAULTS.get(name, {}), **table} if isinstance(table, dict) else table
        for name, table in tables.items()
    }
    spx, xsp = tables.get("SPX"), filled.get("XSP")
    if isinstance(spx, dict) and isinstance(xsp, dict) and "spot" in spx:
        tenth = values.spot(spx["spot"]) / 10
        filled["XSP"] = {"spot": tenth, **xsp, "iv": tables["XSP"].get("iv", spx.get("iv", xsp["iv"]))}
    return filled


@frozen(kw_only=True)
class Market(Table):
    """`[market]`: where prices come from. `data` is a directory, absolute once loaded; None where none is named."""

    kind: Literal["scripted", "history", "synthetic"]
    data: Annotated[Path | None, By(values.directory)] = None
    rate: values.Rate = 0.04
    margin: values.MarginRate = Decimal("0.20")
    symbols: Annotated[dict[values.Symbol, SymbolSpec], First(_with_defaults)] = field(default_factory=dict)
    breadth: Breadth | None = None

    def check(self) -> None:
        if self.kind != "history" and self.data is not None:
            raise Problem(f'a {self.kind} market reads no data; allowed: leave it out, or kind = "history"', "data")


@frozen(kw_only=True)
class Holding(Table):
    """Stock held at the start; `basis` is per share, `assigned` binds its calls to that basis."""

    shares: values.Shares
    basis: values.Price
    assigned: values.YesNo = False


@frozen(kw_only=True)
class OptionPosition(Table):
    """An option open at the start: `quantity` below 0 is short, `price` what it was traded at, per share."""

    symbol: values.Symbol
    expiry: values.Day
    strike: values.Price
    right: Right
    quantity: values.Contracts
    price: values.Premium
    opened: values.Day


@frozen(kw_only=True)
class AccountSpec(Table):
    """`[accounts.X]`: how an account begins.

    None: `equity` is its share of the capital, `base` is the equity, `high_water` the equity without the worth of long
    options, `opened` is the first day.
    """

    equity: values.Amount | None = None
    base: values.Positive | None = None
    high_water: values.Positive | None = None
    opened: values.Day | None = None
    realized_quarter: values.Money = Decimal(0)
    holdings: dict[values.Symbol, Holding] = field(default_factory=dict)
    options: tuple[OptionPosition, ...] = ()


def _named_in_full(tables: object) -> object:
    """Joins `[accounts.A2.GEN]`, which TOML nests, to the one name "A2.GEN"."""
    if not isinstance(tables, dict):
        return tables
    flat: dict[Any, Any] = {}
    for name, table in tables.items():
        if isinstance(name, str) and values.FORK.fullmatch(name) and isinstance(table, dict):
            flat |= {f"{name}.{sleeve}": inner for sleeve, inner in table.items()}
        else:
            flat[name] = table
    return flat


AccountTables = Annotated[dict[values.Account, AccountSpec], First(_named_in_full)]
