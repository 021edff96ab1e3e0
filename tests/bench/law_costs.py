"""What the law costs: rolls against stops, skips and why, the deployed share, resets, the accounts over time.

Runs the engine over a market with an operator who resets every account on Mondays at 09:00, and reads the journal. The
ledger is held against the exchange by every audit of 17:00, and once more at the end. Prints tables.
Usage: python -m tests.bench.law_costs history|synthetic [--from 2018-01-02] [--to 2018-12-31] [--seed 7]
       [--capital 4000000]; history is read from the shared folder's data.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from time import process_time

from allusetui.compose.run import Run, build_run
from allusetui.domain import event as ev
from allusetui.domain.account import Account
from allusetui.domain.moment import day_of
from allusetui.domain.money import ZERO
from allusetui.domain.state import State
from allusetui.engine.apply import apply
from allusetui.journal.memory import MemoryJournal
from allusetui.ledger.postings import balances, postings
from allusetui.scenario.load import parse
from tests.replaying import SHARED, Silent

SCENARIO = """
[scenario]
name = "law-costs"
start = {first}T09:00:00
end = {last}T17:30:00
capital = {capital}
seed = {seed}
[market]
kind = "{kind}"
"""
RESET = '[[operator]]\nat = {day}T09:00:00\naction = "reset"\n'
CASH = ("cash", "tax_reserve", "leap_cash")


def scenario_text(args: argparse.Namespace) -> str:
    """The run as a scenario, with its resets."""
    first, last = date.fromisoformat(args.first), date.fromisoformat(args.last)
    head = SCENARIO.format(first=first, last=last, capital=args.capital, seed=args.seed, kind=args.market)
    data = f'data = "{SHARED / "data"}"\n' if args.market == "history" else ""
    monday = first + timedelta(days=-first.weekday() % 7 or 7)
    mondays = [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]
    return head + data + "".join(RESET.format(day=day) for day in mondays)


def facts(journal: MemoryJournal) -> Iterator[tuple[date, ev.Event, State]]:
    """Each event with its day and the state after it."""
    state = State()
    for _, at_ms, event in journal.read():
        apply(state, at_ms, event)
        yield day_of(at_ms), event, state


def deployed(account: Account, marked: ev.AccountMarked) -> Decimal | None:
    """Strike cash of short puts and value of stock, in shares of equity (0.2)."""
    return (account.strike_cash + marked.stock) / marked.equity if marked.equity > 0 else None


def counts(journal: MemoryJournal, years: float) -> None:
    """What each part of the law did, and the average deployed share."""
    did: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    shares: dict[str, list[Decimal]] = {}
    for _, event, state in facts(journal):
        match event:
            case ev.LevelChanged(from_=below, to=2) if below < 2:
                did["level 2 reached"] += 1
            case ev.LevelChanged(to=3):
                did["level 3 reached, no roll allowed" if "6.10" in event.clauses else "level 3 reached"] += 1
            case ev.RollRefused():
                did[f"roll refused: {event.reason}"] += 1
            case ev.EntrySkipped():
                skipped[event.reason] += 1
            case ev.LatchReleased():
                did[f"latch released: {event.latch}"] += 1
            case ev.AuditDone():
                did["audits with a mismatch" if event.mismatches else "audits that tie"] += 1
            case ev.AccountMarked(account=str() as name, at_cut=False):
                share = deployed(state.accounts[name], event)
                if share is not None:
                    shares.setdefault(state.accounts[name].type.value, []).append(share)
            case ev.RollDone() | ev.StopDone() | ev.EntryPlanned() | ev.AssignmentReceived() | ev.CalledAwayReceived():
                did[event.kind] += 1
            case _ if event.kind.split(".")[0] in ("hedge", "leap", "trigger", "pivot", "breaker", "reinvest"):
                did[event.kind] += 1
    table("What happened, and a year", ((name, str(n), f"{n / years:.1f}") for name, n in sorted(did.items())))
    table("Skips by reason, and a year", ((name, str(n), f"{n / years:.1f}") for name, n in skipped.most_common()))
    means = ((kind, f"{sum(found, ZERO) / len(found):.1%}") for kind, found in shares.items())
    table("Deployed share at the close, mean", means)


def tree(journal: MemoryJournal) -> None:
    """The accounts over time: what was born, ran off and merged, and what each is worth at every year's end."""
    rows: list[tuple[str, ...]] = []
    worth: dict[str, Decimal] = {}
    year = None
    for day, event, _ in facts(journal):
        if year is not None and day.year != year:
            rows.append((f"{year} end", "worth", " · ".join(f"{name} {usd:,.0f}" for name, usd in worth.items())))
        year = day.year
        match event:
            case ev.AccountMarked(account=str() as name):
                worth[name] = event.equity
            case ev.AccountForked() | ev.AccountMerged():
                rows.append((str(day), event.kind, f"{event.from_} → {event.to} {event.amount:,.2f}"))
            case ev.RunOffBegun():
                rows.append((str(day), event.kind, f"{event.account}: {event.reason}, {event.equity:,.0f}"))
    rows.append((f"{year} end", "worth", " · ".join(f"{name} {usd:,.0f}" for name, usd in worth.items())))
    table("The accounts over time", rows)


def ties(run: Run, journal: MemoryJournal) -> None:
    """The ledger against the exchange at the end: money and every position."""
    rows = list(postings(journal.read()))
    money = sum((usd for (_, ledger), usd in balances(rows).items() if ledger in CASH), ZERO)
    held: Counter[tuple[object, ...]] = Counter()
    sums: Counter[int] = Counter()
    for row in rows:
        sums[row.seq] += row.amount
        if row.quantity:
            held[row.symbol, row.expiry, row.strike, row.right] += row.quantity
    seen = run.exchange.positions(run.runtime.now_ms)
    theirs = {_key(contract): quantity for contract, quantity in seen.positions.items() if quantity}
    ours = {key: quantity for key, quantity in held.items() if quantity}
    shown = (
        ("rows", f"{len(rows):,}"),
        ("seqs that do not sum to 0.00", str(sum(1 for usd in sums.values() if usd))),
        ("cash", f"{money:,.2f} ours, {seen.cash:,.2f} the exchange's"),
        ("positions", f"{len(ours)} ours, {len(theirs)} the exchange's, {'equal' if ours == theirs else 'DIFFERENT'}"),
    )
    table("The ledger", shown)


def _key(contract: object) -> tuple[object, ...]:
    return tuple(getattr(contract, name, None) for name in ("symbol", "expiry", "strike", "right"))


def table(title: str, rows: Iterable[tuple[str, ...]]) -> None:
    """A title and its rows, in columns."""
    found = list(rows)
    widths = [max(len(row[i]) for row in found) for i in range(len(found[0]))] if found else []
    print(f"\n{title}")
    for row in found:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("market", choices=("history", "synthetic"))
    parser.add_argument("--from", dest="first", default="2018-01-02")
    parser.add_argument("--to", dest="last", default="2018-12-31")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--capital", type=int, default=4_000_000)
    args = parser.parse_args()
    journal = MemoryJournal()
    run = build_run(parse(scenario_text(args), "law-costs"), journal, Silent())
    begun_s = process_time()
    run.go()
    years = (date.fromisoformat(args.last) - date.fromisoformat(args.first)).days / 365.25
    events = sum(1 for _ in journal.read())
    took_s = process_time() - begun_s
    print(f"{args.market} {args.first} to {args.last}: {events:,} events, {took_s:.1f} s of processor")
    counts(journal, years)
    tree(journal)
    ties(run, journal)


if __name__ == "__main__":
    main()
