"""Figures of a trial that nobody has run."""

from decimal import Decimal

from allusetui.lab.result import Figures

FIGURES = Figures(
    days=91, final_equity=Decimal(4_000_000), final_wealth=Decimal(4_000_000), growth=0.0, growth_a_year=None,
    worst_drawdown=0.1, tail_week=None, sharpe=None, held_growth=None, held_drawdown=None, deployed=None,
    premium=Decimal(0), realized=Decimal(0), fees=Decimal(0), entries=0, skips=0, rolls=0, rolls_refused=0, stops=0,
    assigned=0, called_away=0, resets_asked=0, resets_refused=0, taxable=Decimal(0), tax_set_aside=Decimal(0), events=1,
)  # fmt: skip
