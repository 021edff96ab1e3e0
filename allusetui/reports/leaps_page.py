"""The LEAP ledger's page: growth and hedge side apart in every table, never in one line (17.7)."""

from collections.abc import Iterator
from decimal import Decimal

from allusetui.domain.moment import clock
from allusetui.domain.text import untrusted
from allusetui.reports.leaps import GROWTH, HEDGE, SIDES, Cover, Held, LeapsTable, Move, SideRow
from allusetui.reports.page import (
    NONE,
    NOT_KNOWN,
    Block,
    Grid,
    Page,
    Remark,
    marked_until,
    money,
    name_of,
    number,
    percent,
    rounded,
)
from allusetui.reports.trades import named

_TITLES = {GROWTH: "Growth side", HEDGE: "Hedge side"}
_HELD = ("Account", "Contract", "Held", "Price", "Cost", "Value", "Gain", "Delta", "Theta a day")
_SIDE = ("Account", "Value", "Cost", "Bought", "Sold", "Realized", "Theta paid", "Decay a year", "Of value")
_COVER = ("Account", "Fall", "Book", "Hedges", "Covered", "Growth LEAPs")
_DECAY = (
    "Bought and sold are premiums before fees. Theta paid: what the days between the marks have cost by Black and"
    " Scholes at the implied vols of the mids; decay a year: what a year would at the pace of the last mark."
)
_MODEL = (
    "Every underlying falls by so much at once; each option by Black and Scholes at the implied vol of its last mid,"
    " which stays, without dividends; options on the VIX keep their price. Covered: what of the book's loss the hedges"
    " bring back."
)


def page(table: LeapsTable) -> Page:
    """The page of the ladder as it stands."""
    until = marked_until(table.last)
    blocks = (Remark("In words", tuple(_sentences(table))), *blocks_of(table))
    return Page("ALL-USE LEAP ledger", until, blocks, {"report": "leaps", **data(table)})


def blocks_of(table: LeapsTable) -> tuple[Block, ...]:
    """The two sides one after the other, then what a fall does."""
    return (
        *(block for side in SIDES for block in _side_blocks(table, side)),
        Grid("Cash that waits for LEAPs", ("Account", "LEAP cash"), tuple(_cash_cells(table))),
        Grid("In a fall of the market", _COVER, tuple(map(_cover_cells, table.covers)), (_MODEL,)),
    )


def data(table: LeapsTable) -> dict[str, object]:
    """The same for JSON."""
    return {
        "from": table.first.isoformat(),
        "last": table.last.isoformat() if table.last else None,
        **{side: _side_data(table, side) for side in SIDES},
        "leap_cash": {name: number(cash) for name, cash in table.cash},
        "falls": [
            {
                "account": row.account, "fall": float(row.share), "book": number(row.book),
                "hedges": number(row.hedges), "covered": rounded(row.covered), "growth": number(row.growth),
            }
            for row in table.covers
        ],
    }  # fmt: skip


def move_line(move: Move) -> str:
    """`2020-03-02 … GEN opened 2 SPX 2020-12-18 2650 P, premium 25,000.00`."""
    what = named(move.contract) if move.contract else ""
    parts = [f"{clock(move.at_ms)} {name_of(move.account)} {move.what}"]
    if move.quantity:
        parts.append(str(move.quantity))
    parts += [what] if what else []
    if move.reason:
        parts.append(f"({untrusted(move.reason)})")
    dollars = "" if move.dollars is None else f", {_DOLLARS[move.side, move.what]} {money(move.dollars)}"
    into = move.into
    bought = "" if into is None else f", into {into.quantity} {named(into.contract)} at {money(into.price)}"
    return " ".join(parts) + dollars + bought


_DOLLARS = {
    (GROWTH, "opened"): "at", (GROWTH, "closed"): "at", (GROWTH, "rolled"): "sold at",
    (HEDGE, "opened"): "premium", (HEDGE, "released"): "profit", (HEDGE, "skipped"): "one contract costs",
    (HEDGE, "rolled"): "sold at", (HEDGE, "closed"): "at",
}  # fmt: skip


def _sentences(table: LeapsTable) -> Iterator[str]:
    for side in SIDES:
        rows = [row for row in table.held if row.side == side]
        worth = sum((row.value for row in rows), Decimal(0))
        yield f"{_TITLES[side]}: {sum(row.quantity for row in rows)} contracts held, worth {money(worth)}."


def _side_blocks(table: LeapsTable, side: str) -> Iterator[Block]:
    title = _TITLES[side]
    yield Grid(f"{title}: held", _HELD, tuple(_held_cells(row) for row in table.held if row.side == side))
    rungs = (row for row in table.rungs if row.side == side)
    cells = tuple((name_of(row.account), row.month, money(row.value), percent(row.share)) for row in rungs)
    yield Grid(f"{title}: rungs", ("Account", "Expiry month", "Value", "Of the side"), cells)
    costs = tuple(_side_cells(row) for row in table.sides if row.side == side and row.is_any)
    yield Grid(f"{title}: cost", _SIDE, costs, (_DECAY,) if costs else ())
    moves = tuple(move_line(move) for move in table.moves if move.side == side)
    yield Remark(f"{title}: what happened", moves or (NONE,))


def _held_cells(row: Held) -> tuple[str, ...]:
    delta = NOT_KNOWN if row.delta is None else f"{row.delta:.2f}"
    theta = NOT_KNOWN if row.theta_day is None else money(row.theta_day)
    sums = map(money, (row.price, row.cost, row.value, row.value - row.cost))
    return (name_of(row.account), named(row.contract), str(row.quantity), *sums, delta, theta)


def _side_cells(row: SideRow) -> tuple[str, ...]:
    sums = (row.value, row.cost, row.bought, row.sold, row.realized, row.theta_paid, row.decay_year)
    share = float(row.decay_year / row.value) if row.value else None
    return (name_of(row.account), *map(money, sums), percent(share))


def _cash_cells(table: LeapsTable) -> Iterator[tuple[str, ...]]:
    for name, cash in table.cash:
        if cash:
            yield name_of(name), money(cash)


def _cover_cells(row: Cover) -> tuple[str, ...]:
    fall, covered = f"-{float(row.share) * 100:.0f} %", percent(row.covered)
    return (name_of(row.account), fall, money(row.book), money(row.hedges), covered, money(row.growth))


def _side_data(table: LeapsTable, side: str) -> dict[str, object]:
    return {
        "held": [
            {
                "account": row.account, "contract": named(row.contract), "quantity": row.quantity,
                "price": float(row.price), "cost": number(row.cost), "value": number(row.value),
                "delta": row.delta, "theta_day": None if row.theta_day is None else number(row.theta_day),
            }
            for row in table.held if row.side == side
        ],
        "rungs": [
            {"account": row.account, "month": row.month, "value": number(row.value), "share": rounded(row.share)}
            for row in table.rungs if row.side == side
        ],
        "cost": [
            {
                "account": row.account, "value": number(row.value), "cost": number(row.cost),
                "bought": number(row.bought), "sold": number(row.sold), "realized": number(row.realized),
                "theta_paid": number(row.theta_paid), "decay_year": number(row.decay_year),
            }
            for row in table.sides if row.side == side
        ],
        "moves": [move_line(move) for move in table.moves if move.side == side],
    }  # fmt: skip
