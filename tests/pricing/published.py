"""Published option values: the rows of the shared file, and a case for each."""

import csv

import pytest

from tests.replaying import DATA

FILE = DATA / "reference" / "option_values.csv"
MISSING = pytest.mark.skipif(not FILE.exists(), reason=f"reference option values not found: {FILE}")

Row = dict[str, str]


def rows_of(style: str) -> list[Row]:
    """European (`E`) or American (`A`) ones; none where the file is not at hand."""
    if not FILE.exists():
        return []
    with FILE.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["style"] == style]


def every(chosen: list[Row]) -> pytest.MarkDecorator:
    """A case for each row; one, to be skipped, where there is no file."""
    absent = [pytest.param({}, id="absent")]
    return pytest.mark.parametrize("row", [pytest.param(row, id=_name(row)) for row in chosen] or absent)


def _name(row: Row) -> str:
    return " ".join(row[field] for field in ("source", "quantity", "cp", "K"))
