"""The kinds of event that a journal holds, with their keys, as the codec writes them."""

from textwrap import fill

from allusetui.codec.records import KINDS, keys_of, summary_of
from allusetui.guides.width import WIDTH


def events(subject: str) -> str:
    """The kinds of some subjects, `order position`: a line each, with what there is to say of them and their keys.

    Raises KeyError for a subject that has none.
    """
    found = {wanted: [kind for kind in sorted(KINDS) if kind.partition(".")[0] == wanted] for wanted in subject.split()}
    if not all(found.values()):
        raise KeyError(subject)
    return "\n".join(_told(kind) for kinds in found.values() for kind in kinds)


def _told(kind: str) -> str:
    keys = ", ".join(keys_of(kind)) or "nothing more"
    return fill(f"- `{kind}`: {keys}. {summary_of(kind)}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
