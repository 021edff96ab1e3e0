"""What tests of the adapter share."""

import pytest

from allusetui.broker.ibkr import client


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Market time runs faster than the wall's, by which the client counts; lines keep their pace by market time."""
    monkeypatch.setattr(client, "SHARES", ())
