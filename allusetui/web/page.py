"""The page: textual-serve's terminal, and nothing from anywhere else."""

from html import escape
from string import Template
from typing import Final

SCRIPT: Final = """\
// The first key already is the terminal's.
const listen = () => document.querySelector(".xterm-helper-textarea")?.focus();
addEventListener("load", listen);
addEventListener("focus", listen);
"""
_PAGE: Final = Template("""\
<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>$title</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="static/css/xterm.css">
    <style>
      @font-face { font-family: "Roboto Mono"; src: url("static/fonts/RobotoMono-VariableFont_wght.ttf"); }
      html, body { margin: 0; height: 100%; background: #000; overflow: hidden; }
      .over { display: none; position: fixed; bottom: 0; width: 100%; padding: .5em 1em; font: 16px monospace;
              color: #000; background: #fc0; z-index: 9; }
      body.-closed .over { display: block; }
    </style>
    <script src="static/js/textual.js"></script>
    <script src="page.js"></script>
  </head>
  <body>
    <div class="textual-terminal" data-session-websocket-url="$socket" data-font-size="16"></div>
    <div class="over">This screen has ended. Reload the page for another one.</div>
  </body>
</html>
""")


def page(title: str, socket: str) -> str:
    """The HTML of a screen whose websocket is at the address `socket`."""
    return _PAGE.substitute(title=escape(title), socket=escape(socket, quote=True))
