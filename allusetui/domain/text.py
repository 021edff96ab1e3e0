"""Text from outside is hostile until it has passed here."""

import unicodedata

_LONGEST = 500


def untrusted(text: str, longest: int = _LONGEST) -> str:
    """`text` on one line, without control, format or surrogate characters, cut to `longest` characters."""
    shown = (c for c in text[: 4 * longest] if c.isspace() or unicodedata.category(c)[0] != "C")
    plain = " ".join("".join(shown).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
