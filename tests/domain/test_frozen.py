"""Values against the standard library's dataclasses, which they stand in for."""

import copy
import pickle
from dataclasses import MISSING, FrozenInstanceError, asdict, dataclass, field, fields, replace
from inspect import signature
from typing import Any, ClassVar

import pytest

from allusetui.domain import event as events
from allusetui.domain.event import Event, OrderSent, SessionStarted
from allusetui.domain.frozen import frozen, mutable


class _Leg:
    """An order's leg."""

    symbol: str
    ratio: int = 1
    notes: tuple[str, ...] = ()
    marks: dict[str, int] = field(default_factory=dict)


class _Sent:
    kind: ClassVar[str] = "sent"
    at_ms: int
    account: str | None = None


class _Level:
    value: float


class _Nothing:
    pass


class _Judged:
    closes: tuple[float, ...]
    told: list[str] = field(default_factory=list)
    last: float = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.closes[-1]


def _two(plain: type[Any]) -> list[Any]:
    body = {key: value for key, value in vars(plain).items() if key not in ("__dict__", "__weakref__")}
    return [type(plain.__name__[1:], (), dict(body)) for _ in range(2)]


def twins(plain: type[Any], **how: bool) -> tuple[Any, Any]:
    """The same class made by the standard decorator and by ours."""
    theirs, ours = _two(plain)
    return dataclass(frozen=True, slots=True, **how)(theirs), frozen(**how)(ours)


def mutable_twins(plain: type[Any], **how: bool) -> tuple[Any, Any]:
    theirs, ours = _two(plain)
    return dataclass(slots=True, **how)(theirs), mutable(**how)(ours)


def test_a_frozen_value_is_made_shown_and_taken_apart_as_a_dataclass_is() -> None:
    theirs, ours = twins(_Leg)
    assert list(signature(ours).parameters) == list(signature(theirs).parameters), "before it is used"
    for cls in (theirs, ours):
        globals()["Leg"] = cls  # where pickle looks for it
        leg = cls("SPY", marks={"a": 1})
        assert leg == pickle.loads(pickle.dumps(leg)) == copy.deepcopy(leg) == copy.copy(leg)
        assert copy.deepcopy(leg).marks is not leg.marks
        assert leg != cls("SPY", 2) and leg != ("SPY", 1, (), {"a": 1})
        assert replace(leg, ratio=3) == cls("SPY", 3, marks={"a": 1})
        assert asdict(leg) == {"symbol": "SPY", "ratio": 1, "notes": (), "marks": {"a": 1}}
        assert cls("SPY").marks == {} and cls("SPY").marks is not cls("SPY").marks
        assert not hasattr(leg, "__dict__") and leg.__match_args__ == ("symbol", "ratio", "notes", "marks")
    assert repr(ours("SPY")) == repr(theirs("SPY"))
    assert list(signature(ours).parameters) == list(signature(theirs).parameters)
    assert [(f.name, f.type, f.default) for f in fields(ours)] == [(f.name, f.type, f.default) for f in fields(theirs)]


def test_what_is_frozen_is_equal_and_hashed_by_its_values_and_its_class() -> None:
    _, ours = twins(_Sent)
    _, other = twins(_Sent)
    assert ours(1, "GEN") == ours(1, "GEN") and len({ours(1, "GEN"), ours(1, "GEN"), ours(2)}) == 2
    assert ours(1) != other(1)
    unknown = float("nan")
    assert [cls(unknown) == cls(unknown) for cls in twins(_Level)] == [True, True]


@pytest.mark.parametrize("change", [lambda leg: setattr(leg, "ratio", 2), lambda leg: delattr(leg, "ratio")])
def test_nothing_of_it_can_be_changed(change: Any) -> None:
    for cls in twins(_Leg):
        leg = cls("SPY")
        with pytest.raises(FrozenInstanceError):
            change(leg)
        assert leg.ratio == 1


def test_fields_that_have_to_be_named_may_stand_behind_those_of_a_base() -> None:
    with pytest.raises(TypeError, match="positional"):
        OrderSent("GEN")  # type: ignore[misc]
    assert [f.name for f in fields(OrderSent)][:2] == [f.name for f in fields(Event)] == ["account", "clauses"]
    assert all(f.kw_only for f in fields(SessionStarted)) and fields(SessionStarted)[-1].default is not MISSING


def test_a_mutable_value_is_made_changed_and_compared_as_a_dataclass_is() -> None:
    for cls in mutable_twins(_Leg):
        globals()["Leg"] = cls  # where pickle looks for it
        leg = cls("SPY", marks={"a": 1})
        assert leg == pickle.loads(pickle.dumps(leg)) == copy.deepcopy(leg) == copy.copy(leg)
        assert copy.deepcopy(leg).marks is not leg.marks
        leg.ratio = 2
        assert leg == cls("SPY", 2, marks={"a": 1}) != cls("SPY", marks={"a": 1}) and leg != ("SPY", 2, (), {"a": 1})
        assert replace(leg, ratio=3) == cls("SPY", 3, marks={"a": 1})
        with pytest.raises(AttributeError):
            leg.price = 1.0
        with pytest.raises(TypeError, match="unhashable"):
            hash(leg)
    theirs, ours = mutable_twins(_Leg)
    assert repr(ours("SPY")) == repr(theirs("SPY")) and str(signature(ours)).startswith("(symbol, ratio=1, notes=()")
    assert [(f.name, f.type, f.default) for f in fields(ours)] == [(f.name, f.type, f.default) for f in fields(theirs)]


def test_a_field_that_is_not_given_is_set_after_the_others() -> None:
    for cls in mutable_twins(_Judged):
        judged = cls((1.0, 2.0))
        assert (judged.last, judged.told) == (2.0, []) and replace(judged, closes=(3.0,)).last == 3.0
        with pytest.raises(TypeError):
            cls((1.0,), [], 1.0)


@pytest.mark.parametrize("made", [twins, mutable_twins])
def test_without_values_to_compare_a_value_is_equal_to_itself_alone(made: Any) -> None:
    for cls in made(_Leg, eq=False):
        leg = cls("SPY")
        assert leg == leg != cls("SPY") and len({leg, leg, cls("SPY")}) == 2


def test_events_have_their_methods_in_common_but_for_the_first() -> None:
    kinds = [cls for cls in vars(events).values() if isinstance(cls, type) and issubclass(cls, Event)]
    assert len(kinds) > 50
    for method in ("__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__", "__getstate__", "__setstate__"):
        assert len({getattr(cls, method) for cls in kinds}) == 1
    assert len({cls.__init__ for cls in kinds}) == len(kinds)


def test_without_a_field_all_are_the_same() -> None:
    _, ours = twins(_Nothing)
    assert ours() == ours() and len({ours(), ours()}) == 1 and repr(ours()) == "Nothing()"
