"""The sites as a reader takes them in."""

from collections import Counter

from allusetui.torture.groups import GROUPS
from allusetui.torture.sites.table import SITES


def test_every_site_is_in_one_group_and_no_group_is_empty() -> None:
    found = Counter(site.name for group in GROUPS for site in group.sites())
    assert found.keys() == SITES.keys() and set(found.values()) == {1}
    assert all(list(group.sites()) for group in GROUPS)
