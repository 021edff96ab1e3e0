"""The guides: each can be read, and what they name is there."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import allusetui
from allusetui.broker.ibkr.known import read as read_known
from allusetui.cli.commands import app
from allusetui.cli.gateway import codes_of
from allusetui.codec.records import KINDS, summary_of
from allusetui.compose.sessions import JOURNAL_FILE, replay
from allusetui.guides.facts import FACTS
from allusetui.guides.law_facts import percent
from allusetui.guides.pages import page
from allusetui.law.load import load
from allusetui.linking.table import read as read_link
from allusetui.scenario.expect import judge
from allusetui.scenario.load import parse
from allusetui.view.commands import KEYS
from allusetui.view.fit import width_of_line
from allusetui.view.guides import FIRST, GUIDE, GUIDES, guide
from allusetui.view.shelf import empty_shelf
from tests.cli.typed import blocks, commands_of, read, words_of

LAW = load()
CLAUSES = {clause.id for clause in LAW.clauses}
OTHER_KEYS = {"tab", "esc", "y", "n", "1", "9", "^l"}
"""Keys of the dashboard that are no command's."""
EVERY = pytest.mark.parametrize("topic", GUIDES)


def test_every_guide_of_the_folder_is_in_the_list() -> None:
    folder = files("allusetui.guides").iterdir()
    assert {each.name.removesuffix(".md") for each in folder if each.name.endswith(".md")} == set(GUIDES)


@EVERY
def test_a_guide_has_a_title_and_no_hole(topic: str) -> None:
    text = page(topic)
    assert text.startswith("# ") and re.search(r"\{\{[a-z]", text) is None


def test_the_guide_that_opens_first_needs_no_facts() -> None:
    assert "{{" not in (files("allusetui.guides") / f"{FIRST}.md").read_text(encoding="utf-8")


@EVERY
def test_every_command_of_a_guide_can_be_typed(topic: str) -> None:
    for line in commands_of(page(topic)):
        read(line)


def test_the_accounts_that_a_guide_gives_our_gateway_are_taken() -> None:
    told = [accounts for topic in GUIDES for accounts in re.findall(r"--accounts (\S+)", page(topic))]
    assert told and all(codes_of(accounts) for accounts in told)


def test_every_command_of_the_program_is_in_a_guide() -> None:
    told = {read(line)[0] for topic in GUIDES for line in commands_of(page(topic))}
    program: Any = get_command(app)
    constitution = program.commands["constitution"].commands
    every = {*program.commands, *(f"constitution {name}" for name in constitution)} - {"constitution"}
    assert every - told == set()


def test_a_command_that_could_not_be_typed_would_be_found() -> None:
    text = "```sh\nX=1 allusetui link --acount DU1 | cat\n```\nand `allusetui\nstats`, which `tmux new` shows"
    assert commands_of(text) == ["X=1 allusetui link --acount DU1 | cat", "allusetui stats"]
    for line, wrong in zip(commands_of(text), ("--acount", "stats"), strict=True):
        with pytest.raises(Exception, match=wrong):
            read(line)


@EVERY
def test_every_clause_that_a_guide_names_is_one(topic: str) -> None:
    for told in re.findall(r"\((\d+\.\d+(?:, \d+\.\d+)*)\)", page(topic)):
        assert set(told.split(", ")) <= CLAUSES


@EVERY
def test_every_key_that_a_guide_names_is_one(topic: str) -> None:
    prose = re.sub(r"^```.*?^```", "", page(topic), flags=re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"`([A-Za-z0-9/?!]|ctrl\+[a-z]|\^[a-z]|enter|tab|esc)`", prose))
    assert named <= {*KEYS.values(), *OTHER_KEYS}


def test_the_law_is_told_clause_by_clause_with_every_number() -> None:
    text = page("law")
    assert re.findall(r"^### (\S+\.\d+) ", text, re.MULTILINE) == [clause.id for clause in LAW.clauses]
    assert percent("sizing.symbol_cap") in text and "halvings = 3" in text and "rejections = 5" in text


