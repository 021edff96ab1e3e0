"""Proposals of a law, keepers of every kind, and runs in which a person is asked for them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from allusetui.compose.run import build_run
from allusetui.domain.event import ApprovalRequested
from allusetui.domain.input import LawWritten, OperatorActed, ProposalsSeen
from allusetui.domain.moment import to_ms
from allusetui.domain.proposal import Change, Compared, Proposal
from allusetui.domain.state import Approval
from allusetui.journal.memory import MemoryJournal
from allusetui.ports import LawKeeperError
from allusetui.runtime.amending import Told
from allusetui.runtime.world import Crash
from allusetui.scenario.load import parse
from tests.replaying import Replayed, Silent
from tests.rules.situations import AAPL, option, situation

HELD = option("GEN", "AAPL", "2026-03-06", 195, "P", -5, 1.1, "2026-03-02")

PROPOSAL = Proposal(
    "v1.4", "4" * 64, "3" * 64, "No single gap.", (Change("sizing.symbol_cap", "0.25", "0.15", ("0.2", "0.3")),),
    "e" * 64, 1_000, 13, "The evidence is divided: for it: worst drawdown; against it: growth.",
    (
        Compared("growth", True, 0.021, 0.017, -0.0052, -0.0028, "against"),
        Compared("worst_drawdown", True, 0.08, 0.06, -0.03, -0.01, "for"),
        Compared("resets_asked", False, 0.4, 0.4, -0.1, 0.2, "open"),
    ),
)  # fmt: skip


class Keeps:
    """Implements `ports.LawKeeper`: says what waits when it is another than before, and remembers what it wrote."""

    def __init__(self, *waiting: Proposal, trouble: str = "") -> None:
        self.waits: tuple[Proposal, ...] = waiting
        self.trouble = trouble
        self.written: list[Proposal] = []
        self._told: tuple[Proposal, ...] | None = None

    def waiting(self) -> tuple[Proposal, ...] | None:
        if self.waits == self._told:
            return None
        self._told = self.waits
        return self.waits

    def enact(self, proposal: Proposal) -> None:
        if self.trouble:
            raise LawKeeperError(self.trouble)
        self.written.append(proposal)
        self.waits = tuple(each for each in self.waits if each != proposal)


class AtOnce:
    """Implements `runtime.amending.Amending`: looks whenever time goes on, so the same world gives the same journal."""

    has_news = False

    def __init__(self, keeper: Keeps) -> None:
        self._keeper = keeper

    def enact(self, prompt: str, proposal: Proposal, at_ms: int) -> Sequence[Told]:
        trouble = ""
        try:
            self._keeper.enact(proposal)
        except LawKeeperError as error:
            trouble = str(error)
        return [LawWritten(at_ms, prompt, trouble), *self.advance(at_ms)]

    def advance(self, at_ms: int) -> Sequence[Told]:
        waiting = self._keeper.waiting()
        return () if waiting is None else [ProposalsSeen(at_ms, waiting)]


Answer = Callable[[Approval], OperatorActed]
AT_MS = to_ms(datetime(2026, 3, 5, 9, 50))


def key(action: str, shown: str | None = None) -> Answer:
    """An answer to the prompt as it was shown, or as it was not."""

    def made(approval: Approval) -> OperatorActed:
        return OperatorActed(AT_MS, action, None, "ann", prompt=approval.id, shown=shown or approval.shown)

    return made


def asked(
    keeper: Keeps, *keys: tuple[int, Answer], end: str = "2026-03-05T10:00:00", crashes: tuple[Crash, ...] = ()
) -> Replayed:
    """Thursday from 09:40; each of the keys is pressed at its instant, made of the open prompt's terms."""
    text = situation("2026-03-05T09:40:00", end, {"AAPL": AAPL}, HELD, accounts=("GEN",))
    scenario = parse(text, "test.toml")
    journal = MemoryJournal()
    run = build_run(scenario, journal, Silent(), crashes=crashes)
    run.runtime.world.amending = AtOnce(keeper)
    run.begin()
    for at_ms, answer in keys:
        run.runtime.go_on(at_ms - 1)
        told = [e for _, _, e in journal.read() if isinstance(e, ApprovalRequested)][-1]
        approval = Approval(
            told.id, None, None, None, 0, None, told.subject, told.text, told.expires, proposal=PROPOSAL
        )
        run.runtime.expect(answer(approval))
    run.runtime.go_on(run.end_ms)
    return Replayed(scenario, run, journal)
