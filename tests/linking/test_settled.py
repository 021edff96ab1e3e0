"""Which mode, port and account belong together, and what stands against a session on a broker's account."""

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from allusetui.domain.link import SLEEVES, Begun, Claim, Link, Linked, Mode, Refused, agreed, settled

PAPER = Link("127.0.0.1", 4002, 7, Mode.PAPER, dict.fromkeys(SLEEVES, "DU4000001"))
LIVE = Link("127.0.0.1", 4001, 7, Mode.LIVE, dict.fromkeys(SLEEVES, "U4000001"), live=True)
ON_PAPER = Claim(Mode.PAPER, "main", PAPER, None, 0, 2)
ON_LIVE = Claim(Mode.LIVE, "main", LIVE, None, 2, 2)


def begun(mode: Mode, link: Link, name: str = "main") -> Begun:
    return Begun(mode, name, link.accounts if mode is not Mode.SIM else {})


def refused(claim: Claim) -> tuple[str, str]:
    found = settled(claim)
    assert isinstance(found, Refused) and found.cure
    return found.key, found.wrong


@pytest.mark.parametrize(
    ("mode", "port", "code", "against"),
    [
        (Mode.PAPER, 4002, "DU4000001", None),
        (Mode.PAPER, 7497, "DF4000001", None),
        (Mode.PAPER, 4004, "DUM400001", None),
        (Mode.PAPER, 15_002, "DU4000001", None),
        (Mode.LIVE, 4001, "U4000001", None),
        (Mode.LIVE, 7496, "F4000001", None),
        (Mode.LIVE, 4003, "U4000001", None),
        (Mode.PAPER, 4001, "DU4000001", "broker.port"),
        (Mode.PAPER, 7496, "DU4000001", "broker.port"),
        (Mode.PAPER, 4003, "DU4000001", "broker.port"),
        (Mode.LIVE, 4002, "U4000001", "broker.port"),
        (Mode.LIVE, 15_001, "U4000001", "broker.port"),
        (Mode.LIVE, 4001, "DU4000001", "broker.accounts.GEN"),
        (Mode.PAPER, 4002, "U4000001", "broker.accounts.GEN"),
        (Mode.PAPER, 4002, "XY1", "broker.accounts.GEN"),
        (Mode.PAPER, 4002, "DU4000001\n", "broker.accounts.GEN"),
        (Mode.PAPER, 4002, "DU٤", "broker.accounts.GEN"),
        (Mode.PAPER, 4002, "", "broker.accounts.GEN"),
    ],
)
def test_mode_port_and_account_agree_or_are_refused_by_their_key(
    mode: Mode, port: int, code: str, against: str | None
) -> None:
    found = agreed(Link("127.0.0.1", port, 7, mode, dict.fromkeys(SLEEVES, code)))
    assert (found and found.key) == against


def test_one_live_account_among_paper_ones_is_refused_by_its_sleeve() -> None:
    found = agreed(replace(PAPER, accounts={"GEN": "DU1", "REV": "U2", "COM": "DU3"}))
    assert found is not None and (found.key, found.wrong) == (
        "broker.accounts.REV", "U2 is a live account, the mode is paper"
    )  # fmt: skip


@pytest.mark.clause("16.1")
def test_16_1_live_follows_two_paper_weeks_or_a_waiver_with_its_reason() -> None:
    assert settled(ON_LIVE) == Linked(Mode.LIVE, "main", LIVE.accounts, 2)
    early = replace(ON_LIVE, paper_weeks=1)
    assert refused(early) == ("--mode live", "1 paper weeks under this constitution, 16.1 asks for 2")
    assert settled(replace(early, waived="traded it for a year elsewhere")) == Linked(
        Mode.LIVE, "main", LIVE.accounts, 1, "traded it for a year elsewhere"
    )


@pytest.mark.clause("16.1")
def test_16_1_a_session_that_was_begun_live_goes_on_without_a_second_waiver() -> None:
    again = replace(ON_LIVE, paper_weeks=0, begun=begun(Mode.LIVE, LIVE))
    assert settled(again) == Linked(Mode.LIVE, "main", LIVE.accounts, 0)


@pytest.mark.clause("16.1")
def test_16_1_a_waiver_of_what_is_there_is_none_and_paper_needs_no_history() -> None:
    unneeded = settled(replace(ON_LIVE, waived="no matter"))
    assert isinstance(unneeded, Linked) and unneeded.waived == ""
    assert settled(ON_PAPER) == Linked(Mode.PAPER, "main", PAPER.accounts, 0)


