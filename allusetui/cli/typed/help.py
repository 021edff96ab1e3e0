"""What helps: the guides, and a shell that completes what is typed."""

from typing import Annotated

import typer

from allusetui.view.guides import GUIDES


def guide(
    topic: Annotated[
        str | None,
        typer.Argument(help="One of those that are listed where it is left out.", autocompletion=lambda: [*GUIDES]),
    ] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Markdown instead of text.")] = False,
) -> None:
    """Read a guide: the first hour, the law clause by clause, linking, running, the formats, and more."""
    from allusetui.cli.guide import show

    show(topic, as_markdown)


def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish.", autocompletion=lambda: ["bash", "zsh", "fish"])],
) -> None:
    """Print what makes a shell complete this program's words; its first line says where to put it."""
    from allusetui.cli.completion import show

    show(shell)
