"""A session of a broker's account says so at its beginning, with what a person did without."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allusetui.codec.records import to_record
from allusetui.compose.linked import begun
from allusetui.compose.run import build_run
from allusetui.domain.contract import Stock
from allusetui.domain.link import SLEEVES, Begun, Linked, Mode
from allusetui.journal.sqlite import SqliteJournal
from allusetui.scenario.load import parse
from tests.replaying import Silent
from tests.rules.situations import AAPL, situation

QUIET = situation("2026-03-04T10:00:00", "2026-03-04T10:01:00", {"AAPL": AAPL})
ACCOUNTS = dict.fromkeys(SLEEVES, "U4000001")


def begin(folder: Path, link: Linked | None) -> list[dict[str, Any]]:
    """The first records of a session, of a broker's account where there is a link."""
    folder.mkdir()
    journal = SqliteJournal(folder)
    run = build_run(parse(QUIET, "test.toml"), journal, Silent())
    run.started = replace(run.started, link=link)
    run.begin()
    records = [to_record(*row) for row in journal.read()][:4]
    journal.close()
    return records


@pytest.mark.clause("14.1", "16.1")
def test_16_1_a_waiver_is_journalled_with_its_reason_and_alerted(tmp_path: Path) -> None:
    there = {Stock("AAPL"): 70}, Decimal("12.50")
    waived = Linked(Mode.LIVE, "main", ACCOUNTS, 1, "a year elsewhere", *there)
    started, told, alert, _ = begin(tmp_path / "main", waived)
    assert (told["kind"], told["account"], told["clauses"]) == ("session.linked", None, ["14.1", "16.1"])
    assert told["data"] == {
        "mode": "live", "name": "main", "paper_weeks": 1, "waived": "a year elsewhere",
        "accounts": [{"sleeve": sleeve, "code": "U4000001"} for sleeve in SLEEVES],
        "foreign": [{"contract": {"symbol": "AAPL"}, "quantity": 70}], "spare": 12.5,
    }  # fmt: skip
    assert (alert["kind"], alert["clauses"]) == ("alert.raised", ["16.1"])
    assert alert["data"]["text"] == "Live after 1 paper weeks, a person waived the rest: a year elsewhere"
    assert begun(tmp_path / "main") == Begun(Mode.LIVE, "main", ACCOUNTS, started["data"]["session"], *there)


def test_a_link_that_waives_nothing_alerts_nobody_and_a_simulation_has_none(tmp_path: Path) -> None:
    kinds = [record["kind"] for record in begin(tmp_path / "main", Linked(Mode.PAPER, "main", ACCOUNTS, 0))]
    assert kinds[:3] == ["session.started", "session.linked", "account.provisioned"]
    started, first, *_ = begin(tmp_path / "demo", None)
    assert (started["kind"], first["kind"]) == ("session.started", "account.provisioned")
    assert begun(tmp_path / "demo") == Begun(Mode.SIM, "demo", {}, started["data"]["session"])
