"""Every wrong key or value is one line: file, key, what is wrong, what is allowed."""

import pytest

from allusetui.scenario.load import ScenarioError, parse
from tests.scenario.small import SMALL, changed

AT = "at = 2026-03-05T10:40:00\n"
CLOSE = f'[[operator]]\n{AT}action = "close"\naccount = "GEN"\n'
OPTION = '[accounts.REV]\n[[accounts.REV.options]]\nsymbol = "AAPL"\nstrike = 1\nright = "P"\nprice = 1\n'


def line(text: str) -> str:
    """The one line that refuses a text."""
    with pytest.raises(ScenarioError) as caught:
        parse(text, "week.toml")
    said = str(caught.value)
    assert said.startswith("week.toml: ")
    assert len(said.splitlines()) == 1
    return said


REPLACED = [
    ('name = "small"', 'name = "../../etc"', "scenario.name", "allowed: letters"),
    ('name = "small"', "", "scenario.name", "is missing; needed: name, start, end"),
    ('name = "small"', 'name = "a"\nmode = "stres"', "scenario.mode", "did you mean stress?"),
    ('name = "small"', 'name = "a"\nseed = true', "scenario.seed", "not a number"),
    ('name = "small"', 'name = "a"\nseed = 1.5', "scenario.seed", "whole number"),
    ('name = "small"', 'name = "a"\ncapital = nan', "scenario.capital", "out of range"),
    ('name = "small"', 'name = "a"\ncapital = 1e900000', "scenario.capital", "out of range"),
    ('name = "small"', 'name = "a"\ncapital = "4_000_000"', "scenario.capital", "not a number"),
    ('name = "small"', 'name = "a"\naccounts = ["GEM"]', "scenario.accounts", "allowed: GEN, REV, COM"),
    ('name = "small"', 'name = "a"\n"odd\\nkey" = 1', 'scenario."odd', "is not a key here"),
    ("2026-03-06T17:00:00", "2026-03-04T09:00:00", "scenario.end", "not after the start"),
    ("2026-03-06T17:00:00", "2026-03-06T17:00:00-05:00", "scenario.end", "without offset"),
    ("2026-03-06T17:00:00", "2026-03-06", "scenario.end", "not a New York time"),
    ("[market]\n", "[markt]\na = 1\n[market]\n", "markt", "did you mean market?"),
    ('kind = "scripted"', 'kind = "scriptd"', "market.kind", "allowed: scripted, history, synthetic"),
    ('kind = "scripted"', 'kind = "scripted"\ndata = "d"', "market.data", "reads no data"),
    ('kind = "scripted"', 'kind = "scripted"\nbreadth = 5', "market.breadth", "is not a table; allowed: value"),
    ('kind = "scripted"', 'kind = "scripted"\nmargin = 0.12345', "market.margin", "four decimals"),
    ("spot = 200", "spott = 200", "market.symbols.AAPL.spott", "did you mean spot?"),
    ("spot = 200", "spot = -1", "market.symbols.AAPL.spot", "allowed: a number of at least 0.01"),
    ("spot = 200", "spot = 200\natr = 0.00001", "market.symbols.AAPL.atr", "at least 0.0001"),
    ("spot = 200", "spot = 200\ntick = 0.00001", "market.symbols.AAPL.tick", "at most four decimals"),
    ("spot = 200", "spot = 200\nstrike_step = 0.33333", "market.symbols.AAPL.strike_step", "at most four decimals"),
    ("spot = 200", "spot = 200\nstrike_step = 0.0099", "market.symbols.AAPL.strike_step", "allowed: 0.01 or more"),
    ("2026-03-04T09:00:00", "1949-12-31T09:00:00", "scenario.start", "allowed: 1950 to 2199"),
    ("2026-03-06T17:00:00", "2200-01-01T00:00:00", "scenario.end", "allowed: 1950 to 2199"),
    ("spot = 200", 'spot = 200\nexpiries = "weekly"', "market.symbols.AAPL.expiries", "friday, mon-wed-fri, daily"),
    ("spot = 200", 'spot = 200\noi = "none"', "market.symbols.AAPL.oi", '"missing"'),
    ("spot = 200", 'spot = 200\natr = "missing"', "market.symbols.AAPL.atr", '"none"'),
    ("spot = 200", "spot = 200\nearnings = 2026-03-12", "market.symbols.AAPL.earnings", '"unknown"'),
    ("spot = 200", "spot = 200\ndividends = [{ ex = 2026-03-10 }]", "AAPL.dividends[1].amount", "is missing"),
    ("iv = 0.60", "iv = 60", "market.symbols.AAPL.iv", "at most 10"),
    ("symbols.VIX", "symbols.vix", "market.symbols.vix", "capital letters"),
    ('kind = "scripted"', 'kind = "synthetic"\ndata = "d"', "market.data", "a synthetic market reads no data"),
]

