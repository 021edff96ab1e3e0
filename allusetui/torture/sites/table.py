"""Every site there is, by its name."""

from collections.abc import Mapping
from typing import Final

from allusetui.torture.sites import broker, instants, keys, machine, script, wire
from allusetui.torture.sites.site import Site

SITES: Final[Mapping[str, Site]] = {
    site.name: site for part in (wire, broker, machine, script, keys, instants) for site in part.SITES
}
