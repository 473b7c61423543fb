"""Handlers that are plain functions: a process of its own for each attempt, which can be killed."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openhands_testgen import (
    GenerationResult,
    InvalidRequestError,
    OpenHandsIntegrationConfig,
    OpenHandsTestGenerator,
    TaskStatusDict,
)

WORK = """
import os, signal, subprocess, sys, threading, time
from openhands_testgen import RetryableError


def count_words(context, payload):
    print("this must disturb nobody")
    sys.stdin.read()  # nothing is there, and no end is waited for
    return {"words": len(payload["text"].split()), "session": os.getsid(0) == os.getpid(),
            "pid": os.getpid(), "metadata": context.metadata, "attempt": context.attempt,
            "cancelled": context.cancelled, "task_id": context.task_id}


def flickers(context, payload):
    if context.attempt == 1:
        raise RetryableError("not yet", retry_after=0.1)
    return {"attempt": context.attempt}


def fails(context, payload):
    match payload["how"]:
        case "raise": raise ValueError("boom")
        case "exit": sys.exit("bye")
        case "die": print("a last word", file=sys.stderr, flush=True); os._exit(7)
        case "crash": os.kill(os.getpid(), signal.SIGSEGV)
        case "set": return {"a": {1}}
        case "list": return [1]
        case "nan": return {"a": float("nan")}
        case "huge": return {"a": 2**64}
        case "key": return {"a": {None: 1}}
        case "surrogate": return {"a": ["\\ud800"]}
        case "unreadable":
            context.progress("reading \\ud800")
            context.log("reading \\ud800")
            raise ValueError("cannot read \\udcff")


def waits(context, payload):
    escaped = subprocess.Popen([sys.executable, "-c",
        "import os, time; os.setsid(); print(flush=True); time.sleep(300)"], stdout=subprocess.PIPE)
    escaped.stdout.readline()  # it has left our session
    threading.Thread(target=time.sleep, args=(300,)).start()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    context.log("waiting", "warning")
    context.progress(f"{os.getpid()} {escaped.pid}", 1, 2)
    time.sleep(300)


def leaves_a_child(context, payload):
    return {"pid": subprocess.Popen(["sleep", "300"], start_new_session=True).pid}


class Greeter:
    def __init__(self, word):
        self.word = word

    def greet(self, context, payload):
        return {"said": self.word}
