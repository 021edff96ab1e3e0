"""0.6, 9.1: an order that the broker rejects: the stop that goes on, and when entries on its symbol stop."""

import pytest

from tests.replaying import Replayed, replay_text
from tests.rules.situations import AAPL, but, fault, operator, option, situation, tape, told

# A put that is past its stop, so that the stop tries again and again.
WILD = but(AAPL, atr=4.0)
HELD = option("GEN", "AAPL", "2026-03-13", 200.0, "P", -3, 20.0, "2026-03-03")


@pytest.fixture(scope="module")
def rejected() -> Replayed:
    """The stop of 10:05 is rejected until 10:05:20; GEN may enter again from the reset of Thursday 10:00."""
    drop, back = tape("2026-03-04T10:01:00", AAPL=187.0), tape("2026-03-04T12:00:00", AAPL=200.0)
    refused = fault("2026-03-04T10:00:00", "reject", "AAPL", "320s")
    reset = operator("2026-03-05T10:00:00", "reset", "GEN")
    mini = "[accounts.MINI-1]\nequity = 400_000"
    return replay_text(
        situation(
            "2026-03-04T10:00:00", "2026-03-05T10:10:00", {"AAPL": WILD}, HELD, drop, back, refused, reset, mini,
            accounts=("GEN", "MINI-1"),
        )
    )  # fmt: skip


@pytest.mark.clause("0.6", "6.4")
def test_0_6_a_rejected_stop_goes_on_every_3_s_until_it_is_taken(rejected: Replayed) -> None:
    refused = [told(x) for x in rejected.of("order.rejected")]
    assert refused == [f"10:05:{s:02}" for s in range(0, 20, 3)]
    assert [x["data"]["client_order_id"][-2:] for x in rejected.of("order.sent")][:8] == [f"v{n}" for n in range(1, 9)]
    assert [told(x) for x in rejected.of("stop.done")] == ["10:05:22"]


@pytest.mark.clause("0.6", "9.1")
@pytest.mark.peer(20, 22)
def test_9_1_the_fifth_rejection_in_a_row_alerts_once(rejected: Replayed) -> None:
    alerts = [x for x in rejected.of("alert.raised", severity="critical") if "rejected" in x["data"]["text"]]
    assert [told(x) for x in alerts] == ["10:05:12"]


@pytest.mark.clause("0.6", "9.1")
def test_9_1_entries_on_a_rejecting_symbol_wait_for_a_reset_of_their_account(rejected: Replayed) -> None:
    def outcomes(account: str) -> list[tuple[str, str]]:
        rows = [x for x in rejected.records if x["account"] == account and x["kind"].startswith("entry.")]
        rows = [x for x in rows if (x["data"].get("symbol") or x["data"]["contract"]["symbol"]) == "AAPL"]
        return [(told(x), x["data"].get("reason", "planned")) for x in rows]

    # GEN is latched by its stop until the reset, which is the first reason in §9's order; MINI-1 is not.
    assert outcomes("GEN") == [("09:45:00", "safe"), ("10:00:00", "planned")]
    assert outcomes("MINI-1") == [("09:45:00", "rejecting")]


@pytest.mark.clause("0.6", "9.1")
def test_9_1_a_fill_between_them_starts_the_count_of_rejections_anew() -> None:
    # Four rejections (10:05:00 to :09), a fill, then the next stop's four: no five in a row.
    second = option("GEN", "AAPL", "2026-03-13", 180.0, "P", -1, 20.0, "2026-03-03")
    first_span = fault("2026-03-04T10:00:00", "reject", "AAPL", "310s")
    second_span = fault("2026-03-04T10:20:00", "reject", "AAPL", "310s")
    drops = tape("2026-03-04T10:01:00", AAPL=187.0), tape("2026-03-04T10:21:00", AAPL=167.0)
    r = replay_text(
        situation("2026-03-04T10:00:00", "2026-03-04T10:40:00", {"AAPL": WILD}, HELD, second, *drops, first_span,
                  second_span)
    )  # fmt: skip
    assert len(r.of("order.rejected")) >= 8 and len(r.of("stop.done")) == 2
    assert [x for x in r.of("alert.raised", severity="critical") if "rejected" in x["data"]["text"]] == []
