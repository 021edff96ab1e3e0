"""Every test of the contract is tried on every kind of broker."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from allusetui.broker.ibkr import client
from allusetui.domain.input import Provision
from tests.broker.contract.twins import SimulatedTwin, Twin
from tests.broker.contract.wired import WireTwin

KINDS = ("exchange", "durable", "wire")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Market time runs faster than the wall's, by which messages are counted."""
    monkeypatch.setattr(client, "SHARES", ())


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Twin]]:
    """Opens a broker over the market of the desks with `script` tables, and these accounts or two with money."""
    with ExitStack() as stack:

        def open_twin(script: str = "", *accounts: Provision) -> Twin:
            if request.param == "wire":
                return stack.enter_context(closing(WireTwin(script, accounts)))
            folder = tmp_path if request.param == "durable" else None
            return stack.enter_context(closing(SimulatedTwin(script, accounts, folder)))

        yield open_twin
