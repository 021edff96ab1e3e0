"""`allusetui constitution`: the law to be read, its file to be checked, and what holds the engine to each clause."""

import json
import textwrap
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from allusetui.cli.evidence import Evidence, gather
from allusetui.cli.journals import ruled
from allusetui.cli.say import FAILED, WIDTH, complain, own_laws, tell
from allusetui.domain.frozen import frozen
from allusetui.domain.text import untrusted
from allusetui.law.load import LawError, law_hash, load, shipped
from allusetui.law.model import Clause, Law

_MISTYPED = str.maketrans({"O": "0", "I": "1", "L": "1", ",": ".", "-": ".", "§": None, " ": None})
NO_CHECKOUT = "not at hand: tests come with a checkout of the project, this is an installed package"


@frozen
class Which:
    """Whose law is to be shown: a version by its name, a session's, or else the one in force."""

    version: str | None = None
    session: str | None = None
    sessions: Path | None = None
    settings: Path | None = None


def show(clause_id: str | None, which: Which, as_json: bool) -> None:
    """All clauses, one a line; or all that is known of one."""
    law = _chosen(which)
    if clause_id is None:
        _show_all(law, as_json)
        return
    known = [clause.id for clause in law.clauses]
    if clause_id not in known:
        near = get_close_matches(clause_id.upper().translate(_MISTYPED), known, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "`constitution show` lists all"
        raise complain(f"there is no clause {untrusted(clause_id, 40)!r}; {hint}")
    facts = _facts(law, law.clause(clause_id), gather())
    if as_json:
        _print_json(facts)
    else:
        _print_facts(facts)


def verify(as_json: bool, settings: Path | None) -> None:
    """The sha256 of each constitution, once it is what was shipped, or approved; else one line and exit code 2."""
    try:
        hashes = {version: law_hash(version) for version in shipped}
        for version in shipped:
            load(version)
        laws = own_laws(settings)
        own = {row: laws.named(row.version).hash for row in laws.register}
    except LawError as error:
        raise complain(str(error)) from None
    if as_json:
        told = [{"version": version, "sha256": found, "as_shipped": True} for version, found in hashes.items()]
        _print_json([*told, *({**asdict(row), "as_approved": True} for row in own)])
        return
    for version, found in hashes.items():
        print(f"constitution {version} is as shipped: sha256 {found}")
    for row, found in own.items():
        print(untrusted(f"constitution {row.version} is as {row.by} approved it on {row.at[:10]}: sha256 {found}", 300))


def coverage(with_planned: bool, as_json: bool) -> None:
    """Where each clause is enforced, tested and shown; exit code 1 on a gap."""
    law, evidence = _law(), gather()
    gaps = {clause.id: evidence.gaps(clause, with_planned) for clause in law.clauses}
    if as_json:
        keys = ("id", "kind", "status", "functions", "tests", "scenarios")
        rows = [_facts(law, clause, evidence) for clause in law.clauses]
        _print_json([{**{key: row[key] for key in keys}, "gaps": gaps[str(row["id"])]} for row in rows])
    else:
        _print_coverage(law, evidence, gaps)
    if any(gaps.values()):
        raise SystemExit(FAILED)


def _chosen(which: Which) -> Law:
    if which.session is not None:
        if which.version is not None:
            raise complain("--law and --session: one of both")
        with ruled(which.session, None, which.sessions, which.settings) as found:
            return found.at()
    try:
        laws = own_laws(which.settings)
        return (laws.in_force() if which.version is None else laws.named(which.version)).law
    except LawError as error:
        raise complain(str(error)) from None


def _law() -> Law:
    try:
        return load()
    except LawError as error:
        raise complain(str(error)) from None


def _show_all(law: Law, as_json: bool) -> None:
    if as_json:
        names = ("id", "kind", "summary", "status")
        _print_json([{name: getattr(clause, name) for name in names} for clause in law.clauses])
        return
    tell("".join(f"{each.id:<5} {each.kind:<9} {each.status:<9} {each.summary}\n" for each in law.clauses))


def _facts(law: Law, clause: Clause, evidence: Evidence) -> dict[str, Any]:
    return {
        **asdict(clause),
        "numbers": law.numbers(clause.id),
        "functions": evidence.functions.get(clause.id, []),
        "tests": None if evidence.tests is None else evidence.tests.get(clause.id, []),
        "scenarios": evidence.scenarios.get(clause.id, []),
    }


def _print_facts(facts: dict[str, Any]) -> None:
    print(f"{facts['id']}  {facts['summary']}  ({facts['kind']}, {facts['status']})")
    _print_part("Constitution", [str(facts["sentence"])])
    _print_part("Reading", [facts["reading"] or "none: the sentence stands by itself"])
    _print_part("Numbers", [f"{key} = {_worded(value)}" for key, value in facts["numbers"].items()])
    _print_part("Enforced by", facts["functions"])
    _print_part("Tests", [NO_CHECKOUT] if facts["tests"] is None else facts["tests"])
    _print_part("Scenarios", facts["scenarios"])


def _print_part(title: str, lines: list[str]) -> None:
    print(f"\n{title}")
    for line in lines or ["none"]:
        print(textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False))


def _worded(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_worded(one) for one in value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _print_coverage(law: Law, evidence: Evidence, gaps: dict[str, list[str]]) -> None:
    where = {clause.id: _where(evidence.functions.get(clause.id, [])) for clause in law.clauses}
    wide = max(len(text) for text in where.values())
    print(f"{'clause':<7}{'status':<10}{'enforced in':<{wide}}  tests  scenarios")
    for clause in law.clauses:
        tests = "?" if evidence.tests is None else str(len(evidence.tests.get(clause.id, [])))
        shown = len(evidence.scenarios.get(clause.id, []))
        gap = f"  GAP: {', '.join(gaps[clause.id])}" if gaps[clause.id] else ""
        print(f"{clause.id:<7}{clause.status:<10}{where[clause.id]:<{wide}}  {tests:>5}  {shown:>9}{gap}")
    rules = [clause for clause in law.clauses if clause.kind == "rule"]
    planned = sum(clause.status == "planned" for clause in rules)
    lacking = [clause_id for clause_id, what in gaps.items() if what]
    print(f"\n{len(rules)} rules: {len(rules) - planned} enforced, {planned} planned.")
    print(f"Gaps: {', '.join(lacking) or 'none'}.")
    if evidence.tests is None:
        print(f"Tests are {NO_CHECKOUT}.")


def _where(functions: list[str]) -> str:
    """The first function, and how many there are beside it."""
    if not functions:
        return "-"
    more = f" +{len(functions) - 1}" if functions[1:] else ""
    return functions[0].removeprefix("allusetui.") + more


def _print_json(value: object) -> None:
    tell(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
