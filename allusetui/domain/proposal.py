"""A change of the law as a person is asked for it: which numbers would be others, what was simulated of it (15.2)."""

from allusetui.domain.frozen import frozen


@frozen
class Change:
    """A value of the law as it is and as it is proposed, as the law's file writes them; what its table cites."""

    key: str
    was: str
    now: str
    clauses: tuple[str, ...]


@frozen
class Compared:
    """A figure under both laws, and the interval in which the difference lies, proposed less current.

    `speaks`: `for` the proposal, `against` it, or `open`; a share is a part of one.
    """

    name: str
    is_share: bool
    current: float
    proposed: float
    low: float
    high: float
    speaks: str


@frozen
class Proposal:
    """A law that waits for a person's word. `sha256`, `base`: its hash, and that of the law it was made from.

    `evidence` is the sha256 of what was simulated, on so many `paths` of so many `weeks` under both laws. Its reason
    and its values are text from outside, on one line and of bounded length.
    """

    version: str
    sha256: str
    base: str
    reason: str
    changes: tuple[Change, ...]
    evidence: str
    paths: int
    weeks: int
    verdict: str
    compared: tuple[Compared, ...]

    def __deepcopy__(self, memo: dict[int, object]) -> "Proposal":
        """Nothing in it ever changes, and the state that holds it is copied for every frame."""
        return self