EXACT = OPTION + "expiry = 2026-03-06\nopened = 2026-03-02\nquantity = 1\n"
OPENED = "quantity = 1\nopened = 2026-03-02\n"
BOTH = OPTION + "expiry = 2026-03-06\n" + OPENED
SHORT_TOO = BOTH.replace("quantity = 1", "quantity = -1").removeprefix("[accounts.REV]\n")
ACT = f"[[operator]]\n{AT}"
FIRST_DAY = "[[operator]]\nat = 2026-03-04T09:30:00\n"
EARLY = "at = 2026-03-04T08:59:59\n"

ADDED = [
    ("[accounts.GEN]\nbase = 0\n", "accounts.GEN.base", "allowed: a number above 0"),
    ("[accounts.GEN]\nhigh_water = -1\n", "accounts.GEN.high_water", "allowed: a number above 0"),
    ("[accounts.GEN]\nequity = -1\n", "accounts.GEN.equity", "at least 0"),
    (EXACT.replace("strike = 1", "strike = 1.00001"), "REV.options[1].strike", "at most four decimals"),
    (EXACT.replace("price = 1", "price = 1.00001"), "REV.options[1].price", "at most four decimals"),
    ("[accounts.COM.holdings.AAPL]\nshares = 1\nbasis = 1.00001\n", "holdings.AAPL.basis", "at most four decimals"),
    (ACT + 'action = "deposit"\naccount = "GEN"\namount = 0.00001\n', "operator[1].amount", "at most four decimals"),
    (f"[[tape]]\n{AT}set = {{ AAPL = 0.009 }}\n", "tape[1].set.AAPL", "at least 0.01"),
    ("[accounts.GEN]\nopened = 2026-03-05\n", "accounts.GEN.opened", "after the start"),
    ("[accounts.A1.GEN]\nequity = 1\n", 'accounts."A1.GEN"', "A2.GEN"),
    ("[accounts.COM.holdings.VIX]\nshares = 1\nbasis = 1\n", "accounts.COM.holdings.VIX", "an index"),
    (OPTION + "expiry = 2026-03-06\nquantity = 1\nopened = 2026-03-05\n", "REV.options[1].opened", "after the start"),
    (OPTION + "expiry = 2028-03-05\n" + OPENED, "REV.options[1].expiry", "2028-03-04 or earlier, 24 months"),
    (OPTION.replace("AAPL", "MSFT") + "expiry = 2026-03-06\n" + OPENED, "REV.options[1].symbol", "listed: AAPL, VIX"),
    (BOTH + SHORT_TOO, "options[2].quantity", "net"),
    (f"[[tape]]\n{EARLY}set = {{ AAPL = 1 }}\n", "tape[1].at", "before the start; allowed: 2026-03-04T09:00:00 or"),
    (f'[[fault]]\n{EARLY}for = "1s"\nkind = "stale"\nsymbol = "AAPL"\n', "fault[1].at", "before the start"),
    (f'[[fault]]\n{EARLY}kind = "crash"\nfor = "1h"\n', "fault[1].at", "before the start"),
    (f'[[headline]]\n{EARLY}symbol = "AAPL"\ntext = "x"\n', "headline[1].at", "before the start"),
    (f'[[headline]]\n{AT}symbol = "AAPL"\n', "headline[1].text", "is missing; needed: at, symbol, text"),
    (f'[[headline]]\n{AT}symbol = "aapl"\ntext = "x"\n', "headline[1].symbol", "is not a symbol"),
    (f'[[headline]]\n{AT}symbol = "AAPL"\ntext = 5\n', "headline[1].text", "allowed: a text of at most 100000"),
    (f'[[headline]]\n{AT}symbol = "AAPL"\ntext = "{"x" * 100_001}"\n', "headline[1].text", "allowed: a text"),
    (f'[[operator]]\n{EARLY}action = "kill"\n', "operator[1].at", "before the start"),
    (FIRST_DAY + 'action = "pause"\naccount = "MINI-1"\n', "operator[1].account", "does not exist"),
    (f'[[operator]]\n{AT}action = "pause"\n[accounts.MINI-1]\nequity = 1\n', "operator[1].account", "is missing"),
    (ACT + 'action = "approve"\naccount = "GEN"\nsymbol = "AAPL"\n', "operator[1].symbol", "means nothing"),
    (f'[[operator]]\n{AT}action = "pause"\naccount = "GEN"\namount = 1\n', "operator[1].amount", "action pause"),
    (f'[[operator]]\n{AT}action = "withdraw"\naccount = "GEN"\namount = 0\n', "operator[1].amount", "above 0"),
    (f'[[operator]]\n{AT}action = "tax_paid"\naccount = "GEN"\n', "operator[1].amount", "is missing"),
    (f'[[fault]]\n{AT}kind = "broker_down"\nsymbol = "AAPL"\n', "fault[1].symbol", "allowed: at, for, kind"),
    (f'[[fault]]\n{AT}kind = "stale"\nsymbol = "AAPL"\nvalue = 3\n', "fault[1].value", "means nothing to kind stale"),
    (f'[[fault]]\n{AT}kind = "partial_fill"\nsymbol = "AAPL"\nvalue = -1\n', "fault[1].value", "contracts a second"),
    (f'[[fault]]\n{AT}kind = "stale"\nsymbol = "AAPL"\nfor = "0"\n', "fault[1].for", "not a duration"),
    ('[[expect]]\nkind = "a"\nmin = 3\nmax = 2\n', "expect[1].min", "more than max 2"),
    ('[[expect]]\nkind = "a"\ncount = 3\nmax = 2\n', "expect[1].count", "not within min and max"),
    ("[accounts.GENN]\nequity = 1\n", "accounts.GENN", "A2.GEN"),
    ("[accounts.MINI-1]\nbase = 1\n", "accounts.MINI-1.equity", "is missing"),
    ("[accounts.COM.holdings.MSFT]\nshares = 100\nbasis = 1\n", "accounts.COM.holdings.MSFT", "listed: AAPL, VIX"),
    ("[accounts.COM.holdings.AAPL]\nshares = 0\nbasis = 1\n", "accounts.COM.holdings.AAPL.shares", "above 0"),
    ('[accounts.COM.holdings.AAPL]\nshares = 1\nbasis = 1\nassigned = "yes"\n', "AAPL.assigned", "true, false"),
    (OPTION + "expiry = 2026-03-03\nopened = 2026-03-02\nquantity = 1\n", "REV.options[1].expiry", "before the start"),
    (OPTION + "expiry = 2026-03-06\nopened = 2026-03-02\nquantity = 0\n", "REV.options[1].quantity", "not 0"),
    ("[tape]\nat = 1\n", "tape", "tables under [[tape]]"),
    (f"[[tape]]\n{AT}set = {{ AAPL = 1 }}\nglide = 15\n", "tape[1].glide", '"15m"'),
    (f'[[tape]]\n{AT}set = {{ AAPL = 1 }}\nglide = "9999d"\n', "tape[1].glide", "too long"),
    (f"[[tape]]\n{AT}set = {{}}\n", "tape[1].set", "sets nothing"),
    (f"[[tape]]\n{AT}set = {{ AAPLE = 1 }}\n", "tape[1].set.AAPLE", "did you mean AAPL?"),
    (f'[[tape]]\n{AT}set = {{ "AAPL.volum" = 1 }}\n', 'tape[1].set."AAPL.volum"', "did you mean volume?"),
    (f'[[tape]]\n{AT}set = {{ "AAPL.iv" = "none" }}\n', 'tape[1].set."AAPL.iv"', "not a number"),
    (f'[[fault]]\n{AT}kind = "crash"\n[[fault]]\n{AT}kind = "stael"\n', "fault[2].kind", "did you mean stale?"),
    (f'[[fault]]\n{AT}kind = "stale"\n', "fault[1].symbol", "is missing; kind stale needs: symbol"),
    (f'[[fault]]\n{AT}kind = "stale"\nsymbol = "MSFT"\n', "fault[1].symbol", "not listed under market.symbols"),
    (f'[[fault]]\n{AT}kind = "bad_quote"\nsymbol = "AAPL"\nvalue = "odd"\n', "fault[1].value", "spike, future"),
    (f'[[fault]]\n{AT}kind = "partial_fill"\nsymbol = "AAPL"\nvalue = "two"\n', "fault[1].value", "contracts a second"),
    (f'[[fault]]\n{AT}kind = "broker_book"\nsymbol = "AAPL"\n', "fault[1].quantity", "is missing; kind"),
    (f'[[fault]]\n{AT}kind = "assign"\nsymbol = "AAPL"\nquantity = 1\n', "fault[1].expiry", "is missing; kind"),
    (
        f'[[fault]]\n{AT}kind = "broker_book"\nsymbol = "AAPL"\nquantity = 1\nstrike = 1\n',
        "fault[1].expiry",
        "all three",
    ),
    (f'[[fault]]\n{AT}kind = "crash"\nfor_ms = 3\n', "fault[1].for_ms", "allowed: at, kind, for"),
    (f'[[operator]]\n{AT}action = "pause"\n', "operator[1].account", "is missing; action pause needs it"),
    (f'[[operator]]\n{AT}action = "paus"\naccount = "GEN"\n', "operator[1].action", "did you mean pause?"),
    (f'[[operator]]\n{AT}action = "kill"\naccount = "GEN"\n', "operator[1].account", "every account"),
    (f'[[operator]]\n{AT}action = "deposit"\naccount = "GEN"\n', "operator[1].amount", "action deposit needs: amount"),
    (f'[[operator]]\n{AT}action = "close"\naccount = "GEN"\n', "operator[1].symbol", "action close needs: symbol"),
    (CLOSE + 'symbol = "AAPL"\n', "operator[1].expiry", "is missing; action close needs: symbol, expiry, strike"),
    (CLOSE + 'symbol = "X"\nexpiry = 2026-03-06\nstrike = 1\nright = "P"\n', "operator[1].symbol", "not listed"),
    ("[[expect]]\ncount = 1\n", "expect[1].kind", "is missing"),
    ("[[expect]]\nkind = []\n", "expect[1].kind", "empty"),
    ('[[expect]]\nkind = "a"\nwhere = { x = { gee = 1 } }\n', "expect[1].where.x.gee", "did you mean ge?"),
    ('[[expect]]\nkind = "a"\nwhere = { x = {} }\n', "expect[1].where.x", "the table is empty"),
    ('[[expect]]\nkind = "a"\nwhere = { x = { in = 1 } }\n', "expect[1].where.x.in", "a list"),
    ('[[expect]]\nkind = "a"\nwhere = { x = { near = "1" } }\n', "expect[1].where.x.near", "a number"),
    ('[[expect]]\nkind = "a"\nwhere = { x = { tol = 1 } }\n', "expect[1].where.x.tol", 'beside "near"'),
    ('[[expect]]\nkind = "a"\nwhere = { x = { null = 1 } }\n', "expect[1].where.x.null", "true or false"),
    ('[[expect]]\nkind = "a"\nwhere = { x = { ge = [1] } }\n', "expect[1].where.x.ge", "no order"),
    ('[[expect]]\nkind = "a"\nwhere = 1\n', "expect[1].where", "is not a table"),
    ('[[expect]]\nkind = "a"\nany = []\n', "expect[1].any", "offers no choice"),
    ('[[expect]]\nkind = "a"\nwhere = { any = [{ x = { on = 1 } }] }\n', "expect[1].where.any[1].x.on", "not a test"),
    ('[[expect]]\nkind = "a"\nbetween = [2026-03-05T10:30:00]\n', "expect[1].between", "not a pair"),
    ('[[expect]]\nkind = "a"\nsum = { key = "q" }\n', "expect[1].sum", "the table is empty"),
    ('[[expect]]\nkind = "a"\nsum = { eq = 1 }\n', "expect[1].sum.key", "needed: key"),
    ('[[expect]]\nkind = "a"\nclauses = "6.3"\n', "expect[1].clauses", "not a list"),
    ('[[expect]]\nkind = "a"\nbetween = [2026-03-05T10:30:00, 2026-03-05T10:00:00]\n', "expect[1].between", "earlier"),
]


