"""What can be asked about: the words that name a topic, the events that tell of it, and what they amount to."""

import re
from collections.abc import Callable
from typing import Final

from allusetui.advisor.answers import amounts as am
from allusetui.domain import event as ev
from allusetui.domain.frozen import frozen


@frozen
class Topic:
    """`noun` one of the events, `many` several; `keep` says which of them count.

    `amount`: what is summed where it is asked how much; `amount_noun` names it. `reading`: a figure of the newest
    event, where a stand is asked for and not a sum. `part`: what of the amount is told apart. `by_side`: whether what
    the ladder's lots amount to is no part of it, and is told for each of their sides (17.7); `side`: the one that is
    meant.
    """

    name: str
    words: re.Pattern[str]
    kinds: tuple[str, ...]
    noun: str
    many: str
    amount: am.Amount | None = None
    amount_noun: str = ""
    reading: str | None = None
    part: am.Amount | None = None
    part_noun: str = ""
    keep: Callable[[ev.Event], bool] | None = None
    by_side: bool = False
    side: str | None = None


def _topic(
    name: str, words: str, *classes: type[ev.Event], noun: str, many: str = "", amount: am.Amount | None = None,
    amount_noun: str = "", reading: str | None = None, part: am.Amount | None = None, part_noun: str = "",
    keep: Callable[[ev.Event], bool] | None = None, by_side: bool = False,
    side: str | None = None,
) -> Topic:  # fmt: skip
    kinds = tuple(each.kind for each in classes)
    return Topic(
        name, re.compile(words), kinds, noun, many or f"{noun}s", amount, amount_noun, reading, part, part_noun, keep,
        by_side, side,
    )  # fmt: skip


def _has(name: str, *values: object) -> Callable[[ev.Event], bool]:
    return lambda event: getattr(event, name, None) in values


def _acted(name: str, words: str, noun: str, *actions: str) -> Topic:
    return _topic(name, words, ev.OperatorKey, noun=noun, keep=_has("action", *actions))


def _cash(name: str, words: str, noun: str, *reasons: str) -> Topic:
    amount, keep = am.field_amounts["amount"], _has("reason", *reasons)
    return _topic(name, words, ev.CashBooked, noun=noun, amount=amount, amount_noun=f"{noun}s", keep=keep)


def _mark(name: str, words: str, noun: str, field: str) -> Topic:
    return _topic(name, words, ev.AccountMarked, noun="mark", reading=field, amount_noun=noun)


_NOT = r"(?:not|n't|no|nothing|never|refuse\w*|unable to|fail\w* to)"
_RESULT = r"(?:mak\w+|made|earn\w*|gain\w*|profit\w*|reali[sz]\w*|los[est]\w*)"
_field = am.field_amounts
_STOPPING = ("pause", "no_entries", "kill", "maintenance")