@pytest.mark.clause("14.1")
def test_14_1_live_is_refused_until_its_second_switch_is_set_by_hand() -> None:
    assert refused(replace(ON_LIVE, link=replace(LIVE, live=False))) == ("broker.live", "is false")
    assert isinstance(settled(replace(ON_PAPER, link=replace(PAPER, live=True))), Linked)


@pytest.mark.parametrize("theirs", list(Mode))
@pytest.mark.parametrize("claim", [ON_PAPER, ON_LIVE])
def test_a_session_goes_on_only_in_the_mode_that_it_was_begun_in(theirs: Mode, claim: Claim) -> None:
    found = settled(replace(claim, begun=begun(theirs, claim.link)))
    if theirs is claim.wanted:
        assert isinstance(found, Linked)
    else:
        assert isinstance(found, Refused)
        assert (found.key, found.wrong) == ("--session", f"main was begun in {theirs}")


def test_a_copied_session_and_one_of_other_accounts_are_refused() -> None:
    copied = replace(ON_LIVE, begun=begun(Mode.LIVE, LIVE, "first"))
    assert refused(copied) == ("--session", "main is a copy of first")
    other = replace(LIVE, accounts=dict.fromkeys(SLEEVES, "U9"))
    assert refused(replace(ON_LIVE, begun=begun(Mode.LIVE, other))) == (
        "--session", "main was begun with GEN=U9, REV=U9, COM=U9"
    )  # fmt: skip


def test_what_the_settings_do_not_mean_is_refused_before_all_else() -> None:
    both = replace(ON_LIVE, link=replace(PAPER, port=4001), begun=begun(Mode.SIM, PAPER), paper_weeks=0)
    assert refused(both) == ("broker.mode", "is paper")
    assert refused(replace(both, wanted=Mode.PAPER))[0] == "broker.port"


MODES = st.sampled_from([Mode.PAPER, Mode.LIVE])
CODES = st.sampled_from(["DU1", "DF1", "U1", "F1", "DUM1", "X1", ""])
PORTS = st.sampled_from([4001, 4002, 4003, 4004, 7496, 7497, 7498, 7499, 1, 5000])
BEGUN = st.tuples(st.sampled_from(list(Mode)), st.sampled_from(["main", "other"]))
SOUND = {Mode.PAPER: (4002, "DU1"), Mode.LIVE: (4001, "U1")}
POINTS = ("mode", "port", "codes", "live", "begun", "theirs")


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Claims that are sound but for two points at most."""
    wanted, drawn = draw(MODES), draw(st.sets(st.sampled_from(POINTS), max_size=2))
    mode = draw(MODES) if "mode" in drawn else wanted
    port, code = SOUND[mode]
    codes = draw(st.tuples(*[CODES] * 3)) if "codes" in drawn else (code,) * 3
    accounts = dict(zip(SLEEVES, codes, strict=True))
    link = Link("127.0.0.1", draw(PORTS) if "port" in drawn else port, 7, mode, accounts, "live" not in drawn)
    before = draw(BEGUN) if "begun" in drawn else draw(st.sampled_from([None, (wanted, "main")]))
    theirs = dict.fromkeys(SLEEVES, "U9") if "theirs" in drawn else accounts
    begun = None if before is None else Begun(*before, theirs)
    return Claim(wanted, "main", link, begun, draw(st.integers(0, 3)), 2, draw(st.sampled_from(["", "why"])))


@pytest.mark.clause("14.1", "16.1")
@settings(max_examples=300)
@given(claims())
def test_16_1_real_money_moves_where_everything_says_so_and_nowhere_else(claim: Claim) -> None:
    found, link, theirs = settled(claim), claim.link, claim.begun
    is_live, codes = claim.wanted is Mode.LIVE, set(link.accounts.values())
    is_its_own = theirs is not None and (theirs.mode, theirs.name) == (claim.wanted, "main")
    says_so = (
        link.mode is claim.wanted
        and (theirs is None or (is_its_own and theirs.accounts == link.accounts))
        and codes <= ({"U1", "F1"} if is_live else {"DU1", "DF1", "DUM1"})
        and (link.port in (4001, 4003, 7496, 7498)) is is_live
        and (not is_live or (link.live and (claim.paper_weeks >= 2 or claim.waived != "" or is_its_own)))
    )
    event("refused" if not says_so else f"accepted {claim.wanted}")
    assert isinstance(found, Linked) is says_so
