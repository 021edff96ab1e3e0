"""The table `[broker]`: read strictly, written in its place, and nothing else of a person's file touched."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allusetui.domain.link import SLEEVES, Link, Mode
from allusetui.linking.table import LinkError, load, read
from allusetui.linking.text import SpliceError, table_text, with_table
from allusetui.settings import default_text

ONE = Link("127.0.0.1", 4002, 7, Mode.PAPER, dict.fromkeys(SLEEVES, "DU4000001"))
MANY = Link("gate", 7496, 12, Mode.LIVE, {"GEN": "U1", "REV": "U2", "COM": "U3"})
FILE = Path("settings.toml")
GOOD = '[broker]\nport = 4002\nmode = "paper"\n'


@pytest.mark.parametrize("link", [ONE, MANY])
def test_what_is_written_is_read_again(link: Link) -> None:
    assert read(table_text(link), FILE) == link


def test_what_is_left_out_has_its_default_and_live_is_off() -> None:
    assert read(f'{GOOD}account = "DU4000001"\n', FILE) == ONE
    assert table_text(ONE).count("live = false") == 1


def test_no_file_and_no_table_are_no_link(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") is None
    assert read(default_text(), FILE) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'{GOOD}account = "DU1"\ncolour = 3', "broker.colour: is not known; there are host, port, client_id, mode"),
        ('[broker]\nmode = "paper"\naccount = "DU1"', "broker.port: is missing; allusetui link asks for all"),
        ('[broker]\nport = 4002\naccount = "DU1"', "broker.mode: is missing; allusetui link asks for all"),
        ('[broker]\nport = "4002"\nmode = "paper"', "broker.port: '4002' does not fit; allowed: a valid integer"),
        (
            '[broker]\nport = 65536\nmode = "paper"',
            "broker.port: 65536 does not fit; allowed: less than or equal to 65535",
        ),
        ('[broker]\nport = true\nmode = "paper"', "broker.port: True does not fit; allowed: a valid integer"),
        ('[broker]\nport = 4002\nmode = "sim"', "broker.mode: 'sim' does not fit; allowed: 'paper' or 'live'"),
        (
            f'{GOOD}account = "DU1"\nclient_id = 0',
            "broker.client_id: 0 does not fit; allowed: greater than or equal to 1",
        ),
        (f'{GOOD}account = "DU1"\nlive = "yes"', "broker.live: 'yes' does not fit; allowed: a valid boolean"),
        (f'{GOOD}account = "DU1"\nhost = "a b"', "broker.host: 'a b' is no host; a host's name or its address"),
        (f'{GOOD}account = "DU1"\nhost = "a..b"', "broker.host: 'a..b' is no host; a host's name or its address"),
        (f'{GOOD}account = "DU1"\nhost = "{"a" * 64}.b"', f"broker.host: '{'a' * 64}.b' is no host; "),
        (f'{GOOD}account = "DU1"\nhost = "a::b:"', "broker.host: 'a::b:' is no host; a host's name or its address"),
        (f'{GOOD}account = "DU1"\nhost = ""', "broker.host: '' is no host; a host's name or its address"),
        (GOOD, "broker.account: is missing; one account for all sleeves, or [broker.accounts] with GEN, REV and COM"),
        (
            f'{GOOD}account = "DU1"\n[broker.accounts]\nGEN = "DU1"\nREV = "DU1"\nCOM = "DU1"',
            "broker.account: stands beside a table broker.accounts; one account",
        ),
        (f'{GOOD}[broker.accounts]\nGEN = "DU1"\nREV = "DU2"', "broker.accounts.COM: is missing; allusetui link"),
        (
            f'{GOOD}[broker.accounts]\nGEN = "DU1"\nMINI = "DU2"',
            "broker.accounts.MINI: is not known; there are GEN, REV, COM",
        ),
        (f"{GOOD}accounts = 7", "broker.accounts: 7 is no table; a table [broker.accounts] with GEN, REV, COM"),
        (f"{GOOD}account = 7", "broker.account: 7 does not fit; allowed: a valid string"),
        ("broker = 7", "broker: 7 is no table; a table [broker]: allusetui link writes one"),
        ("[[broker]]\nport = 1", "broker: [{'port': 1}] is no table; a table [broker]"),
        ("[broker", "(file): is not TOML (Expected"),
        ("a = " + "[" * 5_000, "(file): is not TOML ("),
        ('[broker]\n"\\u001b[2J" = 1', "broker.[2J: is not known; there are host"),
    ],
)
def test_what_is_wrong_refuses_with_one_line_of_file_key_and_cure(text: str, told: str) -> None:
    with pytest.raises(LinkError) as refused:
        read(text, FILE)
    line = str(refused.value)
    assert line.startswith(f"settings.toml: {told}") and line.isprintable()


def test_a_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match=r"can.t be read .Is a directory."):
        load(tmp_path)
    (tmp_path / "settings.toml").write_bytes(b'theme = "\xff"')
    with pytest.raises(LinkError, match="is not UTF-8"):
        load(tmp_path / "settings.toml")


def test_the_table_takes_its_old_one_s_place_and_every_other_line_stays() -> None:
    before = (
        '# mine\ntheme = "light"   # bright\n\n[broker]\nport = 1\n\n[broker.accounts]\nGEN = "DU9"\n\n'
        '# my keys\n[keys]\npause = "F"\n'
    )
    assert with_table(before, ONE) == (
        f'# mine\ntheme = "light"   # bright\n\n{table_text(ONE)}\n# my keys\n[keys]\npause = "F"\n'
    )
    assert with_table('theme = "light"', MANY) == f'theme = "light"\n\n{table_text(MANY)}'
    assert with_table("", ONE) == table_text(ONE)


def test_a_remark_inside_the_old_table_is_kept_below_the_new_one() -> None:
    before = '[broker]\n# a\u2028[broker]\nport = 1\n\n[broker.accounts]\n# mine\nGEN = "DU9"\n[keys]\n'
    after = with_table(before, ONE)
    assert after == f"{table_text(ONE)}\n# a\u2028[broker]\n# mine\n[keys]\n"
    assert with_table(after, MANY) == f"{table_text(MANY)}\n# a\u2028[broker]\n# mine\n[keys]\n"


def test_line_ends_of_another_system_stay() -> None:
    assert with_table('theme = "light"\r\n[broker]\r\nport = 1\r\n[keys]\r\n', ONE) == (
        f'theme = "light"\r\n{table_text(ONE)}\n[keys]\r\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        'broker = { port = 4002, mode = "paper" }\n',
        "broker.port = 4002\n",
        '["broker"]\nport = 4002\n',
        "[[broker]]\nport = 4002\n",
        'note = """\n[broker]\nport = 1\n"""\n',
        "theme = \n",
    ],
)
def test_a_table_that_can_not_be_told_apart_by_lines_is_left_as_it_is(text: str) -> None:
    with pytest.raises(SpliceError):
        with_table(text, ONE)


LINES = st.sampled_from(
    ["# a remark", "# [broker]", "", "   ", 'x = "[broker]"', "[keys]", "[llm]  # mine", "[broker]",
     "[broker.accounts]", "port = 1", 'GEN = "DU1"', "y = [", "  [1],", "]", 'z = """', '"""',
     "[ broker ]", "# a\u2028[broker]", "\tw = 1"]
)  # fmt: skip


@given(st.lists(LINES, max_size=12), st.sampled_from([ONE, MANY]), st.sampled_from(["\n", "\r\n"]))
def test_whatever_stands_in_the_file_only_this_table_changes(lines: list[str], link: Link, ends: str) -> None:
    text = ends.join(lines)
    try:
        spliced = with_table(text, link)
    except SpliceError:
        return
    before, after = tomllib.loads(text), tomllib.loads(spliced)
    assert read(spliced, FILE) == link
    assert {k: v for k, v in after.items() if k != "broker"} == {k: v for k, v in before.items() if k != "broker"}
    untouched = re.split(r"(?m)^\[ ?broker", text)[0].rstrip()
    assert spliced.startswith(untouched)
    assert spliced.count("# a\u2028[broker]") == text.count("# a\u2028[broker]")
    assert with_table(spliced, link) == spliced
