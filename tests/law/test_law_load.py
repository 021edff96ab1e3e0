"""A constitution that was changed or does not fit its model is refused in one line."""

import hashlib
from importlib import resources

import pytest

from allusetui.law import load
from allusetui.law.load import LawError, Version, content_hash, law_hash

V1_3 = resources.files("allusetui.law").joinpath("v1_3.toml").read_text(encoding="utf-8")


def amended(old: str, new: str) -> Version:
    assert old in V1_3
    return Version("mine", V1_3.replace(old, new, 1).encode())


def refusal(law: Version) -> str:
    with pytest.raises(LawError) as caught:
        _ = law.law
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith("mine.toml: ")
    return line.removeprefix("mine.toml: ")


@pytest.mark.clause("15.1")
def test_15_1_the_shipped_file_is_what_its_hash_promises() -> None:
    assert load.shipped["v1.3"] == hashlib.sha256(V1_3.encode()).hexdigest() == law_hash("v1.3")


@pytest.mark.clause("15.1")
def test_15_1_a_changed_constitution_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(load.shipped, "v1.3", "0" * 64)
    load.load.cache_clear()
    for read in (load.load, law_hash):
        with pytest.raises(LawError) as caught:
            read("v1.3")
        assert str(caught.value).startswith("v1_3.toml: sha256: the file was changed")
        assert str(caught.value).endswith("; allowed: " + "0" * 64)


def test_line_endings_do_not_change_the_hash_and_a_figure_does() -> None:
    assert content_hash(V1_3.replace("\n", "\r\n").encode()) == law_hash("v1.3")
    assert content_hash(V1_3.replace("symbol_cap = 0.25", "symbol_cap = 0.26").encode()) != law_hash("v1.3")


def test_an_unknown_version_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LawError, match=r"^law: version: there is no 'v9'; allowed: v1\.3$"):
        load.load("v9")


def test_a_law_of_ones_own_is_read_from_its_bytes() -> None:
    assert amended("hedged_week = 50", "hedged_week = 45").law.breakers.hedged_week == 45


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("symbol_cap = 0.25", "symbol_cap = 25", "sizing.symbol_cap: is 25; allowed: less than or equal to 1"),
        ("split_gen = 0.40", "split_gen = 0.80", "sizing: split_gen + split_rev is 1.10; allowed: at most 1"),
        ("timeout_s = 3", 'timeout_s = "3s"', "walk.timeout_s: is '3s'; allowed: a valid integer"),
        ("aim = 0.95", 'aim = "95 %"', "sizing.aim: is '95 %'; allowed: a number"),
        ("dte = { low = 3, high = 5 }", "dte = 4", "sleeves.rev.dte: is 4; allowed: a table"),
        ("[walk]", "[walks]", "walks: unknown key; allowed: acceptance, advice, "),
        ("timeout_s = 3", "", "walk.timeout_s: is missing; allowed: every key of the law must be given"),
        ("vix_below = 30", "vix_under = 30\nvix_below = 30", "pivot.vix_under: unknown key; allowed: clauses, "),
        ("report_cut = 16:30:00", "report_cut = 1630", "cadence.closing.report_cut: is 1630; allowed: a valid time"),
        (
            "level_atr = [1.0, 2.0, 3.0]",
            "level_atr = [1.0, 3.0, 2.0]",
            "protocol: level_atr is (1.0, 3.0, 2.0); allowed: ",
        ),
        ("lost_s = 15", "lost_s = 15\nlosst_s = 1", "broker.losst_s: unknown key; allowed: clauses, lost_s"),
        ("roll_trigger_atr = 1.0", "roll_trigger_atr = nan", "sleeves.gen.roll_trigger_atr: is NaN; allowed: "),
        ("low = 0, high = 1 }", "low = 2, high = 1 }", "sleeves.gen.dte: low 2 is above high 1; allowed: low <= high"),
        ("safe = 65", "safe = 85", "breakers: tiers are 50, 85, 80; allowed: three rising numbers"),
        (
            "opens = 14:30:00",
            "opens = 15:50:00",
            "cadence.closing: opens 15:50:00 is not before closes 15:45:00; allowed: ",
        ),
        ('clauses = ["8.6"]', 'clauses = ["8.66"]', "(law): broker cites clause 8.66; allowed: an id of [[clauses]]"),
        ('id = "0.2"', 'id = "0.1"', "(law): a clause id stands twice; allowed: each id once"),
        ('kind = "rule"', 'kind = "law"', "clauses.0.kind: is 'law'; allowed: 'rule', 'report', 'ops' or 'advisory'"),
        ('kind = "report"', 'kind = "rule"', "clauses.16: rule 1.5 has no reading; allowed: a reading with every rule"),
        ("leaps_share = 0.25", "leaps_share = 0.35", "reinvest: contracts_share + leaps_share is 1.10; allowed: 1"),
        ("[walk]", "[walk", "(file): is not TOML ("),
        ("aim = 0.95", "aim = 1e99999999999999999999", "(file): is not TOML ("),
    ],
)
def test_a_law_that_does_not_fit_is_refused_by_file_key_and_what_is_allowed(old: str, new: str, line: str) -> None:
    assert refusal(amended(old, new)).startswith(line)


def test_an_unknown_key_of_a_band_or_a_window_is_named_with_its_neighbours() -> None:
    assert refusal(amended("{ weekday = 3,", "{ day = 3, weekday = 3,")) == (
        "cadence.windows.gen.day: unknown key; allowed: closes, opens, weekday"
    )
    assert refusal(amended("{ low = 1, high = 3 }", "{ low = 1, high = 3, mid = 2 }")) == (
        "sleeves.gen.stress_dte.mid: unknown key; allowed: high, low"
    )
    assert refusal(amended('id = "0.1"', 'id = "0.1"\nnote = "x"')) == (
        "clauses.0.note: unknown key; allowed: id, kind, reading, sentence, status, summary"
    )


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refusal(Version("mine", b"\xff\xfe\x00")).startswith("(file): is not TOML (")


def test_a_refusal_carries_no_control_characters_of_the_file() -> None:
    line = refusal(amended("timeout_s = 3", '"\\u001b[2Jtimeout\\n" = 3\ntimeout_s = 3'))
    assert line.isprintable()
