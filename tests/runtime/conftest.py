"""What tests of the control socket share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.engines import Engine, FakeHub


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine(tmp_path, FakeHub()) as found:
        yield found
