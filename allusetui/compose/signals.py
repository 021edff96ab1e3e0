"""How a program that serves is asked to end."""

import asyncio
import signal


def end_asked() -> asyncio.Event:
    """Set by Ctrl-C and SIGTERM from now on; to be used in the main thread's loop."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    return ended
