"""What a journal's weeks say of the next one, as a page."""

from allusetui.advisor.cuts import KINDS
from allusetui.advisor.weeks import forecast
from allusetui.compose.ruled import Ruled
from allusetui.reports import weeks_page
from allusetui.reports.page import Page


def weeks(ruled: Ruled) -> Page:
    """The page of the week types, by the law of today. Raises what the archive does where it is damaged."""
    return weeks_page.page(forecast(ruled.archive.select(KINDS), ruled.at().week_type))
