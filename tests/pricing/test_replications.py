"""Our pricing, rolled month after month over real index levels, makes the option indices that were published."""

import pytest

from tests.bench import replications

pytestmark = pytest.mark.skipif(not replications.PUBLISHED.exists(), reason="the published series are not here")


def test_the_put_and_buy_write_indices_of_1991_to_2021_come_out_as_published() -> None:
    found = [verdict for verdict, _ in replications.verdicts()]
    assert [verdict.index for verdict in found if verdict.holds] == ["PUT", "BXM"]
