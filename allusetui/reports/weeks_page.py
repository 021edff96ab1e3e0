"""The week types' page: how many there were, and what they say of the next one, with its score (12.2, 12.3)."""

from collections.abc import Iterator

from allusetui.domain.forecast import Band, Chance, Forecast, Score
from allusetui.reports.page import Block, Grid, Page, Remark, percent, rounded

_ADVICE = "Told for a person alone: no rule reads a chance, and nothing is done on one."
_SCORED = (
    "Each chance is told from the weeks before it alone. Log: the mean of −log of the chance that the type which came"
    " had. Brier: the mean squared error. Less is better."
)
_BANDS = "Of all chances of all types: what was said on average, and how often it came."


def page(told: Forecast) -> Page:
    """The page of a journal's weeks; before there are enough it says how many are missing."""
    counts = Grid("Typed weeks", ("Type", "Weeks"), tuple((kind, str(count)) for kind, count in told.counts))
    blocks = (Remark("In words", tuple(_sentences(told))), counts, *_shown(told))
    until = f"Typed until {told.last}" if told.last else "No week is typed yet"
    return Page("ALL-USE week types", until, blocks, _data(told))


def _sentences(told: Forecast) -> Iterator[str]:
    if told.score is None:
        typed = "1 week is typed" if told.weeks == 1 else f"{told.weeks} weeks are typed"
        yield f"{typed}: chances for the next one are shown from {told.needed} on."
        return
    likely = max(told.chances, key=lambda chance: chance.overlay)
    base = f"{percent(likely.base)} by the base rate"
    yield f"After {told.weeks} typed weeks the likeliest next one is {likely.type}: {percent(likely.overlay)}, {base}."
    yield f"{_verdict(told.score)} {_ADVICE}"


def _verdict(score: Score) -> str:
    margin = f"{score.gain:+.3f} a week in log score, standard error {score.error:.3f}, over {score.weeks} weeks"
    match score.verdict:
        case "beats":
            return f"Such chances have beaten the base rates: {margin}."
        case "loses":
            return f"Such chances have done worse than the base rates, which are to be gone by: {margin}."
        case _:
            return f"Such chances have not beaten the base rates by more than luck does: {margin}."


def _shown(told: Forecast) -> Iterator[Block]:
    if told.score is None:
        return
    score = told.score
    rows = tuple((chance.type, percent(chance.base), percent(chance.overlay)) for chance in told.chances)
    yield Grid("Next week", ("Type", "Base rate", "Chance"), rows)
    scores = (
        ("Chances", f"{score.log_overlay:.3f}", f"{score.brier_overlay:.3f}"),
        ("Base rates", f"{score.log_base:.3f}", f"{score.brier_base:.3f}"),
    )
    yield Grid("Score", (f"{score.weeks} weeks", "Log", "Brier"), scores, (_SCORED,))
    header = ("Told", "Chances", "Said", "Came")
    yield Grid("Calibration", header, tuple(map(_band_cells, score.bands)), (_BANDS,))


def _band_cells(band: Band) -> tuple[str, ...]:
    return f"{percent(band.low)} to {percent(band.high)}", str(band.count), percent(band.said), percent(band.came)


def _data(told: Forecast) -> dict[str, object]:
    return {
        "report": "weeks",
        "weeks": told.weeks,
        "needed": told.needed,
        "last": told.last or None,
        "counts": dict(told.counts),
        "next": [_chance(chance) for chance in told.chances],
        "score": None if told.score is None else _score(told.score),
    }


def _chance(chance: Chance) -> dict[str, object]:
    return {"type": chance.type, "base": rounded(chance.base), "chance": rounded(chance.overlay)}


def _score(score: Score) -> dict[str, object]:
    bands = [
        {"low": b.low, "high": b.high, "count": b.count, "said": rounded(b.said), "came": rounded(b.came)}
        for b in score.bands
    ]
    return {
        "verdict": score.verdict,
        "weeks": score.weeks,
        "log": rounded(score.log_overlay),
        "log_base": rounded(score.log_base),
        "brier": rounded(score.brier_overlay),
        "brier_base": rounded(score.brier_base),
        "gain": rounded(score.gain),
        "error": rounded(score.error),
        "bands": bands,
    }
