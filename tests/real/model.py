"""A model that speaks as OpenAI does, and says what a scenario has it say.

The scenario is the name of the model, `openai/NAME`; the step is how often it has answered in the
conversation. Where to write stands in the first message, as our instruction puts it.
"""

from __future__ import annotations

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

    def start(self) -> ThreadingHTTPServer:
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
                self.wfile.write(text)

            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The next step of the scenario."""
        scenario, messages = body["model"], body["messages"]
        self.asked.append(scenario)
        self.messages.append(messages)
        if scenario == "refused":
            return 401, {
                "error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}
            }
        if scenario == "limited" and self.asked.count("limited") <= 3:
            return 429, {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}
        step = sum(message["role"] == "assistant" for message in messages)
        return 200, completion(scenario, *self.step(scenario, step, place(messages)))

    def step(self, scenario: str, step: int, path: str) -> tuple[str, dict[str, Any]]:
        """The tool that the model uses, and how."""
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


def place(messages: list[dict[str, Any]]) -> str:
    """The test file that the first message asks for."""
    text = json.dumps([message["content"] for message in messages if message["role"] == "user"])
    folder = re.search(r"- Project: (.*?)\\n", text)
    output = re.search(r"- Test file to write: (.*?)\\n", text)
    return f"{folder[1]}/{output[1]}" if folder and output else "/nowhere"


def completion(model: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """An answer that uses one tool."""
    extra = {"security_risk": "LOW", "summary": f"use {tool}"}
    call = {
        "id": f"call_{time.monotonic_ns()}",
        "type": "function",
        "function": {"name": tool, "arguments": json.dumps(arguments | extra)},
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