@pytest.mark.parametrize(("old", "new", "key", "says"), REPLACED)
def test_a_wrong_value_is_named_by_its_key(old: str, new: str, key: str, says: str) -> None:
    _names(line(changed(old, new)), key, says)


@pytest.mark.parametrize(("tables", "key", "says"), ADDED)
def test_a_wrong_table_is_named_by_its_number_and_key(tables: str, key: str, says: str) -> None:
    _names(line(SMALL + tables), key, says)


def _names(said: str, key: str, says: str) -> None:
    assert key in said.removeprefix("week.toml: ").split(": ")[0]
    assert says in said


def test_all_else_that_is_wrong_is_counted() -> None:
    assert line(changed("spot = 200\niv = 0.60", "spot = 0\niv = 0")).endswith("(and 1 more)")


@pytest.mark.parametrize("kind", ["history", "synthetic"])
def test_a_market_that_makes_its_own_prices_takes_no_tape_of_them(kind: str) -> None:
    text = changed('kind = "scripted"', f'kind = "{kind}"')
    said = line(text + f"[[tape]]\n{AT}set = {{ breadth = 40, VIX = 85 }}\n")
    assert "tape[1].set.VIX" in said and f"a {kind} market makes its own prices" in said


@pytest.mark.parametrize("span", ["", 'for = "2s"\n'])
def test_a_fault_may_have_begun_before_the_start(span: str) -> None:
    parse(SMALL + f'[[fault]]\n{EARLY}{span}kind = "no_fill"\nsymbol = "AAPL"\n', "x")


@pytest.mark.parametrize("account", ["GEN", "A2.COM", "MINI-3"])
def test_a_key_may_be_for_an_account_that_a_table_makes(account: str) -> None:
    table = f'[accounts."{account}"]\nequity = 1\n'
    parse(SMALL + table + f'[[operator]]\n{AT}action = "pause"\naccount = "{account}"\n', "x")


def test_what_a_fork_may_have_made_by_then_may_be_named() -> None:
    late = changed("2026-03-06T17:00:00", "2026-03-10T17:00:00")
    parse(late + '[[operator]]\nat = 2026-03-09T10:00:00\naction = "pause"\naccount = "A2.MINI-1"\n', "x")


def test_our_broker_may_show_a_symbol_that_the_market_does_not_list() -> None:
    parse(SMALL + f'[[fault]]\n{AT}kind = "foreign_order"\nsymbol = "XOM"\n', "x")
