"""Does what an answer says stand in the events it cites? Every figure, date and name with a digit is looked for."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from allusetui.advisor.answers.sentence import Derived, Sentence
from allusetui.domain.frozen import mutable
from allusetui.domain.moment import day_of, iso, quarter_of, week_of
from allusetui.domain.snapshot import Told

CITATION: Final = re.compile(r"\[#(\d{1,12})\]")
_TOKEN: Final = re.compile(
    r"(?P<time>\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)|(?P<day>\d{4}-\d\d-\d\d)|(?P<name>\d{4}-[WQ]\d{1,2})"
    r"|(?P<word>[^\W\d_][\w.&/-]*\d[\w./-]*)|(?P<number>-?\d[\d,]*(?:\.\d+)*)"
)
_SPELLED: Final = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?|dozens?|half"
    r"|halved|twice|thrice|doubled?|tripled?|quarter of|thirds? of|percent|zero|nought|nothing at all)\b",
    re.IGNORECASE,
)


@mutable
class Standing:
    """What stands in some events: numbers, and texts that hold digits."""

    numbers: set[Decimal] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def add(self, value: object) -> None:
        """Everything that a value holds, at any depth."""
        match value:
            case bool() | None:
                return
            case Decimal() | int() | float():
                self.numbers.add(value if isinstance(value, Decimal) else Decimal(repr(value)))
            case date():
                self.texts.add(value.isoformat())
            case str():
                self._add_text(value)
            case tuple() | list():
                for each in value:
                    self.add(each)
            case Mapping():
                for each in value.values():
                    self.add(each)
            case _ if is_dataclass(value):
                for each in fields(value):
                    self.add(getattr(value, each.name))

    def add_instant(self, at_ms: int) -> None:
        """The record's day, clock, week and quarter."""
        day, clock = day_of(at_ms), iso(at_ms)[11:19]
        self.texts |= {day.isoformat(), clock, clock[:5], week_of(day), quarter_of(day)}

    def _add_text(self, text: str) -> None:
        for kind, token in tokens(text.replace("_", " ")):
            if kind == "number":
                self.numbers.add(_decimal(token))
            self.texts.add(token)
        self.texts.add(text)


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Every time, day, name and number of a text that holds a digit, with what it is."""
    for found in _TOKEN.finditer(text):
        kind = str(found.lastgroup)
        yield kind, found[0].rstrip("./-,") if kind in ("word", "number") else found[0]


def unfounded(text: str, told: Collection[Told], derived: Collection[Derived], spelled: bool = False) -> list[str]:
    """The figures of a sentence that neither stand in the events nor come of the arithmetic, which is done anew.

    `spelled`: numbers in letters are figures as well, and are never found.
    """
    plain = unicodedata.normalize("NFKC", CITATION.sub(" ", text))
    standing = Standing({each.value for each in derived if each.again() == each.value})
    sought = [each for each in tokens(plain) if not _stands(*each, standing)]
    for each in told:
        if not sought:
            break  # of thousands of events a sum or a count is all that is said
        standing.add(each.event)
        standing.add_instant(each.at_ms)
        sought = [each for each in sought if not _stands(*each, standing)]
    missing = [token for _, token in sought]
    missing += [c for c in plain if c.isnumeric() and not c.isascii()]
    return missing + (_SPELLED.findall(plain) if spelled else [])


def faults(sentence: Sentence) -> list[str]:
    """What is wrong with a sentence of ours: nothing, or the figures that stand nowhere; a sentence cites something."""
    return unfounded(sentence.text, sentence.told, sentence.derived) + ([] if sentence.told else ["no citation"])


def _stands(kind: str, token: str, standing: Standing) -> bool:
    if token in standing.texts:
        return True
    return kind == "number" and _decimal(token) in standing.numbers


def _decimal(token: str) -> Decimal:
    whole = token.replace(",", "")
    return Decimal(whole) if whole.count(".") <= 1 else Decimal("NaN")
