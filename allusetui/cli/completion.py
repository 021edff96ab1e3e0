"""`allusetui completion`: the lines that teach a shell to complete the program's words."""

from typing import Final

from typer.completion import get_completion_script  # type: ignore[attr-defined]  # it passes it on untold

from allusetui.cli.say import complain, tell
from allusetui.cli.start import COMPLETING, NAME
from allusetui.domain.text import untrusted

_WHERE: Final = {
    "bash": f"{NAME} completion bash > ~/.local/share/bash-completion/completions/{NAME}",
    "zsh": f"{NAME} completion zsh > DIR/_{NAME}, a DIR of $fpath",
    "fish": f"{NAME} completion fish > ~/.config/fish/completions/{NAME}.fish",
}


def show(shell: str) -> None:
    """Print the lines for a shell; exit code 2 for one that is not known."""
    if shell not in _WHERE:
        raise complain(f"{untrusted(shell, 40)}: no shell that is known; allowed: {', '.join(_WHERE)}")
    script = get_completion_script(prog_name=NAME, complete_var=COMPLETING, shell=shell)
    # zsh reads the first line of such a file as what it is for.
    first, _, rest = script.partition("\n") if script.startswith("#compdef") else ("", "", script)
    tell("\n".join(filter(None, (first, f"# {_WHERE[shell]}", rest))).rstrip("\n") + "\n")
