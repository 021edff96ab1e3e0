"""The gateway put together: a scenario's market and exchange behind the TWS protocol, at the pace of a clock."""

from collections.abc import Callable, Mapping
from typing import Final

from allusetui.broker.gateway.gateway import Gateway
from allusetui.broker.gateway.quotes import Entitled
from allusetui.broker.gateway.server import Server
from allusetui.broker.gateway.session import Limits
from allusetui.broker.gateway.venue import Assembly, Venue, assemble
from allusetui.compose.parts import price_steps
from allusetui.compose.provisions import sleeves
from allusetui.compose.run import Stage, build_stage
from allusetui.compose.signals import end_asked
from allusetui.domain.input import HeadlineSeen
from allusetui.domain.moment import SECOND_MS, to_ms
from allusetui.law.load import Version
from allusetui.market.faults import shown
from allusetui.runtime.pace import Pace
from allusetui.scenario.model import Scenario

ACCOUNT: Final = "DU4000001"
"""The paper account that holds every sleeve which is not given another."""


def build_gateway(
    scenario: Scenario, accounts: Mapping[str, str], speed: float, entitled: Entitled | None = None
) -> tuple[Gateway, Stage]:
    """A scenario's gateway, and what it stands on; see `build_assembly`."""
    made, stage = build_assembly(scenario, accounts, speed, entitled)
    return made.gateway, stage


def build_assembly(
    scenario: Scenario, accounts: Mapping[str, str], speed: float, entitled: Entitled | None = None,
    under: Version | None = None,
) -> tuple[Assembly, Stage]:  # fmt: skip
    """A scenario's gateway with its broker, and what they stand on.

    `accounts`: the broker's codes of sleeves that have their own; `entitled`: what clients may see, everything where it
    is left out; `under`: the law, where it is not the one in force. Raises Problem where an account could not begin as
    its table says, KeyError for a sleeve that the scenario lacks.
    """
    codes = dict.fromkeys(sleeves(scenario), ACCOUNT)
    for name, code in accounts.items():
        if name not in codes:
            raise KeyError(name)
        codes[name] = code
    stage = build_stage(scenario, codes, under)
    headlines = sorted((to_ms(told.at), told.symbol, told.text) for told in scenario.headlines)
    venue = Venue(
        shown(stage.market, scenario.faults), stage.exchange, stage.calendar, stage.market.strikes,
        lambda symbol: price_steps(scenario, symbol), stage.accounts, stage.start_ms,
        [HeadlineSeen(*told) for told in headlines], entitled or Entitled(),
    )  # fmt: skip
    return assemble(venue, Limits(second_ms=max(round(SECOND_MS * speed), 1))), stage


async def serve(
    gateway: Gateway,
    stage: Stage,
    speed: float,
    port: int,
    wall_s: Callable[[], float],
    opened: Callable[[int], None],
    say: Callable[[str], None],
) -> None:
    """Serve until a signal asks to end; `opened` is called with the port. Raises OSError for a port in use.

    The market stands still once the scenario has ended.
    """
    ended = end_asked()
    pace = Pace(stage.calendar, speed, stage.start_ms, wall_s())
    server = Server(
        gateway,
        lambda: min(pace.now_ms(wall_s()), stage.end_ms),
        lambda due_ms: pace.due_s(due_ms) - wall_s() if due_ms <= stage.end_ms else float("inf"),
        say,
    )
    try:
        opened(await server.open(port))
        await ended.wait()
    finally:
        await server.close()