TOPICS: Final = (
    _topic("leap skipped", rf"leaps?\b.*\bskip|skip\w*.*\bleaps?\b|{_NOT}\b.*\bleaps?\b", ev.LeapSkipped,
           ev.LeapsPlanned, noun="LEAP purchase that found nothing", many="LEAP purchases that found nothing",
           keep=lambda e: isinstance(e, ev.LeapSkipped) or (isinstance(e, ev.LeapsPlanned) and not e.purchases)),
    _topic("leap rolled", r"leaps?\b.*\broll|roll\w*.*\bleaps?\b", ev.LeapRolled, noun="LEAP roll"),
    _mark("leap cash", r"leap cash|cash for leaps|ring-?fenced", "LEAP cash", "leap_cash"),
    _topic("leap result", rf"leaps?\b[\w ']*\b{_RESULT}|\b{_RESULT}\b[\w ']*\bleaps?\b", ev.LotClosed,
           noun="closed lot of LEAPs", many="closed lots of LEAPs", amount=am.realized, side="growth LEAPs",
           amount_noun="realized result of growth LEAPs, net of fees,"),
    _topic("leap", r"\bleaps?\b|\bladder\b|\bllms\b", ev.LeapOpened, ev.LeapRolled, ev.LeapSold, ev.LeapClosed,
           noun="LEAP trade", amount=am.leap_cost, amount_noun="premium of bought LEAPs"),
    _topic("halt of trading", r"(?:stop\w*|halt\w*|cease\w*|quit) (?:all )?(?:trading|selling|enter|entries|opening)",
           ev.PivotEntered, ev.FreezeOn, ev.LatchSet, ev.BreakerTripped, ev.OperatorKey, ev.RunOffBegun,
           noun="halt of entries", many="halts of entries",
           keep=lambda e: not isinstance(e, ev.OperatorKey) or e.action in _STOPPING),
    _topic("roll refused", rf"{_NOT}\b[\w ]*\broll|roll\w*(?: \w+){{0,3}} (?:refus\w+|reject\w+)", ev.RollRefused,
           noun="refused roll"),
    _topic("roll prepared", r"prepar\w*[\w ]*\broll|roll\w*[\w ]* prepar", ev.RollPrepared, noun="prepared roll"),
    _topic("roll", r"\broll(?:s|ed|ing)?\b", ev.RollDone, noun="roll", amount=am.rolled, amount_noun="rolls"),
    _topic("called away", r"call(?:ed)?[ -]?away|lost (?:its|the) shares", ev.CalledAwayReceived,
           noun="call assigned, its shares called away", many="calls assigned, their shares called away",
           amount=am.strike_cash, amount_noun="shares called away"),
    _topic("assignment feared", r"early assign|fear", ev.AssignmentFeared, noun="feared assignment"),
    _topic("assignment", r"\bassign", ev.AssignmentReceived, noun="assignment", amount=am.strike_cash,
           amount_noun="shares assigned"),
    _topic("exercise", r"\bexercis", ev.ExercisedReceived, noun="exercise"),
    _topic("expiry", r"\bexpir", ev.ExpiredReceived, noun="expiry", many="expiries"),
    _topic("stop", r"\bstop(?:s|ped|ping)?(?:[ -](?:out|loss\w*))?\b", ev.StopDone, noun="stop", amount=am.stopped,
           amount_noun="stops"),
    _topic("pivot left", r"(?:left|leave\w*|end\w*|exit\w*|out of|over)\b[\w ]*\bpivot|pivot\w* (?:end|left|over)",
           ev.PivotLeft, noun="end of a pivot", many="ends of a pivot"),
    _topic("pivot", r"\bpivot|\bcc[ -]only|covered[ -]calls?[ -]only", ev.PivotEntered, noun="pivot"),
    _topic("freeze ended", r"(?:end\w*|lift\w*|left|over)\b[\w ]*\bfreeze|freeze\w* (?:end|lift|over)|unfro?e?ze|thaw",
           ev.FreezeOff, noun="end of a freeze", many="ends of a freeze"),
    _topic("freeze", r"\bfroze|\bfreez", ev.FreezeOn, noun="freeze"),
    _topic("breaker cleared", r"breakers?\b[\w ]*\bclear|clear\w*[\w ]*\bbreaker", ev.BreakerCleared,
           noun="cleared breaker"),
    _topic("breaker", r"\bbreaker|circuit|hedged week|\bhalt", ev.BreakerTripped, noun="tripped breaker"),
    _topic("trigger off", r"triggers?\b[\w ]*\b(?:off|end|over)", ev.TriggerOff, noun="trigger that turned off",
           many="triggers that turned off"),
    _topic("trigger", r"\btrigger", ev.TriggerOn, noun="trigger that turned on", many="triggers that turned on"),
    _topic("hedge skipped", rf"{_NOT}\b[\w ]*\bhedg|hedg\w*[\w ]*\bskip|skip\w*[\w ]*\bhedg", ev.HedgeSkipped,
           noun="skipped hedge"),
    _topic("hedge released", r"(?:s[eo]ld?|releas\w*|clos\w*|profit\w*|gain\w*|made?|earn\w*)\b[\w ]*\bhedg"
           r"|hedg\w*[\w ]*\b(?:sold|releas\w*|closed|profit|gain|ma[kd]e|earn)", ev.HedgeReleased,
           noun="released hedge", amount=_field["profit"], amount_noun="profit of released hedges"),
    _topic("hedge", r"\bhedg", ev.HedgeOpened, noun="opened hedge", amount=_field["premium"],
           amount_noun="premium of opened hedges"),
    _topic("unlatched", r"unlatch|latch\w*[\w ]*\b(?:releas|clear|lift|end)|(?:releas|clear|lift)\w*[\w ]*\blatch",
           ev.LatchReleased, noun="released latch", many="released latches"),
    _topic("latch", r"\blatch|\bsafe\b", ev.LatchSet, noun="latch", many="latches"),
    _acted("pause", r"\bpaus", "pause", "pause", "no_entries"),
    _acted("resume", r"\bresum", "resume", "resume"),
    _acted("reset", r"\breset", "reset", "reset"),
    _acted("kill", r"\bkill", "kill", "kill"),
    _topic("operator", r"\boperator|\bby hand|\bmanual|who (?:acted|pressed)|\bkeys?\b", ev.OperatorKey,
           noun="key of the operator", many="keys of the operator"),
    _topic("approval decided", r"approved|refused (?:by|prompt)|(?:decided|answered)[\w ]*(?:approval|prompt)"
           r"|(?:approval|prompt)[\w ]*(?:decided|answered)", ev.ApprovalDecided, noun="decided approval"),
    _topic("amendment", r"\bamend|\b(?:chang|alter)\w*[\w ]*\blaw\b|\blaw\b[\w ]*\b(?:chang|alter|enact)",
           ev.AmendmentProposed, ev.LawEnacted, ev.LawNotEnacted, noun="change of the law", many="changes of the law"),
    _topic("suggestion", r"\bsuggest|\bpropos|\badvis", ev.LlmsSuggested, ev.LlmsRefused, ev.LlmsApplied,
           ev.LlmsOutcome, noun="word of the ladder's adviser", many="words of the ladder's adviser"),
    _topic("approval", r"\bapprov|\bprompt", ev.ApprovalRequested, noun="requested approval"),
    _topic("week type", r"(?:type|kind|sort)[\w ]* week|week[\w ]*\btype|\btypes?\b",
           ev.WeekTyped, noun="typed week"),
    _topic("report", r"\breports?\b", ev.ReportWritten, noun="written report"),
    _topic("year mark", r"\b1256\b|\bmark(?:ed|s)?\b[\w ]*\b(?:tax|year)|\byear\b[\w' -]*\bmark", ev.YearMarked,
           noun="mark of a year's end", many="marks of a year's end"),
    _topic("tax paid", r"tax\w* (?:was |were |been )?paid|pa(?:id|y)[\w ]*\btax", ev.CashBooked, noun="tax payment",
           amount=_field["amount"], amount_noun="tax payments", keep=_has("reason", "tax")),
    _topic("tax set aside", r"tax\w*[\w ]*(?:set aside|reserved)|set aside[\w ]*tax|reserve\w* for tax",
           ev.ReinvestDone, noun="reinvestment", amount=_field["tax_reserve"], amount_noun="tax set aside"),
    _mark("tax reserve", r"\btax", "tax reserve", "tax_reserve"),
    _topic("reinvest", r"\breinvest", ev.ReinvestDone, noun="reinvestment", amount=_field["gain"],
           amount_noun="reinvested gains"),
    _topic("fork waiting", r"fork\w*[\w ]*\bwait|wait\w*[\w ]*\bfork|(?:not|n't)\b[\w ]*\bfork", ev.ForkWaiting,
           noun="fork that waits", many="forks that wait"),
    _topic("fork", r"\bfork", ev.AccountForked, noun="fork", amount=_field["amount"], amount_noun="forks"),
    _topic("merge", r"\bmerg", ev.AccountMerged, noun="merge", amount=_field["amount"], amount_noun="merges"),
    _cash("dividend", r"\bdividend", "dividend", "dividend"),
    _cash("interest", r"\binterest\b", "interest payment", "interest"),
    _cash("deposit", r"\bdeposit|paid in\b", "deposit", "deposit"),
    _cash("withdrawal", r"\bwithdr|paid out\b|took out", "withdrawal", "withdrawal"),
    _topic("fees", r"\bfees?\b|\bcommission|\btransaction cost", ev.OrderFilled, noun="fill", amount=am.fees,
           amount_noun="commissions"),
    _topic("premium", r"\bpremium|\bcredits?\b|\bincome\b", ev.OrderFilled, noun="fill of an income option",
           many="fills of income options", amount=am.premium, amount_noun="premium, net of what was bought back,",
           part=am.premium_sold, part_noun="premium sold", keep=lambda e: am.premium(e) is not None),
    _mark("unrealized", r"\bunreali[sz]|open p&l", "unrealized gain", "unrealized"),
    _topic("realized", r"\breali[sz]|\bprofit|\bgain(?:s|ed)?\b|\bloss|\blose|\blost\b|p ?& ?l\b|\bpnl\b"
           r"|\bearn(?:ed|s)?\b|\bma[kd]e\b|how did\b.*\bdo\b|\bperform",
           ev.LotClosed, ev.CashBooked, noun="closed lot or cash booking", many="closed lots and cash bookings",
           amount=am.realized, amount_noun="realized result, net of fees,", keep=lambda e: am.realized(e) is not None,
           by_side=True),
    _mark("drawdown", r"\bdraw ?down", "drawdown", "drawdown"),
    _mark("high water", r"high[ -]?water|\bpeak\b", "high-water mark", "high_water"),
    _mark("equity", r"\bequity|\bworth\b|\bvalue\b|\bbalance|\bcapital|net liquidation", "equity", "equity"),
    _mark("cash", r"\bcash\b", "cash", "cash"),
    _topic("margin", r"\bmargin", ev.MarginFound, noun="margin finding", reading="use", amount_noun="margin use"),
    _topic("vix", r"\bvix\b|\bvolatility", ev.TriggersJudged, noun="judged close", reading="vix", amount_noun="VIX"),
    _topic("index", r"\bspx\b|\bindex\b", ev.TriggersJudged, noun="judged close", reading="index", amount_noun="SPX"),
    _topic("breadth", r"\bbreadth", ev.TriggersJudged, noun="judged close", reading="breadth",
           amount_noun="breadth in percent"),
    _topic("atr", r"\batr\b|true range", ev.AtrFixed, noun="fixed ATR", reading="atr", amount_noun="ATR"),
    _topic("level", r"\blevels?\b|\bl[0-3]\b|\bbreach|\bescalat|\bprotocol", ev.LevelChanged, noun="change of level",
           many="changes of level"),
    _topic("skip", rf"\bskip|{_NOT}\b[\w ']*\b(?:trad\w+|enter|entr\w+|sell|sold|buy|bought|writ\w+|open\w*|plan\w*"
           r"|puts?|calls?|anything)\b",
           ev.EntrySkipped, noun="skipped entry", many="skipped entries"),
    _topic("rejection", r"\breject", ev.OrderRejected, ev.SymbolRejecting, noun="rejected order"),
    _topic("cancel", r"\bcancel", ev.OrderCancelled, noun="cancelled order"),
    _topic("abandoned", r"\babandon|\bgave up|\bgive up", ev.OrderAbandoned, noun="abandoned order"),
    _topic("unknown order", r"unknown orders?|orders?\b[\w ]*\bunknown", ev.OrderUnknown, noun="unknown order"),
    _topic("filled", r"\bfill|\btrade[sd]?\b|\btrading", ev.OrderFilled, noun="fill"),
    _topic("sent", r"orders?\b[\w ]*\b(?:sent|send)|(?:sent|send)\b[\w ]*\borders?|\borders?\b", ev.OrderSent,
           ev.OrderReplaced, noun="order sent", many="orders sent"),
    _topic("entry", r"\bentr|\bsell|\bsold|\bopen|\bwr[io]t|\bplan|\bputs?\b|\bcalls?\b|\bb(?:ought|uy)",
           ev.EntryPlanned, noun="planned entry", many="planned entries", amount=_field["exposure"],
           amount_noun="exposure of planned entries"),
    _topic("stale data", r"\bstale|bad (?:quote|data)|invalid (?:quote|data)", ev.DataStale, ev.DataInvalid,
           noun="finding of stale or bad data", many="findings of stale or bad data"),
    _topic("linked", r"\blinked\b|\bwaive\w*|paper (?:requirement|history|first)|broker'?s? accounts?"
           r"|\b(?:live|paper) or (?:live|paper)\b", ev.SessionLinked, noun="link to the broker's accounts",
           many="links to the broker's accounts"),
    _topic("broker", r"\bbroker|\bconnection|\bdisconnect|\blink\b|\bgateway", ev.BrokerDown, ev.BrokerUp,
           noun="change of the broker's link", many="changes of the broker's link"),
    _topic("mismatch", r"\bmismatch|\breconcil", ev.ReconcileMismatch, noun="mismatch", many="mismatches"),
    _topic("audit", r"\baudit", ev.AuditDone, noun="audit"),
    _topic("alert", r"\balert|\bwarn|\bcritical|\bheadline|\bnews\b", ev.AlertRaised, noun="alert"),
    _topic("split", r"\bsplits?\b|\badjust", ev.PositionAdjusted, noun="adjusted position"),
    _topic("state", r"\bstates?\b|\bscanning|\bmonitoring|\bemergency|\bmaintenance|\btransition", ev.StateChanged,
           noun="change of state", many="changes of state"),
    _topic("start", r"\bstarted?\b|\bbegan|\bprovision|\bseed\b|\bconstitution", ev.SessionStarted,
           ev.AccountProvisioned, noun="start"),
    _topic("account", r"\baccounts?\b|\bsleeves?\b", ev.AccountProvisioned, noun="account"),
)  # fmt: skip

