"""How a cell looks, and the shortest way from one look to another in a terminal's own words."""

from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style

_ON = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53")
"""SGR parameters by Rich's bit of the attribute: bold, dim, italic, underline, … overline."""
_OFF = ("22", "22", "23", "24", "25", "25", "27", "28", "29", "24", "54", "54", "55")
_ON_A_BLANK = 0b1111101001000
"""Attributes that are seen on a space too: underlines, reverse, strike, frames, overline."""


class Look(NamedTuple):
    """SGR parameters of both colours, "" for the terminal's own; Rich's attribute bits; where the cell links to.

    A tuple: every frame compares and looks up thousands of them.
    """

    fg: str = ""
    bg: str = ""
    attributes: int = 0
    link: str = ""

    @property
    def is_flat(self) -> bool:
        """Whether a space of it shows its background, and nothing else."""
        return not self.attributes & _ON_A_BLANK and not self.link


PLAIN = Look()


@lru_cache(maxsize=4_096)
def look_of(style: Style, system: ColorSystem) -> Look:
    """The look of a style on a terminal that knows that many colours."""
    fg, bg = style.color, style.bgcolor
    link = f"id={style.link_id};{_plain(style.link)}" if style.link else ""
    return Look(
        _own("39", ";".join(fg.downgrade(system).get_ansi_codes())) if fg is not None else "",
        _own("49", ";".join(bg.downgrade(system).get_ansi_codes(False))) if bg is not None else "",
        style._attributes & style._set_attributes,
        link,
    )


@lru_cache(maxsize=1_024)
def flat(bg: str) -> Look:
    """The look of every space that shows that background alone."""
    return Look(bg=bg)


@lru_cache(maxsize=4_096)
def change(old: Look | None, new: Look) -> str:
    """What makes the terminal's pen `new`; `old` None is a pen that nobody knows."""
    if old == new:
        return ""
    link = f"\x1b]8;{new.link or ';'}\x1b\\" if new.link != (old.link if old is not None else "") else ""
    whole = ["0", *_attributes(new.attributes), *filter(None, (new.fg, new.bg))]
    if old is None:
        return f"\x1b[{';'.join(whole)}m{link}"
    gone = {_OFF[bit] for bit in _bits(old.attributes & ~new.attributes)}
    kept = {bit for bit in _bits(old.attributes & new.attributes) if _OFF[bit] not in gone}
    steps = sorted(gone) + [_ON[bit] for bit in _bits(new.attributes) if bit not in kept]
    steps += [new.fg or "39"] * (old.fg != new.fg) + [new.bg or "49"] * (old.bg != new.bg)
    params = min(";".join(steps), ";".join(whole).removeprefix("0" if len(whole) == 1 else ""), key=len)
    return (f"\x1b[{params}m" if steps else "") + link


def _attributes(bits: int) -> list[str]:
    return [_ON[bit] for bit in _bits(bits)]


def _bits(bits: int) -> list[int]:
    return [bit for bit in range(len(_ON)) if bits >> bit & 1]


def _own(default: str, code: str) -> str:
    return "" if code == default else code


def _plain(link: str) -> str:
    """A link without control characters: they would end it early."""
    return "".join(c for c in link if c.isprintable())
