"""A scenario from its file, checked by its own prices too."""

from pathlib import Path

from allusetui.compose.run import check_beginning
from allusetui.scenario.load import load, refusal
from allusetui.scenario.model import Scenario
from allusetui.scenario.values import Problem


def load_scenario(source: str, data_dir: Path | None) -> Scenario:
    """The scenario of a file or a shipped name, as `scenario.load.load` gives it, that can begin as it says.

    Raises ScenarioError for all that is wrong with it, DataError where its market's data can't be read.
    """
    scenario = load(source, data_dir)
    try:
        check_beginning(scenario)
    except Problem as problem:
        raise refusal(source, problem) from None
    return scenario
