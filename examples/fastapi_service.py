"""Test generation behind a web service: submit, ask, and follow the progress as server-sent events.

Run it in a project: ``pip install fastapi uvicorn && uvicorn fastapi_service:app``. It asks nobody
who they are; put it behind something that does.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse
from openhands_testgen import InvalidRequestError, OpenHandsTestGenerator, TaskNotFoundError
from pydantic import BaseModel, Field


class Generation(BaseModel):
    """What a client asks for."""

    module_path: str
    output_path: str | None = None
    coverage_threshold: int = Field(80, ge=0, le=100)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One generator for the life of the service; unfinished tasks wait in their store."""
    async with OpenHandsTestGenerator.from_env() as generator:
        app.state.generator = generator
        yield


app = FastAPI(title="Tests on request", lifespan=lifespan)


def generator_of(request: Request) -> OpenHandsTestGenerator:
    """The generator of the service."""
    generator: OpenHandsTestGenerator = request.app.state.generator
    return generator


@app.post("/generations", status_code=202)
async def submit(wanted: Generation, request: Request) -> dict[str, str]:
    """Submits and answers at once."""
    try:
        task_id = await generator_of(request).submit_test_generation_task(**wanted.model_dump())
    except InvalidRequestError as error:
        raise HTTPException(422, str(error)) from error
    return {"task_id": task_id, "events": f"/generations/{task_id}/events"}


@app.get("/generations/{task_id}")
async def status(task_id: str, request: Request) -> dict[str, Any]:
    """Where a task stands."""
    return dict(await known(request, task_id))


@app.get("/generations/{task_id}/events")
async def events(task_id: str, request: Request, after: int = 0) -> StreamingResponse:
    """Every move and step of progress, then the result; `after` goes on where a client stopped."""
    await known(request, task_id)
    return StreamingResponse(stream(request, task_id, after), media_type="text/event-stream")


async def known(request: Request, task_id: str) -> Any:  # noqa: ANN401 (a TypedDict, passed on)
    """The status dict of a task, or a 404."""
    try:
        return await generator_of(request).get_task_status(task_id)
    except TaskNotFoundError as error:
        raise HTTPException(404, str(error)) from error


async def stream(request: Request, task_id: str, after: int) -> AsyncIterator[str]:
    """Server-sent events; their ids are the numbers of the task's events."""
    generator = generator_of(request)
    async for event in generator.watch_task(task_id, after):
        yield f"id: {event['number']}\nevent: {event['event']}\ndata: {json.dumps(event)}\n\n"
    result = await generator.get_test_generation_results(task_id, timeout=0)
    yield f"event: result\ndata: {json.dumps(result)}\n\n"
