"""A pilot that goes on as soon as the dashboard has nothing left to do."""

import asyncio

import pytest
from textual import app as textual_app
from textual import pilot as textual_pilot


async def still(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Implements `textual._wait.wait_for_idle` by what the loop still has to run.

    Textual's own goes by the clocks of the wall and of the process, a fiftieth of a second at a time: it waits longest
    where others have the machine.
    """
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # no public name
    app = textual_app.active_app.get()
    for _ in range(2):  # what waits for the next frame is drawn between them
        await asyncio.sleep(0)
        while ready:
            await asyncio.sleep(0)
        if app.screen_stack:
            app.screen._on_timer_update()


@pytest.fixture(autouse=True)
def event_driven(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (textual_app, textual_pilot):
        monkeypatch.setattr(module, "wait_for_idle", still)
