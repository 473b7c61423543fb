"""A model that speaks as OpenAI does, and says what a scenario has it say.

The scenario is the name of the model, `openai/NAME`; the step is how often it has answered in the
conversation. Where to write stands in the first message, as our instruction puts it.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = """import pytest

from school import grade


def test_grade():
    assert grade(50) == "pass"
    assert grade(49) == "fail"


def test_negative():
    with pytest.raises(ValueError, match="negative"):
        grade(-1)
"""
HALF = """from school import grade


def test_pass():
    assert grade(50) == "pass"
"""


@dataclass
class Model:
    """What the scenarios share: how often the model was asked, and when it may go on."""

    asked: list[str] = field(default_factory=list)
    thinks: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event = field(default_factory=threading.Event)
    messages: list[list[dict[str, Any]]] = field(default_factory=list)

    def start(self, host: str = "127.0.0.1") -> ThreadingHTTPServer:
        """Answers on a free port of this machine, on threads of its own."""
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, answer = model.answer(body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # who asked may have been killed
                    self.wfile.write(text)

            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer((host, 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The next step of the scenario, by the interface that was asked: newer models have one of
        their own.
        """
        scenario, messages = body["model"], body.get("messages") or said(body["input"])
        answer = completion if "messages" in body else response
        self.asked.append(scenario)
        self.messages.append(messages)
        if scenario == "refused":
            return 401, {
                "error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}
            }
        if scenario == "limited" and self.asked.count("limited") <= 3:
            return 429, {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}
        step = sum(message["role"] == "assistant" for message in messages)
        return 200, answer(scenario, *self.step(scenario, step, messages))

    def step(
        self, scenario: str, step: int, messages: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        """The tool that the model uses, and how."""
        path = place(messages)
        finish = ("finish", {"message": "3 tests pass."})
        match scenario, step:
            case ("liar", _):
                return finish
            case ("thinker", _):
                self.thinks.set()
                self.may_go_on.wait(60)
                return finish
            case ("slow", 1):
                self.thinks.set()
                self.may_go_on.wait(60)
                return finish
            case ("learner", 0):
                return write(path, HALF)
            case ("learner", 2) | (_, 0):
                return write(path, GOOD)
            case _:
                return finish


def write(path: str, source: str) -> tuple[str, dict[str, Any]]:
    """Writes a file by the shell: the editor makes no file anew."""
    command = f"cat > {path} <<'END'\n{source}END"
    return "terminal", {"command": command}


def said(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was said so far, from the form of the newer interface."""
    return [
        {"role": "assistant" if item.get("type") == "function_call" else item["role"]}
        | {"content": item.get("content")}
        for item in items
        if item.get("type") == "function_call" or "role" in item
    ]


def asked(messages: list[dict[str, Any]]) -> str:
    """What the user's messages say, as JSON."""
    return json.dumps([message["content"] for message in messages if message["role"] == "user"])


def place(messages: list[dict[str, Any]]) -> str:
    """The test file that the first message asks for."""
    text = asked(messages)
    folder = re.search(r"- Project: (.*?)\\n", text)
    output = re.search(r"- Test file to write: (.*?)\\n", text)
    return f"{folder[1]}/{output[1]}" if folder and output else "/nowhere"


def completion(model: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """An answer that uses one tool."""
    call = {
        "id": f"call_{time.monotonic_ns()}",
        "type": "function",
        "function": {"name": tool, "arguments": in_full(tool, arguments)},
    }
    message = {"role": "assistant", "content": "", "tool_calls": [call]}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }


def response(model: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The same by the newer interface."""
    number = time.monotonic_ns()
    call = {
        "type": "function_call",
        "id": f"fc_{number}",
        "call_id": f"call_{number}",
        "name": tool,
        "arguments": in_full(tool, arguments),
        "status": "completed",
    }
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "model": model,
        "output": [call],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 10,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 110,
        },
    }


def in_full(tool: str, arguments: dict[str, Any]) -> str:
    """The arguments of a tool, with what every tool is told besides."""
    return json.dumps(arguments | {"security_risk": "LOW", "summary": f"use {tool}"})
