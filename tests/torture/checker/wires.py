"""A run over the wire to our gateway, with the checker's witness behind it."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

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
from tests.broker.ibkr.engine_wired import Happens, Wired
from tests.broker.ibkr.stands import linked
from tests.replaying import Replayed, Silent

Meddling = Callable[[Assembly, int], None]
"""What somebody does at the broker at an instant; LookupError while there is nothing to do it to."""


def corrected(assembly: Assembly, at_ms: int) -> None:
    """Ten seconds after its end the first order's price is corrected by a cent, and told once more."""
    filled = next((each for each in assembly.book.tickets if each.fills), None)
    if filled is None or at_ms < filled.ended_ms + 10 * SECOND_MS:
        raise LookupError("nothing has filled")
    name = filled.asked.order_ref
    assembly.commands.do(Correct(name, filled.last_price + Decimal("0.01")), at_ms)
    assembly.commands.do(Resend(name), at_ms)


async def over_the_gateway(text: str, *meddling: Meddling) -> tuple[Replayed, AtTheGateway]:
    """The run at its end, and who has heard it."""
    scenario, journal = parse(text, "test.toml"), MemoryJournal()
    assembly, stage = build_assembly(scenario, {}, 0.001)
    seen = AtTheGateway(assembly, stage.market)
    assembly.gateway.tap = seen.tap
    run = build_run(scenario, journal, Silent())
    house = House(assembly.gateway, run.started.at_ms)
    house.port = await house.server.open(0)
    happens = [Happens(run.started.at_ms, partial(each, assembly)) for each in meddling]
    try:
        async with linked(house, account=Account(ACCOUNT)) as broker:
            run.runtime.world.broker = broker
            return await Wired(house, Replayed(scenario, run, journal), broker, happens).run(), seen
    finally:
        await house.server.close()
