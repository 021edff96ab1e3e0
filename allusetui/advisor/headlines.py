"""How a headline reads, by a list of words that know finance: what a general one takes for praise is often none.

A headline is somebody else's text. Its words are looked up and nothing else: none of it is ever carried out.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from allusetui.domain.frozen import frozen

_WORD: Final = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_MOST_WORDS: Final = 60
_BEFORE: Final = 3
_AFTER: Final = 4
"""Words around a weighing one in which a turn is looked for."""


@frozen
class Weights:
    """Phrases and words with what they weigh, a phrase as its words; `longest` counts the words of a phrase."""

    phrases: Mapping[tuple[str, ...], float]
    turns: frozenset[str]
    undone: frozenset[str]
    longest: int


@cache
def weights() -> Weights:
    """Those that ship with the program."""
    told = tomllib.loads(files("allusetui.advisor").joinpath("headlines.toml").read_text("utf-8"))
    phrases = {tuple(phrase.split()): float(weight) for phrase, weight in {**told["phrases"], **told["words"]}.items()}
    return Weights(phrases, frozenset(told["turns"]), frozenset(told["undone"]), max(map(len, phrases)))


class WordList:
    """Implements `ports.HeadlineReader` by the words alone, whatever the symbol."""

    def score(self, symbol: str, text: str) -> float:
        """The sum of what its words weigh; below zero is bad."""
        known = weights()
        words = [word.replace("’", "'") for word in _WORD.findall(text.lower())[:_MOST_WORDS]]
        return sum(_turned(words, place, weight, known) for place, weight in _weighing(words, known))


def _weighing(words: Sequence[str], known: Weights) -> Iterator[tuple[range, float]]:
    """The places of the phrases and their weights, the longest first at each place; none of them overlap."""
    place = 0
    while place < len(words):
        lengths = range(min(known.longest, len(words) - place), 0, -1)
        found = next((n for n in lengths if tuple(words[place : place + n]) in known.phrases), 0)
        if found:
            yield range(place, place + found), known.phrases[tuple(words[place : place + found])]
        place += max(found, 1)


def _turned(words: Sequence[str], place: range, weight: float, known: Weights) -> float:
    """Half of its opposite after a word such as `not`, or before one such as `dismissed`."""
    before, after = words[max(place.start - _BEFORE, 0) : place.start], words[place.stop : place.stop + _AFTER]
    return -weight / 2 if known.turns.intersection(before) or known.undone.intersection(after) else weight
