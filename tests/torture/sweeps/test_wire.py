"""9: a program that dies at a message, as it leaves or before it is heard, goes on. A sample of the sweep."""

from pathlib import Path

import pytest

from tests.torture.sweeps.chosen import minutes
from tests.torture.sweeps.disk import room
from tests.torture.sweeps.dying import each
from tests.torture.sweeps.wire import Deaths

EACH = 61


@pytest.mark.clause("9.5", "0.6", "8.6")
@pytest.mark.timeout(240)
def test_9_5_a_program_that_dies_at_any_message_of_the_wire_goes_on_as_if_it_had_not() -> None:
    with room() as folder:
        found = Deaths(minutes("entry"), Path(folder), each(EACH)).swept()
    assert found.told == []
    assert found.deaths == found.messages // EACH > 5
