"""An auditor from outside: has the ledger's CSV, the journal's lines and the broker's book, and trusts none of them.

Each evening the books of the run are photographed. Afterwards the CSV is read as any spreadsheet would read it, and
every photograph, every `account.marked` and every `lot.closed` is held against what the rows add up to.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from allusetui.compose.parts import scripted_crashes
from allusetui.compose.run import build_run
from allusetui.domain.account import Latch
from allusetui.domain.contract import Contract, Option
from allusetui.domain.moment import day_of, iso
from allusetui.journal.memory import MemoryJournal
from allusetui.ledger.csv import HEADER, write_csv
from allusetui.ledger.postings import plain, postings
from allusetui.scenario.model import Scenario
from tests.ledger.pencil import Pencil
from tests.replaying import Replayed, Silent

ZERO, CENT = Decimal(0), Decimal("0.01")
MONEY = ("cash", "tax_reserve", "leap_cash")
HELD = ("stock", "short_options", "leaps_growth", "leaps_hedge", "fees")
"""Where the cost of what is held stands; commissions on options stand beside their price."""
Thing = tuple[str, str, str, str]
"""Symbol, expiry, strike and right as the CSV writes them."""


@dataclass(frozen=True)
class Evening:
    """The broker's book and the engine's own after a session: `seq` is the last record that was written by then."""

    seq: int
    at_ms: int
    broker_cash: Decimal
    broker_held: dict[Thing, int]
    money: dict[str, tuple[Decimal, ...]]
    held: dict[str, dict[Thing, int]]


@dataclass
class Auditor:
    """Watches a run, then judges it. An evening on which the broker is lost shows nothing that could be compared."""

    replayed: Replayed
    evenings: list[Evening] = field(default_factory=list)
    lost: set[date] = field(default_factory=set)

    def watch(self) -> None:
        """Take a photograph after every close from now on."""
        self.replayed.run.runtime.world.progress = self._seen

    def _seen(self, at_ms: int) -> None:
        run = self.replayed.run
        session = run.calendar.at(at_ms)
        if session is None or at_ms < session.close_ms:
            return
        accounts, seq = run.runtime.engine.state.accounts, len(self.replayed.journal.read())
        seen = run.exchange.positions(at_ms)
        if not seen.complete or any(Latch.BROKER in a.latches or Latch.DISK in a.latches for a in accounts.values()):
            self.lost.add(session.day)
            return
        held = {name: {thing_of(c): a.quantity(c) for c in a.lots} for name, a in accounts.items()}
        money = {name: (a.cash, a.tax_reserve, a.leap_cash) for name, a in accounts.items()}
        shown = {thing_of(contract): quantity for contract, quantity in seen.positions.items()}
        self.evenings.append(Evening(seq, at_ms, seen.cash, shown, money, held))

    @property
    def closes(self) -> int:
        """Sessions that closed while the run went on, and its process with it."""
        run = self.replayed.run
        down = [(crash.at_ms, crash.back_ms or run.end_ms) for crash in scripted_crashes(self.replayed.scenario)]
        closes = [s.close_ms for s in run.calendar.sessions if run.started.at_ms < s.close_ms <= run.end_ms]
        return sum(not any(at_ms <= close_ms < back_ms for at_ms, back_ms in down) for close_ms in closes)

    @property
    def sessions(self) -> int:
        """Sessions after whose close the books were seen, or could not be."""
        return len({day_of(evening.at_ms) for evening in self.evenings} | self.lost)

    def breaches(self) -> list[str]:
        """Every sentence that does not hold, an empty list for clean books."""
        books, pencil, found = Books(written(self.replayed)), Pencil(), list[str]()
        evenings = {evening.seq: evening for evening in self.evenings}
        for record in self.replayed.records:
            found += books.post(record["seq"])
            found += pencil.book(record)
            if record["kind"] == "account.marked":
                found += books.marked(record)
            if record["seq"] in evenings:
                found += books.evening(evenings[record["seq"]])
        return [*found, *(["rows after the journal's last record"] if books.waiting else [])]


def audited(scenario: Scenario) -> Auditor:
    """The run of a scenario, watched to its end."""
    journal = MemoryJournal()
    run = build_run(scenario, journal, Silent())
    audit = Auditor(Replayed(scenario, run, journal))
    audit.watch()
    run.go()
    return audit


def thing_of(contract: Contract) -> Thing:
    if isinstance(contract, Option):
        return contract.symbol, contract.expiry.isoformat(), plain(contract.strike), contract.right.value
    return contract.symbol, "", "", ""


def written(replayed: Replayed) -> str:
    """`ledger.csv` of a run."""
    file = io.StringIO(newline="")
    write_csv(postings(replayed.journal.read()), file)
    return file.getvalue()


class Books:
    """What the rows of a CSV add up to, record by record."""

    def __init__(self, text: str) -> None:
        assert text.endswith("\r\n")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert tuple(rows[0]) == HEADER
        assert all(len(row) == len(HEADER) for row in rows)
        self.waiting = [dict(zip(HEADER, row, strict=True)) for row in reversed(rows[1:])]
        self.amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.held: dict[str, dict[Thing, int]] = defaultdict(lambda: defaultdict(int))
        self.since: dict[str, tuple[str, Decimal, Decimal]] = {}
        self.commissions: dict[str, Decimal] = defaultdict(Decimal)

    def post(self, seq: int) -> Iterator[str]:
        """The rows of one record; they sum to nothing."""
        total = ZERO
        while self.waiting and int(self.waiting[-1]["seq"]) == seq:
            row = self.waiting.pop()
            self._turn(row["account"], row["ts"][:4])
            amount = Decimal(row["amount"])
            total += amount
            if amount != amount.quantize(CENT) or any(row[name].startswith(tuple("=+@-")) for name in TEXTS):
                yield f"row of {seq}: {row}"
            self.amounts[row["account"], row["ledger"]] += amount
            if row["quantity"]:
                thing = row["symbol"], row["expiry"], row["strike"], row["right"]
                self.held[row["account"]][thing] += int(row["quantity"])
            if row["ledger"] == "fees" and row["memo"].startswith(("buy ", "sell ")):
                self.commissions[row["account"]] += amount
        if total:
            yield f"the rows of {seq} sum to {total}"

    def _turn(self, account: str, year: str) -> None:
        """What was realized and paid before the year began is not of the year."""
        if self.since.get(account, ("",))[0] != year:
            self.since[account] = year, self.amounts[account, "realized"], self.commissions[account]

    def evening(self, evening: Evening) -> Iterator[str]:
        """The ledger, the engine and the broker say the same to the cent and to the contract."""
        when, total, all_held = iso(evening.at_ms), ZERO, defaultdict[Thing, int](int)
        for name, money in evening.money.items():
            mine = tuple(self.amounts[name, ledger] for ledger in MONEY)
            total += sum(mine, ZERO)
            if any(abs(here - there) > CENT / 2 for here, there in zip(mine, money, strict=True)):
                yield f"{when}: {name} has {mine}, the engine {money}"
            held = {thing: quantity for thing, quantity in self.held[name].items() if quantity}
            if held != evening.held[name]:
                yield f"{when}: {name} holds {held}, the engine {evening.held[name]}"
            for thing, quantity in held.items():
                all_held[thing] += quantity
        if abs(total - evening.broker_cash) > CENT / 2 * len(evening.money):
            yield f"{when}: cash {total}, at the broker {evening.broker_cash}"
        if {thing: quantity for thing, quantity in all_held.items() if quantity} != evening.broker_held:
            yield f"{when}: holds {dict(all_held)}, the broker {evening.broker_held}"

    def marked(self, record: dict[str, Any]) -> Iterator[str]:
        """The figures of a mark are those of the ledger; what is held differs from its cost by what is unrealized."""
        name, data = record["account"], {key: Decimal(str(value)) for key, value in amounts_of(record)}
        self._turn(name, record["ts"][:4])
        _, realized, commissions = self.since[name]
        expected = {ledger: self.amounts[name, ledger] for ledger in MONEY}
        expected["realized"] = realized - self.amounts[name, "realized"]
        expected["fees"] = self.commissions[name] - commissions
        worth = data["stock"] + data["short_options"] + data["leaps_growth"] + data["leaps_hedge"]
        expected["unrealized"] = worth - sum((self.amounts[name, ledger] for ledger in HELD), ZERO)
        expected["equity"] = expected["cash"] + data["stock"] + data["short_options"]
        for figure, value in expected.items():
            if abs(value - data[figure]) > CENT / 2:
                yield f"{record['ts']}: {name} {figure} marked {data[figure]}, the ledger has {value}"


TEXTS = ("account", "ledger", "symbol", "memo")


def amounts_of(record: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The plain numbers of a record: neither what is true or false, nor tables."""
    return ((key, value) for key, value in record["data"].items() if not isinstance(value, bool | list))
