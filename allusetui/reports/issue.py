"""Which report a period's name asks for: its page, from the journal alone."""

from allusetui.law.model import Law
from allusetui.ledger.once import Records
from allusetui.reports import monthly_page, quarterly_page, weekly_page
from allusetui.reports.monthly import monthly
from allusetui.reports.page import Page
from allusetui.reports.quarterly import quarterly
from allusetui.reports.weekly import weekly


def page_of(records: Records, period: str, name: str, law: Law, so_far: bool = False) -> Page:
    """The page of `weekly` `2026-W10`, `monthly` `2026-03` or `quarterly` `2026-Q1`. ValueError for another period.

    `so_far`: of a month or a quarter that has not ended; a week knows by itself.
    """
    match period:
        case "weekly":
            return weekly_page.page(weekly(records, name))
        case "monthly":
            return monthly_page.page(monthly(records, name, law.reports), law.reports, so_far)
        case "quarterly":
            return quarterly_page.page(quarterly(records, name, law), so_far)
        case _:
            raise ValueError(f"{period!r} is not a period; allowed: weekly, monthly, quarterly")