HAPPENED: Final = _topic(
    "happened", r"\bhappen|\bdo(?:ne|ing)?\b|\bdid\b|\bevents?\b|\bgoing on\b|\bactivity",
    ev.AccountProvisioned, ev.PivotEntered, ev.PivotLeft, ev.FreezeOn, ev.FreezeOff, ev.BreakerTripped,
    ev.BreakerCleared, ev.TriggerOn,
    ev.TriggerOff, ev.StopDone, ev.RollDone, ev.RollRefused, ev.AssignmentReceived, ev.CalledAwayReceived,
    ev.ExercisedReceived,
    ev.HedgeOpened, ev.HedgeReleased, ev.HedgeSkipped, ev.LeapOpened, ev.LeapRolled, ev.LeapClosed, ev.ReinvestDone,
    ev.AccountForked, ev.AccountMerged, ev.RunOffBegun, ev.LatchSet, ev.OperatorKey, ev.AlertRaised, ev.BrokerDown,
    ev.ReconcileMismatch, ev.OrderRejected, ev.EntryPlanned, ev.EntrySkipped, ev.ExpiredReceived,
    noun="event", keep=lambda e: True,
)  # fmt: skip
ANYTHING: Final = Topic("anything", re.compile("$^"), (), "event", "events")
"""Every kind; asked for where only a clause is named."""

BY_NAME: Final = {each.name: each for each in (*TOPICS, HAPPENED)}
