"""An amendment: a patch of the law's numbers, and nothing else of its file changes."""

import re
from dataclasses import fields, is_dataclass
from decimal import Decimal
from difflib import unified_diff
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import allusetui
from allusetui.lab.amendment import FIXED, amendment
from allusetui.law.load import LawError, version
from allusetui.law.model import Law

BASE = version()
ROOT = Path(allusetui.__file__).parent
KINDS = ("gen", "rev", "com", "mini")
ANY = st.characters(exclude_categories=["Cs"])
GAP = 'reason = "No single gap\\n costs a quarter of a sleeve."\n'


@pytest.mark.clause("15.2", "15.3")
def test_15_2_a_proposal_is_the_next_version_with_its_reason_in_the_changelog_and_no_other_line_changed() -> None:
    text = (
        GAP + "[changes]\nsizing.symbol_cap = 0.20\netfs = ['SPY']\n[changes.cadence.windows.gen]\nopens = 10:00:00\n"
    )
    made = amendment(BASE, text.encode(), "mine.toml")
    law, before = made.law.law, BASE.law
    assert (made.base, made.law.name, law.version) == (BASE.hash, "v1.4", "v1.4")
    assert law.changelog == ("v1.4: No single gap costs a quarter of a sleeve.", *before.changelog)
    assert law.sizing.symbol_cap == Decimal("0.20")
    diff = unified_diff(BASE.data.decode().splitlines(), made.law.data.decode().splitlines(), n=0, lineterm="")
    assert [line for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        '-version = "v1.3"',
        '+version = "v1.4"',
        '+    "v1.4: No single gap costs a quarter of a sleeve.",',
        '-etfs = ["SPY", "QQQ", "IWM"]           # no earnings (1.6)',
        '+etfs = ["SPY"]           # no earnings (1.6)',
        "-symbol_cap = 0.25",
        "+symbol_cap = 0.20",
        "-gen = { weekday = 3, opens = 09:45:00, closes = 11:00:00 }",
        "+gen = { weekday = 3, opens = 10:00:00, closes = 11:00:00 }",
    ]
    assert [(each.key, each.was, each.now) for each in made.changes] == [
        ("etfs", '["SPY", "QQQ", "IWM"]', '["SPY"]'),
        ("sizing.symbol_cap", "0.25", "0.20"),
        ("cadence.windows.gen.opens", "09:45:00", "10:00:00"),
    ]
    assert amendment(made.law, text.replace("0.20", "0.15").encode(), "mine.toml").law.name == "v1.5"


@pytest.mark.clause("15.2")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("reason = [", "(file): is not TOML"),
        ('reason = "so"', "changes: are none; allowed: a table of the law's keys"),
        ("[changes]\nrejections = 4", "reason: is no reason; allowed: a sentence of at most 300"),
        ('reason = " "\n[changes]\nrejections = 4', "reason: is no reason"),
        ('by = "me"\nreason = "so"', "by: unknown key; allowed: reason, changes"),
        (GAP + "[changes]\nsizing.cap = 0.2", "sizing.cap: unknown key; allowed: aim, ceiling, "),
        (GAP + "[changes]\nsizing.symbol_cap = 25", "sizing.symbol_cap: is 25; allowed: less than or equal to 1"),
        (GAP + "[changes]\nsizing.symbol_cap = 'half'", "sizing.symbol_cap: is 'half'; allowed: "),
        (GAP + "[changes]\nsizing.symbol_cap = nan", "sizing.symbol_cap: is NaN; allowed: "),
        (GAP + "[changes]\nsizing = 3", "sizing: is 3; allowed: a table"),
        (GAP + "[changes]\nsleeves.gen.delta.low = 0.5", "sleeves.gen.delta: low 0.5 is above high 0.45; allowed: "),
        (GAP + "[changes]\nsizing.symbol_cap = 0.250", "changes: change nothing; allowed: "),
        (GAP + "[changes]\nversion = 'v2.0'", "version: is not for a proposal to change"),
        (GAP + "[changes]\nsizing.clauses = ['0.3']", "sizing.clauses: is not for a proposal to change"),
        (GAP + "[changes]\nclauses = []", "clauses: is not for a proposal to change"),
        (GAP + "[changes]\ntax.index_symbols = ['SPX']", "tax.index_symbols: is what the program does, whatever "),
        (GAP + "[changes]\nladder.put_otm.low = 0.05", "ladder.put_otm.low: is what the program does, whatever "),
    ],
)
def test_15_2_a_proposal_outside_the_schema_is_one_line_that_names_file_key_and_cure(text: str, line: str) -> None:
    with pytest.raises(LawError) as refused:
        amendment(BASE, text.encode(), "mine.toml")
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(f"mine.toml: {line}")


@pytest.mark.clause("15.2")
def test_15_2_every_number_that_no_rule_reads_is_refused_to_a_proposal_and_no_other() -> None:
    law = ROOT / "law"
    others = {law, ROOT / "torture" / "checker"}
    files = (p for p in ROOT.rglob("*.py") if p.parent not in others and p.name != "amendment.py")
    asked = {name for p in files for name in re.findall(r"\.(\w+)", p.read_text("utf-8"))}
    own = "".join((law / name).read_text("utf-8") for name in ("growth.py", "weekly.py"))
    asked |= set(re.findall(r"self\.(\w+)", own))
    sections = (each for each in fields(Law) if is_dataclass(getattr(BASE.law, each.name)))
    stated = {f"{section.name}.{each.name}" for section in sections for each in fields(getattr(BASE.law, section.name))}
    unread = {key for key in stated if key.split(".")[1] not in asked | {"clauses", *KINDS}}
    assert unread == set(FIXED) - {"ladder.put_months"}  # the hedges' own months are read by the same name


@pytest.mark.clause("15.2")
@settings(max_examples=10)
@given(cap=st.decimals("0.0001", 1, places=4), dte=st.integers(1, 9), reason=st.text(ANY, max_size=290))
def test_15_2_whatever_the_schema_allows_is_in_the_law_as_it_was_proposed(cap: Decimal, dte: int, reason: str) -> None:
    told = "".join(f"\\U{ord(letter):08x}" for letter in reason)
    changes = f"rejections = 7\nsizing.symbol_cap = {cap}\nsleeves.gen.dte = {{ high = {dte} }}\n"
    text = f'reason = "Because{told}"\n[changes]\n{changes}'
    law = amendment(BASE, text.encode(), "mine.toml").law.law
    assert (law.sizing.symbol_cap, law.sleeves.gen.dte.high, law.rejections) == (cap, dte, 7)
    assert law.clauses == BASE.law.clauses
