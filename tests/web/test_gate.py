"""The gate of the page: the token, this machine's own names, and no other site."""

import pytest

from allusetui.web.gate import admits, guards
from allusetui.web.page import page

TOKEN = "Nobodys-" + "tT" * 17 + "t"
HOST = "127.0.0.1:8000"


@pytest.mark.parametrize("host", [HOST, "localhost:8000", "localhost", "LOCALHOST:9999", "[::1]:8000"])
@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin"}])
def test_who_knows_the_token_comes_in_by_any_name_of_this_machine(host: str, site: dict[str, str]) -> None:
    for path in (f"/{TOKEN}/", f"/{TOKEN}/static/js/textual.js", f"/{TOKEN}"):
        assert admits(path, {"Host": host, **site}, TOKEN)
    assert admits(f"/{TOKEN}/ws", {"Host": host, "Origin": f"http://{host}", **site}, TOKEN)


@pytest.mark.parametrize(
    "path",
    ["", "/", "//", "*", "/ws", "/static/js/textual.js", f"/{TOKEN[:-1]}/", f"/{TOKEN}x/", f"//{TOKEN}/",
     f"/x/{TOKEN}/", f"/{TOKEN.lower()}/", "/%00/", "/\N{GREEK SMALL LETTER ALPHA}/", f"/?token={TOKEN}"],
)  # fmt: skip
def test_without_the_token_nobody_comes_in(path: str) -> None:
    assert not admits(path, {"Host": HOST}, TOKEN)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": ""},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8000"},
        {"Host": "evil.example@127.0.0.1"},
        {"Host": "192.168.0.7:8000"},
        {"Host": "127.0.0.1:8000:8000"},
        {"Host": "127.0.0.1:8000 "},
        {"Host": "[::1"},
        {"Host": HOST, "Origin": "http://evil.example"},
        {"Host": HOST, "Origin": "null"},
        {"Host": HOST, "Origin": "http://localhost:8000"},
        {"Host": HOST, "Origin": "https://127.0.0.1:8000"},
        {"Host": HOST, "Sec-Fetch-Site": "cross-site"},
        {"Host": HOST, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_does_not_come_in_though_it_knew_the_token(headers: dict[str, str]) -> None:
    assert not admits(f"/{TOKEN}/", headers, TOKEN)


def test_no_answer_may_be_framed_copied_or_lead_elsewhere() -> None:
    found = guards(HOST)
    policy = found["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
    assert f"connect-src 'self' ws://{HOST}" in policy and "unsafe-eval" not in policy
    assert (found["X-Frame-Options"], found["Referrer-Policy"]) == ("DENY", "no-referrer")
    assert (found["X-Content-Type-Options"], found["Cache-Control"]) == ("nosniff", "no-store")


def test_a_hostile_host_or_title_breaks_out_of_nothing() -> None:
    assert "evil" not in guards("evil.example; script-src *")["Content-Security-Policy"]
    shown = page("</title><script>alert(1)</script>$x", 'ws://"><b>')
    assert "<script>alert" not in shown and '"><b>' not in shown and "$x" in shown
