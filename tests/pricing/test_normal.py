"""The normal distribution of many is that of each, to the last bit: what was drawn yesterday is drawn tomorrow."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from allusetui.pricing.normal import cdf, each_cdf


@given(st.lists(st.floats(-40, 40)))
def test_the_chances_of_many_are_the_chance_of_each(values: list[float]) -> None:
    assert each_cdf(np.array(values)).tolist() == [cdf(value) for value in values]
