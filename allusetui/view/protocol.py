"""Positions at risk: every option held, the riskiest first, with its bar of breach."""

from decimal import Decimal

from allusetui.domain.account import Latch, Status
from allusetui.domain.contract import Option
from allusetui.domain.moment import day_of
from allusetui.rules import explain
from allusetui.rules.explain import PositionFigures, Situation
from allusetui.view import words
from allusetui.view.fit import Spec, choose, row
from allusetui.view.model import Cell, Column, Seen, Table, Tone

_BAR = "breach, ATR"
_SPECS = (
    Spec(Column("account", 5), 0, 8),
    Spec(Column("contract", 17), 0, 20),
    Spec(Column("qty", 4, right=True), 0),
    Spec(Column("spot", 10, right=True), 1),
    Spec(Column("strike", 7, right=True), 7),
    Spec(Column(_BAR, 18), 2, 30),
    Spec(Column("ATR", 5, right=True), 6),
    Spec(Column("level", 8), 0),
    Spec(Column("credit → now", 13, right=True), 5, 18),
    Spec(Column("look", 9), 3),
    Spec(Column("then", 22), 4, 40),
)
_BLOCKS = " ▏▎▍▌▋▊▉"


def key_of(account: str, option: Option) -> str:
    """The key of a position's row: `GEN|AAPL 2026-03-13 200 P`."""
    return f"{account}|{option.symbol} {option.expiry} {words.plain(option.strike)} {option.right.value}"


def chosen(seen: Seen, key: str) -> tuple[str, Option] | None:
    """The account and the contract of a position's row; None once it is gone."""
    for account in seen.snapshot.state.accounts.values():
        for contract in account.lots:
            if isinstance(contract, Option) and key_of(account.name, contract) == key:
                return account.name, contract
    return None


def at_risk(seen: Seen, width: int) -> Table:
    """Every option held, the riskiest first; a row's key is `key_of` it."""
    columns = choose(_SPECS, width)
    bar = next((c.width for c in columns if c.title == _BAR), 0)
    tells = "ATR" not in {c.title for c in columns}
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    rows = tuple(
        row(key_of(p.account.name, p.option), columns, {**_contract(p, s), **_risk(p, s, bar, tells), **_ahead(p, s)})
        for p in explain.positions(s)
    )
    return Table(columns, rows, "no options held")


def _contract(p: PositionFigures, s: Situation) -> dict[str, Cell]:
    stale = explain.is_stale(s, p.now_age_s)
    then_now = f"{words.price(p.credit)} → {words.price(p.now)}"
    return {
        "account": Cell(p.account.name),
        "contract": Cell(words.named(p.option, day_of(s.now_ms))),
        "qty": Cell(words.minus(str(p.quantity))),
        "strike": Cell(words.price(p.option.strike)),
        "credit → now": Cell(_aged(then_now, p.now_age_s, stale), Tone.DIM if stale else Tone.PLAIN),
    }


def _aged(text: str, age_s: float, stale: bool) -> str:
    """With its age where it is too old to decide on; what is missing says so itself."""
    return f"{text} {words.age(age_s)}" if stale and age_s != float("inf") else text


def _risk(p: PositionFigures, s: Situation, width: int, tells: bool) -> dict[str, Cell]:
    stale = explain.is_stale(s, p.spot_age_s)
    guarded = p.option.is_put and p.quantity < 0
    tone = words.LEVEL_TONES[p.level]
    if stale and not p.level:
        tone = Tone.DIM
    doubt = "?" if stale else ""
    steps = s.law.protocol.level_atr
    bar = bar_of(p.breach, steps, width, tells) if guarded else _distance(p)
    return {
        "spot": Cell(_aged(words.price(p.spot), p.spot_age_s, stale), Tone.DIM if stale else Tone.PLAIN),
        _BAR: Cell(bar, tone if guarded else Tone.DIM),
        "ATR": Cell(words.atrs(p.breach), Tone.DIM if stale else Tone.PLAIN),
        "level": Cell(f"{words.LEVELS[p.level]}{doubt}", tone) if guarded else Cell(_side(p), Tone.DIM),
    }


def _side(p: PositionFigures) -> str:
    if p.quantity > 0:
        return "long"
    return "call"


def _distance(p: PositionFigures) -> str:
    """How far the spot is from the strike of an option that has no levels."""
    if p.breach is None:
        return words.UNKNOWN
    return f"{words.atrs(abs(p.breach))} ATR {'past it' if p.breach > 0 else 'away'}"


def bar_of(breach: Decimal | None, steps: tuple[float, ...], width: int, tells: bool = True) -> str:
    """A bar of blocks from 0 to the last level, each level's digit at its place.

    Before the strike it is empty, and `tells` the distance where no column of its own does.
    """
    if width < len(steps):
        return ""
    cells = [" "] * width
    if breach is None:
        cells[0] = words.UNKNOWN
    elif breach >= 0:
        eighths = min(int(float(breach) / steps[-1] * width * 8), width * 8)
        cells[: eighths // 8] = "█" * (eighths // 8)
        if eighths % 8:
            cells[eighths // 8] = _BLOCKS[eighths % 8]
    elif tells:
        shown = words.minus(f"{breach:.1f}")[: width // len(steps) - 1]
        cells[: len(shown)] = shown
    for level, step in enumerate(steps, 1):
        cells[round(step / steps[-1] * width) - 1] = str(level)
    return "".join(cells)


def _ahead(p: PositionFigures, s: Situation) -> dict[str, Cell]:
    if p.next_look_ms is None:
        look = Cell(words.NONE, Tone.DIM)
    elif p.option.is_put and not s.law.monitoring.period_s[p.level] and s.open_session:
        look = Cell("each tick")
    else:
        look = Cell(words.moment(p.next_look_ms, s.now_ms), Tone.DIM)
    return {"look": look, "then": _then(p, s)}


def _then(p: PositionFigures, s: Situation) -> Cell:
    """What will be done at the next level, or is being done at this one."""
    if p.quantity > 0:
        return Cell(words.NONE, Tone.DIM)
    if p.account.status in (Status.EMERGENCY, Status.MAINTENANCE):
        return Cell("nothing is sent", Tone.BAD)
    if not p.option.is_put:
        return Cell(f"bought back at ≤ {words.price(p.profit_ask)}", Tone.DIM)
    paused = Latch.PAUSED in p.account.latches
    prepared = ", roll prepared" if p.account.positions[p.option].roll_prepared and p.level < 2 else ""
    period = s.law.monitoring.period_s[1]
    following = (
        f"at 1: look every {period} s{prepared}",
        f"at 2: {'asks to roll' if paused else 'freeze and roll'}{prepared}",
        f"at 3: {'asks to buy back' if paused else 'buy back, SAFE'}",
        "asks to buy back" if paused else "buying back",
    )
    return Cell(following[p.level], Tone.WARN if paused and p.level else Tone.DIM if p.level < 3 else Tone.PLAIN)
