"""A run over the wire to our gateway, with the checker's witness behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from allusetui.broker.gateway.commands import Correct, Resend
from allusetui.broker.gateway.venue import Assembly
from allusetui.broker.ibkr.broker import Account
from allusetui.compose.gateway import ACCOUNT, build_assembly
from allusetui.compose.run import build_run
from allusetui.domain.moment import SECOND_MS
from allusetui.journal.memory import MemoryJournal
from allusetui.scenario.load import parse
from allusetui.torture.checker.gateway import AtTheGateway
from tests.broker.gateway.clients import House
from tests.broker.ibkr.stands import linked
from tests.broker.ibkr.test_engine_over_the_wire import Wired
from tests.replaying import Replayed, Silent

Meddling = Callable[[Assembly, int], bool]
"""What somebody does at the broker at an instant; whether anything was done."""


@dataclass
class Meddled(Wired):
    """A run in which somebody does something at the broker."""

    assembly: Assembly
    meddling: Meddling

    async def _settle(self) -> None:
        await super()._settle()
        if self.meddling(self.assembly, self.house.now_ms):
            self.house.server.turn()
            await super()._settle()


def nothing(assembly: Assembly, at_ms: int) -> bool:
    return False


def corrected(assembly: Assembly, at_ms: int) -> bool:
    """Ten seconds after its end the first order's price is corrected by a cent, and told once more."""
    filled = next((each for each in assembly.book.tickets if each.fills), None)
    if filled is None or at_ms < filled.ended_ms + 10 * SECOND_MS or filled.fills[-1].exec_id.endswith(".02"):
        return False
    for command in (
        Correct(filled.asked.order_ref, filled.last_price + Decimal("0.01")), Resend(filled.asked.order_ref)
    ):  # fmt: skip
        assembly.commands.do(command, at_ms)
    return True


async def over_the_gateway(text: str, meddling: Meddling = nothing) -> tuple[Replayed, AtTheGateway]:
    """The run at its end, and who has heard it."""
    scenario, journal = parse(text, "test.toml"), MemoryJournal()
    assembly, stage = build_assembly(scenario, {}, 0.001)
    seen = AtTheGateway(assembly, stage.market)
    assembly.gateway.tap = seen.tap
    run = build_run(scenario, journal, Silent())
    house = House(assembly.gateway, run.started.at_ms)
    house.port = await house.server.open(0)
    try:
        async with linked(house, account=Account(ACCOUNT)) as broker:
            run.runtime.world.broker = broker
            return await Meddled(house, Replayed(scenario, run, journal), broker, assembly, meddling).run(), seen
    finally:
        await house.server.close()
