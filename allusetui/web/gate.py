"""Who gets in: only who knows the token, under a name of this machine, and from no other site's page."""

import re
from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

_HERE: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
_OWN_PAGE: Final = frozenset({"same-origin", "none"})
"""Fetched by our own page, or typed by a person."""

_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # the terminal makes a style sheet for its palette
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self' ws://{host}",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}


def admits(path: str, headers: Mapping[str, str], token: str) -> bool:
    """Whether a request may be answered: `path` as it was sent, its first part the token.

    The token is compared in constant time. A name that is not this machine's is one that another site has pointed here.
    """
    known = compare_digest(path.split("/")[1].encode() if path.startswith("/") else b"", token.encode())
    host = headers.get("Host", "")
    at_home = _HERE.fullmatch(host) is not None
    own_page = headers.get("Sec-Fetch-Site", "none") in _OWN_PAGE
    return known and at_home and own_page and headers.get("Origin", f"http://{host}") == f"http://{host}"


def guards(host: str) -> dict[str, str]:
    """The headers of every answer: no frame, no other site, no copy, nothing from elsewhere. `host`: as asked for."""
    shown = host if _HERE.fullmatch(host) else "localhost"
    policy = "; ".join(f"{name} {value.format(host=shown)}" for name, value in _POLICY.items())
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",  # the address is the key
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
