"""Commands and their keys: each its own, renamed without a conflict, and found by what is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.view.commands import COMMANDS, KEYS, Choice, is_key, label, matching, renamed

CHOICES = tuple(Choice(command.name, command.words) for command in COMMANDS)


def test_every_command_has_a_key_and_a_name_of_its_own() -> None:
    assert len(set(KEYS.values())) == len(KEYS) == len(COMMANDS)


@pytest.mark.parametrize("key", ["k", "K", "ö", "#", "?", "_", "ctrl+k", "f5", "f12"])
def test_a_key_may_be(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize("key", ["", "7", " ", "ab", "!!", "ctrl+c", "ctrl+q", "ctrl+m", "ctrl+i", "f13", "\x1b", "²"])
def test_a_key_may_not_be(key: str) -> None:
    assert not is_key(key)


def test_a_key_that_another_command_has_is_refused_and_the_default_stays() -> None:
    keys, clashes = renamed({"journal": "p"})
    assert keys == KEYS
    assert clashes == {"journal": "pause"}


def test_two_wishes_for_one_key_are_both_refused() -> None:
    keys, clashes = renamed({"journal": "z", "orders": "z"})
    assert keys == KEYS and clashes == {"journal": "orders", "orders": "journal"}


def test_keys_may_be_exchanged() -> None:
    keys, clashes = renamed({"pause": "e", "no_entries": "p"})
    assert (keys["pause"], keys["no_entries"], clashes) == ("e", "p", {})


def test_a_refusal_that_brings_back_a_default_refuses_who_had_taken_it() -> None:
    keys, clashes = renamed({"pause": "j", "close": "p"})
    assert keys == KEYS and clashes == {"pause": "journal", "close": "pause"}


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), st.sampled_from([*sorted(KEYS.values()), "z", "k", "f5"])))
def test_whatever_is_wished_for_no_two_commands_have_one_key(wishes: dict[str, str]) -> None:
    keys, clashes = renamed(wishes)
    assert len(set(keys.values())) == len(COMMANDS)
    assert all(keys[name] == (KEYS[name] if name in clashes else wishes[name]) for name in wishes)


def test_keys_are_told_short() -> None:
    assert [label(key) for key in ("ctrl+x", "enter", "P")] == ["^x", "↵", "P"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("next pal", "theme"), ("kill", "kill"), ("jou", "journal"), ("runb", "runbook"), ("KEY", "help")],
)
def test_a_command_is_found_by_its_words(typed: str, first: str) -> None:
    assert matching(typed, CHOICES)[0].key == first


def test_letters_between_may_be_left_out_and_a_word_s_beginning_counts_more() -> None:
    words = [Choice("in", "a xrmgn b"), Choice("at", "on margin"), Choice("late", "the last margin")]
    assert [each.key for each in matching("mrgn", words)] == ["at", "late"]
    assert matching("zzz", words) == () and matching("", words) == tuple(words)
