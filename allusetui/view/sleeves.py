"""The sleeves: a row an account."""

from collections.abc import Mapping
from decimal import Decimal

from allusetui.domain.account import Account, Latch, Status
from allusetui.rules import explain
from allusetui.rules.explain import Situation, SleeveFigures, Step
from allusetui.view import words
from allusetui.view.charts import gauge
from allusetui.view.fit import Spec, choose, row, width_of
from allusetui.view.model import Cell, Column, Seen, Table, Tone

_SPECS = (
    Spec(Column("#", 1)),
    Spec(Column("account", 7)),
    Spec(Column("state", 11), 0),
    Spec(Column("latch", 8), 0, 18),
    Spec(Column("equity", 9, right=True), 1, 13),
    Spec(Column("day", 6, right=True), 3),
    Spec(Column("week", 6, right=True), 6),
    Spec(Column("premium", 7, right=True), 8, 9),
    Spec(Column("depl %", 7, right=True), 2),
    Spec(Column("to cap", 6), 7, 10),
    Spec(Column("cap", 7), 5),
    Spec(Column("fall %", 7, right=True), 4),
    Spec(Column("delta", 7, right=True), 10),
    Spec(Column("levels", 8), 9, 15),
    Spec(Column("next", 15), 0, 24),
)
_LOSS = Decimal("-0.01")


def sleeves(seen: Seen, width: int) -> Table:
    """The digit that chooses it, state, latches, equity, premium, deployment, drawdown, levels and what comes next.

    A row's key is the account's name.
    """
    columns = choose(_SPECS, width)
    s = explain.situation_of(seen.law, seen.calendar, seen.snapshot)
    accounts = seen.snapshot.state.accounts.values()
    figures = ((a, explain.sleeve(s, a)) for a in accounts)
    widths = {column.title: column.width for column in columns}
    rows = (
        row(a.name, columns, {"#": Cell(str(place)), **_standing(a, f, seen, widths), **_money(a, f, s, widths)})
        for place, (a, f) in enumerate(figures, start=1)
    )
    return Table(columns, tuple(rows), "no accounts")


def _standing(account: Account, f: SleeveFigures, seen: Seen, widths: Mapping[str, int]) -> dict[str, Cell]:
    worst = max(f.levels, default=0)
    held = " ".join(f"{level}:{f.levels[level]}" for level in sorted(f.levels, reverse=True))
    return {
        "account": Cell(account.name),
        "state": Cell(_state(account), _state_tone(account)),
        "latch": _latches(account, widths.get("latch", 0)),
        "levels": Cell(held, words.LEVEL_TONES[worst]) if held else Cell(words.NONE, Tone.DIM),
        "next": _next(account, f.next, seen, widths.get("next", 0)),
    }


def _state(account: Account) -> str:
    if account.merged:
        return "merged"
    return account.status.value if account.trading else "not trading"


def _state_tone(account: Account) -> Tone:
    if account.status is Status.EMERGENCY:
        return Tone.BAD
    return Tone.PLAIN if account.trading else Tone.DIM


def _latches(account: Account, room: int) -> Cell:
    """Everything that holds the account back, or the first and how many more where `room` is too small for all."""
    held = [latch.value.upper() for latch in Latch if latch in account.latches]
    running_off = account.run_off_on is not None and not account.merged
    marks = (account.no_entries, "NO ENTRY"), (account.frozen, "FROZEN"), (account.pivoted, "PIVOT")
    for on, word in (*marks, (running_off, "RUN OFF")):
        held += [word] if on else []
    if account.over_margin:
        held.append("MARGIN")
    if not held:
        return Cell(words.NONE, Tone.DIM)
    text = " ".join(held)
    text = text if len(text) <= room else f"{held[0]}+{len(held) - 1}"
    return Cell(text, Tone.BAD if account.latches else Tone.WARN)


def _next(account: Account, step: Step | None, seen: Seen, room: int) -> Cell:
    """What a person has to do first; else what the account does next."""
    if account.status is Status.EMERGENCY:
        return Cell(f"halted: {seen.keys['reset']}", Tone.BAD)
    if account.status is Status.MAINTENANCE:
        return Cell(f"serviced: {seen.keys['resume']}", Tone.WARN)
    if Latch.PAUSED in account.latches:
        return Cell("stops disarmed", Tone.WARN)
    held = [latch for latch in Latch if latch in account.latches]
    if held:
        waits = held[0] in (Latch.BROKER, Latch.DISK)
        return Cell(f"waits for {held[0].value}" if waits else f"waits for {seen.keys['reset']}", Tone.WARN)
    if step is None:
        return Cell(words.NONE, Tone.DIM)
    when = words.moment(step.at_ms, seen.snapshot.now_ms)
    if step.what == "entering":
        return Cell(f"enters to {when}")
    full = f"{when} {step.what}"
    return Cell(full if len(full) <= room else full.replace("expiry", "exp."), Tone.DIM)


def _load(f: SleeveFigures, width: int) -> Cell:
    """How much of what may be deployed is: full is no trouble, more than that is told."""
    if f.deployed is None:
        return Cell(words.UNKNOWN)
    share = f.deployed / f.ceiling if f.ceiling else Decimal(1)
    return Cell(gauge(float(share), width), Tone.PLAIN if share > 1 else Tone.DIM)


def _gain(share: Decimal | None) -> Tone:
    """A loss is told by its sign; one of a percent or more by its tone as well."""
    return Tone.BAD if share is not None and share <= _LOSS else Tone.PLAIN


def _worth(amount: Decimal, old: str, room: int) -> str:
    """An amount with its age; in thousands where `room` is too small for both: a number that is cut is another."""
    whole, short = words.usd(amount), f"{words.usd(amount / 1_000)}k"
    return next((text for text in (whole + old, short + old, whole) if width_of(text) <= room), short)


def _money(account: Account, f: SleeveFigures, s: Situation, widths: Mapping[str, int]) -> dict[str, Cell]:
    stale = explain.is_stale(s, f.age_s)
    tone = Tone.DIM if stale else Tone.PLAIN
    old = f" {words.age(f.age_s)}" if stale else ""
    warns = account.trading and f.cap in ("0.10", "6.12")
    fall = None if account.merged else f.drawdown
    near = fall is not None and fall >= f.drawdown_limit * 2 / 3
    return {
        "equity": Cell(_worth(f.equity, old, widths.get("equity", 0)), tone),
        "day": Cell(words.signed(f.day), Tone.DIM if stale else _gain(f.day)),
        "week": Cell(words.signed(f.week), Tone.DIM if stale else _gain(f.week)),
        "premium": Cell(_worth(f.premium_usd, "", widths.get("premium", 0))),
        "to cap": _load(f, widths.get("to cap", 0)),
        "depl %": Cell(f"{words.percent(f.deployed)}/{words.percent(f.ceiling)}", tone),
        "cap": Cell(words.CAPS[f.cap], Tone.WARN if warns else Tone.DIM),
        "fall %": Cell(f"{words.percent(fall, 1)}/{words.percent(f.drawdown_limit)}", Tone.WARN if near else tone),
        "delta": Cell(words.NONE if f.delta is None else words.minus(f"{f.delta:,.0f}"), tone),
    }
