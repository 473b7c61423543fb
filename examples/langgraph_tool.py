"""Test generation as tools of a LangGraph agent: one submits, one looks, neither makes it wait.

A tool is a plain coroutine with a docstring and typed arguments; its answer is a text that the
model reads. With LangGraph: ``create_react_agent(model, tools=TOOLS)``.
"""

from openhands_testgen import OpenHandsTestGenerator, SubmissionError, TaskNotFoundError

_generator: OpenHandsTestGenerator | None = None


def generator() -> OpenHandsTestGenerator:
    """One for the process; the engine behind it starts at the first call."""
    global _generator
    if _generator is None:
        _generator = OpenHandsTestGenerator.from_env()
    return _generator


async def submit_test_generation(module_path: str, coverage_threshold: int = 80) -> str:
    """Have unit tests written for a Python module. Answers at once with a task id.

    Args:
        module_path: The module, relative to the project root.
        coverage_threshold: Line and branch coverage to reach, in percent.
    """
    try:
        task_id = await generator().submit_test_generation_task(
            module_path, coverage_threshold=coverage_threshold
        )
    except SubmissionError as error:
        return f"Not submitted: {error}"
    return f"Submitted as {task_id}. Go on; ask check_test_generation later."


async def check_test_generation(task_id: str) -> str:
    """Where the test generation of this task id stands, and what it came to once it has ended."""
    try:
        status = await generator().get_task_status(task_id)
    except TaskNotFoundError as error:
        return str(error)
    if not status["status"].is_final:
        step = status["progress"]["stage"] if status["progress"] else "ask again later"
        return f"{status['status']}: {step}"
    result = await generator().get_test_generation_results(task_id, timeout=0)
    if result["success"] and result["result"] is not None:
        percent = result["result"]["coverage"]["percent"]
        return f"Done: {result['output_path']} covers {percent} % of {result['module_path']}"
    return f"No tests: {result['error']}"


TOOLS = [submit_test_generation, check_test_generation]