"""


@pytest.fixture
def work(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module of the user's, on the path."""
    (project / "users_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(project)
    monkeypatch.delitem(sys.modules, "users_work", raising=False)
    yield importlib.import_module("users_work")
    sys.modules.pop("users_work", None)


@pytest.fixture
def generator(work: ModuleType) -> Iterator[OpenHandsTestGenerator]:
    config = OpenHandsIntegrationConfig(store="memory:", workers=2, retry_base_delay=0.1)
    made = OpenHandsTestGenerator(config)
    for name in ("count_words", "flickers", "fails", "waits", "leaves_a_child"):
        made.register_handler(name, getattr(work, name))
    yield made
    asyncio.run(made.stop(0))


def run(
    generator: OpenHandsTestGenerator, kind: str, payload: dict[str, Any], **options: Any
) -> GenerationResult:
    async def main() -> GenerationResult:
        task_id = await generator.submit_task(kind, payload, **options)
        return await generator.get_test_generation_results(task_id, 60)

    return asyncio.run(main())


async def begun(generator: OpenHandsTestGenerator) -> TaskStatusDict:
    """The status of a task that waits, once it does."""
    task_id = await generator.submit_task("waits", {})
    async with asyncio.timeout(30):
        while True:
            status = await generator.get_task_status(task_id)
            if status["progress"]:
                return status
            await asyncio.sleep(0.01)


def pids(status: TaskStatusDict) -> list[int]:
    assert status["progress"] is not None
    return [int(pid) for pid in status["progress"]["message"].split()]


def lives(pid: int) -> bool:
    """Whether a process runs; one that is dead and not buried does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def test_a_function_runs_in_a_session_of_its_own(generator: OpenHandsTestGenerator) -> None:
    text = "word " * 50_000  # more than a socket takes at once
    result = run(generator, "count_words", {"text": text}, metadata={"note": "ä"})

    assert result["result"] is not None, result["error"]
    assert not lives(result["result"].pop("pid"))
    assert result["result"] == {
        "words": 50_000,
        "session": True,
        "metadata": {"note": "ä"},
        "attempt": 1,
        "cancelled": False,
        "task_id": result["task_id"],
    }


def test_a_method_of_what_can_be_pickled_is_a_handler(
    generator: OpenHandsTestGenerator, work: ModuleType
) -> None:
    generator.register_handler("greet", work.Greeter("hello").greet)
    assert run(generator, "greet", {})["result"] == {"said": "hello"}


def test_a_retryable_error_is_followed_by_another_attempt(
    generator: OpenHandsTestGenerator,
) -> None:
    assert run(generator, "flickers", {})["result"] == {"attempt": 2}


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("raise", "ValueError: boom"),
        ("exit", "SystemExit: bye"),
        ("die", "ended with exit code 7 before it answered: a last word"),
        ("crash", "was ended by signal 11 before it answered"),
        ("set", 'result["a"] is of type set'),
        ("list", "it is of type list"),
        ("nan", 'result["a"] is NaN'),
        ("huge", 'result["a"] is a whole number of more than 64 bits'),
        ("key", 'result["a"] has a key of type NoneType'),
        ("surrogate", 'result["a"][0] is text with a lone surrogate'),
        ("unreadable", "ValueError: cannot read \\udcff"),
    ],
)
def test_what_goes_wrong_is_the_error_of_the_task(
    generator: OpenHandsTestGenerator, how: str, says: str
) -> None:
    result = run(generator, "fails", {"how": how})
    assert (result["success"], result["error_kind"]) == (False, "internal")
    assert says in (result["error"] or "")


def test_a_function_that_is_gone_by_then_fails_the_task(
    generator: OpenHandsTestGenerator, project: Path
) -> None:
    (project / "users_work.py").write_text("")
    result = run(generator, "flickers", {})
    assert result["error_kind"] == "config"
    assert "could not be loaded in a process of its own: AttributeError" in (result["error"] or "")


def test_cancel_kills_the_process_and_what_left_it(
    generator: OpenHandsTestGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> tuple[TaskStatusDict, list[bool]]:
        status = await begun(generator)
        family = pids(status)
        assert [lives(pid) for pid in family] == [True, True]
        status = await generator.cancel_task(status["task_id"])
        return status, [lives(pid) for pid in family]

    with caplog.at_level(logging.INFO, "openhands_testgen.engine"):
        status, living = asyncio.run(main())
    assert (status["status"], living) == ("cancelled", [False, False])
    assert f"waiting task={status['task_id']}" in caplog.text


def test_progress_of_a_function_stands_in_the_status(generator: OpenHandsTestGenerator) -> None:
    async def main() -> TaskStatusDict:
        status = await begun(generator)
        await generator.cancel_task(status["task_id"])
        return status

    progress = asyncio.run(main())["progress"]
    assert progress is not None
    assert (progress["stage"], progress["done"], progress["total"]) == ("working", 1, 2)


def test_a_function_over_its_time_limit_is_killed(generator: OpenHandsTestGenerator) -> None:
    result = run(generator, "waits", {}, timeout=0.5)
    assert (result["success"], result["error_kind"]) == (False, "timeout")


def test_what_a_function_leaves_running_ends_with_it(generator: OpenHandsTestGenerator) -> None:
    result = run(generator, "leaves_a_child", {})
    assert result["result"] is not None, result["error"]
    assert not lives(result["result"]["pid"])


def test_stop_ends_the_process(generator: OpenHandsTestGenerator) -> None:
    async def main() -> list[int]:
        family = pids(await begun(generator))
        await generator.stop(0)
        return family

    assert [lives(pid) for pid in asyncio.run(main())] == [False, False]


def nested() -> Callable[..., dict[str, Any]]:
    def inner(context: object, payload: object) -> dict[str, Any]:
        return {}

    return inner


@pytest.mark.parametrize("handler", [lambda context, payload: {}, nested()])
def test_a_function_that_cannot_be_found_by_its_name_is_refused(
    generator: OpenHandsTestGenerator, handler: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(
        InvalidRequestError, match="handler: .* cannot find it by its module and name"
    ):
        generator.register_handler("hidden", handler)


def test_what_is_no_function_is_refused(generator: OpenHandsTestGenerator) -> None:
    with pytest.raises(InvalidRequestError, match="handler: must be a function, not 3"):
        generator.register_handler("three", 3)  # type: ignore[arg-type]
