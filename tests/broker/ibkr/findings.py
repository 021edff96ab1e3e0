"""What the doctor found, as its tests look at it."""

from collections.abc import Mapping

from allusetui.broker.ibkr.doctor_facts import Finding, Verdict


def wrong(found: Mapping[str, Finding]) -> dict[str, str]:
    """What is not well, with its verdict; what is skipped for it is left out."""
    well = (Verdict.OK, Verdict.SKIPPED)
    return {check: f"{row.verdict} {row.found}" for check, row in found.items() if row.verdict not in well}
