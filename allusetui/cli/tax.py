"""`allusetui tax`: a calendar year of the tax ledger, as a page, as JSON, or as the CSV that it is made from."""

from pathlib import Path

from allusetui.cli.journals import ruled
from allusetui.cli.say import complain, tell
from allusetui.compose.reported import tax_records, year_end
from allusetui.ledger.chains import stories
from allusetui.ledger.tax.csv import write_csv
from allusetui.ledger.tax.year import TaxLedger, tax_ledger
from allusetui.reports.page import as_json, text
from allusetui.reports.tax_page import page
from allusetui.reports.taxes import rules_of


def tax(
    year: int | None, session: str, journal: Path | None, csv: Path | None, in_json: bool, sessions: Path | None,
    settings: Path | None,
) -> None:  # fmt: skip
    """Print a year, the last one where none is named; with `csv` write its rows there too.

    A year goes by the law that it ended under, or has come to.
    """
    with ruled(session, journal, sessions, settings) as found:
        records = tax_records(found.archive)
        rules = rules_of(found.at())
        ledger, told = tax_ledger(records, rules), stories(records)
        chosen = _year(ledger, year)
        own = rules_of(found.at(year_end(found.archive, chosen)))
        if own != rules:
            ledger = tax_ledger(records, own)
    if csv is not None:
        _write(ledger, chosen, csv)
    shown = page(ledger, told, chosen)
    tell(as_json(shown) if in_json else text(shown))


def _year(ledger: TaxLedger, wanted: int | None) -> int:
    if not ledger.years:
        raise complain("the journal holds no session that ended yet; nothing is to be taxed")
    if wanted is None:
        return ledger.years[-1]
    if wanted not in ledger.years:
        raise complain(f"--year {wanted}: nothing happened in it; allowed: {', '.join(map(str, ledger.years))}")
    return wanted


def _write(ledger: TaxLedger, year: int, csv: Path) -> None:
    try:
        with csv.open("w", newline="", encoding="utf-8") as file:
            write_csv(ledger, (year,), file)
    except OSError as error:
        raise complain(f"--csv {csv}: {error.strerror}; allowed: a file that can be written") from None
