"""`python -m allusetui`."""

from allusetui.cli import main

main()