@pytest.mark.parametrize("fact", ["law sizing.cap", "percent nothing", "clauses 18", "events nobody", "keys_of Fork"])
def test_a_hole_for_what_there_is_not_is_an_error(fact: str) -> None:
    name, _, argument = fact.partition(" ")
    with pytest.raises(KeyError):
        FACTS[name](argument)


def test_the_journal_s_guide_tells_every_kind_and_names_no_other() -> None:
    told = re.findall(r"^- `([a-z_]+\.[a-z_]+)`", page("journal"), re.MULTILINE)
    assert sorted(told) == sorted(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_every_event_means_is_said_in_a_sentence(kind: str) -> None:
    assert re.fullmatch(r"\S+ .*[a-z0-9)`]\.", summary_of(kind))


def test_the_reasons_that_the_journal_s_guide_names_are_given_somewhere() -> None:
    told = " ".join(re.findall(r"^Reasons of.*?(?=\n\n)", page("journal"), re.DOTALL | re.MULTILINE))
    reasons = set(re.findall(r"\b[a-z_]+(?=[,.](?:\s|$))", told))
    house = Path(allusetui.__file__).parent
    files_of = (path for room in ("rules", "engine", "domain") for path in (house / room).rglob("*.py"))
    code = "".join(path.read_text("utf-8") for path in files_of)
    assert len(reasons) > 20 and {reason for reason in reasons if f'"{reason}"' not in code} == set()


def test_the_scenario_of_its_guide_runs(tmp_path: Path) -> None:
    (text,) = blocks(page("scenario"), "toml", "scenario")
    scenario = parse(text, "the guide")
    replay(scenario, tmp_path, lambda ms: None)
    records = [json.loads(line) for line in (tmp_path / JOURNAL_FILE).read_text(encoding="utf-8").splitlines()]
    assert [verdict.ok for verdict in judge(scenario.expectations, records)] == [True]


def test_the_tables_of_the_linking_guide_are_read(tmp_path: Path) -> None:
    text = page("linking")
    (broker,), (market,) = blocks(text, "toml", "broker"), blocks(text, "toml", "market")
    link = read_link(broker, tmp_path / "settings.toml")
    assert link is not None and link.codes == ("DU1234567",)
    file = tmp_path / "market.toml"
    file.write_text(market, encoding="utf-8")
    assert list(read_known(file).earnings) == ["AAPL"]


def test_the_unit_starts_what_can_be_typed() -> None:
    (unit,) = blocks(page("running"), "ini", "unit")
    (start,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    command, options = read(start)
    assert (command, options["headless"], options["mode"]) == ("run", True, "paper")
    assert words_of(start)[0].endswith("/bin/allusetui")


def test_the_picture_of_the_house_has_every_room() -> None:
    house, text = Path(allusetui.__file__).parent, page("extending")
    rooms = {each.name for each in house.iterdir() if (each / "__init__.py").is_file()}
    assert {room for room in rooms if f"{room}/" not in text} == set()
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py))`", text)
    assert named and all((house / each).exists() for each in named if not each.startswith("tests/"))


@EVERY
@pytest.mark.parametrize("width", [30, 80])
def test_a_guide_fits_its_pane(topic: str, width: int) -> None:
    lines = guide(topic, lambda period, name: page(name) if period == GUIDE else None, width)
    assert len(lines) > 10
    assert max(map(width_of_line, lines)) <= width


def test_markdown_is_laid_out_for_a_screen() -> None:
    items, fenced = "- an item that\n  goes on\n- another\n", "```\na  b\n```\n"
    text = f"# A title\n\nOne `word`\nand more.\n\n{items}\n> said\n> so\n\n{fenced}"
    told = ["".join(cell.text for cell in line) for line in guide("start", lambda period, name: text, 12)]
    assert told == [
        "A title", "=======", "", "One `word`", "and more.", "", "- an item", "  that goes", "  on", "- another", "",
        "> said so", "", "  a  b", "",
    ]  # fmt: skip


def test_a_guide_that_is_not_there_says_so() -> None:
    assert guide("start", empty_shelf, 80)[0][0].text == "start can't be read"
