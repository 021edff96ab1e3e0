"""Nobody outside this machine can talk to the program: all that listens does so on the loopback, or in a folder."""

import ast
import inspect
from ipaddress import ip_address
from pathlib import Path

import allusetui
import allusetui.runtime.talk
from allusetui.broker.gateway import relay, server
from allusetui.web import server as web

PACKAGE = Path(allusetui.__file__).parent
LISTENING = {"create_server", "start_server", "create_datagram_endpoint", "TCPSite", "SockSite", "run_app", "bind"}
"""How something begins to listen for whoever may come; `start_unix_server` is given what `bind` has made."""
KNOWN = {
    ("broker/gateway/relay.py", "start_server"): "self._visit, ADDRESS, port",
    ("broker/gateway/server.py", "create_server"): "lambda: _Client(self), ADDRESS, port",
    ("web/server.py", "TCPSite"): "runner, ADDRESS, port",
    ("runtime/talk.py", "bind"): "str(near / 's')",
}


def calls(path: Path) -> dict[tuple[str, str], str]:
    """What begins to listen in a file, and with what."""
    text = path.read_text("utf-8")
    tree = ast.parse(text if any(word in text for word in LISTENING) else "")
    made = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    name = path.relative_to(PACKAGE).as_posix()
    return {
        (name, node.func.attr): ", ".join(map(ast.unparse, node.args))
        for node in made
        if isinstance(node.func, ast.Attribute) and node.func.attr in LISTENING
    }


def test_all_that_listens_is_known_and_listens_to_this_machine_alone() -> None:
    found = {key: said for path in sorted(PACKAGE.rglob("*.py")) for key, said in calls(path).items()}
    assert found == KNOWN
    assert all(ip_address(module.ADDRESS).is_loopback for module in (relay, server, web))
    assert "socket.AF_UNIX" in inspect.getsource(allusetui.runtime.talk.listen)
