"""Small situations as scenario texts: what a test of a rule does not care about is filled in here."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.replaying import Replayed

# Thu 03-05 → Fri 03-06 at spot 200 and iv .30: the 199.5 put has delta .4370, its neighbours 199 .3817 and 200 .4934.
AAPL = "spot = 200.0\niv = 0.3\natr = 20.0\noi = 5000\nvolume = 5000\nstrike_step = 0.5"
# Nobody holds its options: no hedge fits where a test does not list an index.
VIX = "spot = 18.0\noi = 0"
TRADED_VIX = "spot = 18.0"


def situation(
    start: str,
    end: str,
    symbols: Mapping[str, str],
    *more: str,
    accounts: Sequence[str] = ("GEN",),
    capital: int | None = 1_000_000,
    mode: str = "normal",
    market: str = "",
) -> str:
    """A scripted scenario's text: `symbols` name → lines of its table, a calm VIX is added; `more` are whole tables."""
    head = [
        "[scenario]",
        'name = "test"',
        f"start = {start}",
        f"end = {end}",
        f"accounts = {list(accounts)}",
        f'mode = "{mode}"',
        *([] if capital is None else [f"capital = {capital}"]),
        "[market]",
        'kind = "scripted"',
        market,
    ]
    tables = [f"[market.symbols.{name}]\n{lines}" for name, lines in {"VIX": VIX, **symbols}.items()]
    return "\n".join([*head, *tables, *more])


def but(lines: str, **changes: object) -> str:
    """A symbol's table with some of its values changed, or added."""
    kept = [line for line in lines.split("\n") if line.split(" = ")[0] not in changes]
    return "\n".join([*kept, *(f"{key} = {value}" for key, value in changes.items())])


def tape(at: str, **values: object) -> str:
    """A point of the tape; `AAPL__iv` stands for the key "AAPL.iv"."""
    pairs = ", ".join(f'"{key.replace("__", ".")}" = {value}' for key, value in values.items())
    return f"[[tape]]\nat = {at}\nset = {{ {pairs} }}"


def operator(at: str, action: str, account: str | None = None) -> str:
    """A key of the operator; reset and kill may stand without an account."""
    return f'[[operator]]\nat = {at}\naction = "{action}"' + (f'\naccount = "{account}"' if account else "")


def fault(at: str, kind: str, symbol: str | None = None, span: str | None = None, **more: object) -> str:
    """A fault; `span` such as "2m", without it to the end. Texts among `more` bring their own quotes."""
    lines = [f"[[fault]]\nat = {at}", f'kind = "{kind}"']
    if symbol is not None:
        lines.append(f'symbol = "{symbol}"')
    if span is not None:
        lines.append(f'for = "{span}"')
    return "\n".join([*lines, *(f"{key} = {value}" for key, value in more.items())])


def holding(account: str, symbol: str, shares: int, basis: float, assigned: bool = False) -> str:
    """Shares held at the start, paid out of the account's equity."""
    told = "true" if assigned else "false"
    return f"[accounts.{account}.holdings.{symbol}]\nshares = {shares}\nbasis = {basis}\nassigned = {told}"


def option(
    account: str, symbol: str, expiry: str, strike: float, right: str, quantity: int, price: float, opened: str
) -> str:
    """An option open at the start; `quantity` below zero is short."""
    return (
        f'[[accounts.{account}.options]]\nsymbol = "{symbol}"\nexpiry = {expiry}\nstrike = {strike}\n'
        f'right = "{right}"\n'
        f"quantity = {quantity}\nprice = {price}\nopened = {opened}"
    )


def clock(record: Mapping[str, object]) -> str:
    """The clock time of a record, to the second that has begun."""
    return str(record["ts"])[11:19]


def told(record: Mapping[str, object]) -> str:
    """The clock time of a record: `09:45:03`, with milliseconds only where there are some."""
    return str(record["ts"])[11:23].removesuffix(".000")


def outcomes(replayed: Replayed, kind: str, symbol: str, **keys: Any) -> list[tuple[str, str]]:
    """(clock, reason or quantity) of a symbol's events."""
    rows = replayed.of(kind, **keys)
    shown = [(r, r["data"].get("symbol") or r["data"]["contract"]["symbol"]) for r in rows]
    return [(told(r), str(r["data"].get("reason", r["data"].get("quantity")))) for r, name in shown if name == symbol]


def only(replayed: Replayed, kind: str, **keys: Any) -> dict[str, Any]:
    """The one event of a kind that shows all of these."""
    rows = replayed.of(kind, **keys)
    assert len(rows) == 1, rows
    return rows[0]
