"""What a journal's weeks say of the next one, as a page."""

from allusetui.advisor.cuts import KINDS
from allusetui.advisor.weeks import forecast
from allusetui.law.load import load
from allusetui.ports import Archive
from allusetui.reports import weeks_page
from allusetui.reports.page import Page


def weeks(archive: Archive) -> Page:
    """The page of the week types. Raises what the archive does where it is damaged."""
    return weeks_page.page(forecast(archive.select(KINDS), load().week_type))
