"""Who does the jobs of a sweep: processes of this machine, or the workers of a cluster."""

import signal
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context
from time import sleep
from typing import Any, Final, Protocol

from allusetui.domain.text import untrusted
from allusetui.lab.job import Job
from allusetui.lab.work import CURE, Done, WorkError, own_program, work

_POLL_S: Final = 0.05
_BREAKS: Final = 3
"""How often in a row workers may die without a job done."""
ANSWER_S: Final = 10.0
"""How long a scheduler is waited for."""

Heard = Callable[[Done], None]
Task = tuple[Job, str]
"""A job and its identity."""


class Interrupted(Exception):
    """Somebody asked to stop; what was heard by then is kept."""


class _Future(Protocol):
    def done(self) -> bool: ...
    def result(self) -> Any: ...


class Crew(Protocol):
    """Does tasks in any order, and tells of each once."""

    def __call__(self, tasks: Sequence[Task], heard: Heard, is_stopped: Callable[[], bool]) -> None:
        """Raises WorkError, and Interrupted where it was asked to stop."""


class Processes:
    """So many processes of this machine. One that dies is replaced, and its job done again."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __call__(self, tasks: Sequence[Task], heard: Heard, is_stopped: Callable[[], bool]) -> None:
        left, breaks = {identity: (job, identity) for job, identity in tasks}, 0

        def told(done: Done) -> None:
            del left[done.identity]
            heard(done)

        while left:
            before = len(left)
            try:
                self._run(tuple(left.values()), told, is_stopped)
            except BrokenProcessPool:
                breaks = breaks + 1 if len(left) == before else 0
                if breaks >= _BREAKS:
                    raise WorkError(f"workers died {breaks} times with no job done; allowed: fewer --workers") from None

    def _run(self, tasks: Sequence[Task], heard: Heard, is_stopped: Callable[[], bool]) -> None:
        others = set(active_children())
        pool = ProcessPoolExecutor(self._count, get_context("spawn"), initializer=_heed_no_key)
        try:
            _drive(tasks, lambda task: pool.submit(work, *task, own_program()), 2 * self._count, heard, is_stopped)
        except BaseException:
            for child in set(active_children()) - others:
                child.terminate()
            # The pool alone collects them: of two that wait for a process, one hears nothing of its end.
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()


def _heed_no_key() -> None:
    """Ctrl-C reaches every process of a terminal; it is the one that asks who decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Cluster:
    """The workers of a dask scheduler, all of the same program as this one. Needs the extra `cluster`."""

    def __init__(self, address: str, answer_s: float = ANSWER_S) -> None:
        self._address = address
        self._answer_s = answer_s

    def __call__(self, tasks: Sequence[Task], heard: Heard, is_stopped: Callable[[], bool]) -> None:
        try:
            from distributed import Client, KilledWorker
        except ImportError:
            cure = "allowed: the extra cluster: pip install 'allusetui[cluster]'"
            raise WorkError(f"--cluster: distributed is not installed; {cure}") from None
        try:
            client = Client(self._address, timeout=self._answer_s, set_as_default=False)  # type: ignore[no-untyped-call] # has none
        except (OSError, ValueError) as error:
            where = untrusted(self._address, 80)
            cure = "allowed: the address of a scheduler that runs, such as tcp://127.0.0.1:8786"
            raise WorkError(f"--cluster {where}: nobody answers ({type(error).__name__}); {cure}") from None
        with client:
            self._check(client.run(own_program, on_error="return"))
            try:
                _drive(
                    tasks, lambda task: client.submit(work, *task, own_program(), key=task[1], pure=False), len(tasks),
                    heard, is_stopped,
                )  # fmt: skip
            except KilledWorker:
                raise WorkError("--cluster: a job has killed several workers; what is done is kept") from None

    def _check(self, programs: dict[str, object]) -> None:
        """Raises WorkError for a worker of another version, by its address."""
        if not programs:
            raise WorkError(f"--cluster {untrusted(self._address, 80)}: has no worker; allowed: one or more")
        for worker, program in sorted(programs.items()):
            if program != own_program():
                raise WorkError(f"--cluster: worker {untrusted(worker, 80)} is of another version; {CURE}")


def _drive(
    tasks: Iterable[Task], submit: Callable[[Task], _Future], width: int, heard: Heard, is_stopped: Callable[[], bool]
) -> None:
    """Keep up to `width` tasks at work until all are done."""
    waiting, at_work = deque(tasks), list[_Future]()
    while waiting or at_work:
        if is_stopped():
            raise Interrupted
        while waiting and len(at_work) < width:
            at_work.append(submit(waiting.popleft()))
        ended = [future for future in at_work if future.done()]
        at_work = [future for future in at_work if future not in ended]
        for future in ended:
            heard(future.result())
        if not ended:
            sleep(_POLL_S)
