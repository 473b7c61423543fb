"""An agent server whose agent does as a test says: as little of the contract as our side needs."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Work = Callable[[Path], str]
"""What the agent does in its folder; it answers what it says at the end."""

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class ProviderError(Exception):
    """The provider of the model says no: the code of the error, and what it says."""

    def __init__(self, code: str, detail: str = "no") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass
class Conversation:
    """One conversation, whose first run has ended as soon as it was made."""

    status: str
    events: list[dict[str, Any]]
    folder: Path
    is_waiting: bool = False
    """It has a message that its agent answers once somebody listens."""

    def state(self) -> dict[str, Any]:
        usage = {"prompt_tokens": 100, "completion_tokens": 10}
        metrics = {"accumulated_cost": 0.25, "accumulated_token_usage": usage}
        return {
            "execution_status": self.status,
            "stats": {"usage_to_metrics": {"agent": metrics}},
            "leaf_event_id": self.events[-1]["id"],
        }


@dataclass
class AgentServer:
    """The server: what its agent does, and what it was asked for."""

    work: Work = lambda folder: "Done."
    requests: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    address: str = ""

    def settings(self, **others: Any) -> dict[str, Any]:
        """What a configuration says to use it."""
        return {
            "agent": "server",
            "server_url": self.address,
            "llm_model": "openai/fake",
            "llm_api_key": "sk-fake-key",
            **others,
        }

    def variables(self) -> dict[str, str]:
        """The same as variables of the environment."""
        return {
            "OPENHANDS_AGENT": "server",
            "OPENHANDS_SERVER_URL": self.address,
            "LLM_MODEL": "openai/fake",
            "LLM_API_KEY": "sk-fake-key",
        }

    def make(self, request: dict[str, Any]) -> dict[str, Any]:
        """Makes a conversation and has its agent work."""
        self.requests.append(request)
        conversation = Conversation("idle", [], Path(request["workspace"]["working_dir"]))
        self.conversations[request["conversation_id"]] = conversation
        self.run(conversation)
        return conversation.state()

    def run(self, conversation: Conversation) -> None:
        """Has its agent work in a conversation."""
        try:
            message = self.work(conversation.folder)
            action = {"message": message}
            event = {"kind": "ActionEvent", "tool_name": "finish", "action": action}
            conversation.status = "finished"
        except ProviderError as error:
            event = {"kind": "ConversationErrorEvent", "code": error.code, "detail": error.detail}
            conversation.status = "error"
        conversation.events.append({"id": str(uuid.uuid4()), **event})

    def say(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
        """Takes another message, and has the agent go on once somebody listens."""
        self.said.append(message)
        conversation = self.conversations[name]
        conversation.status, conversation.is_waiting = "running", True
        return {"success": True}

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """The answer to a request; ``None`` where there is nothing."""
        match method, path.strip("/").split("/"):
            case "GET", ["server_info"]:
                capabilities = ["idempotent_conversation_create_v1"]
                return {"version": "1.58.0", "capabilities": capabilities}
            case "POST", ["api", "conversations"]:
                return self.make(body)
            case "GET", ["api", "conversations", name] if name in self.conversations:
                return self.conversations[name].state()
            case "GET", ["api", "conversations", name, "events", "search"]:
                return {"items": self.conversations[name].events[::-1], "next_page_id": None}
            case "POST", ["api", "conversations", name, "events"] if name in self.conversations:
                return self.say(name, body)
            case "POST", ["api", "conversations", _, "interrupt"]:
                return {"success": True}
            case "DELETE", ["api", "conversations", name] if name in self.conversations:
                del self.conversations[name]
                return {"success": True}
        return None

    def start(self) -> ThreadingHTTPServer:
        """Answers on a free port of this machine, on threads of its own."""
        ours = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self) -> None:
                path = urlsplit(self.path).path
                if path.startswith("/sockets/"):
                    self.talk(path.rsplit("/", 1)[1])
                    return
                length = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(length) or b"{}")
                answer = ours.answer(self.command, path, body)
                text = json.dumps(answer).encode()
                self.send_response(404 if answer is None else 200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_GET(self) -> None:
                self.reply()

            def do_POST(self) -> None:
                self.reply()

            def do_DELETE(self) -> None:
                self.reply()

            def talk(self, name: str) -> None:
                """Tells the state of a conversation over a WebSocket, until it is closed."""
                digest = hashlib.sha1((self.headers["sec-websocket-key"] + _MAGIC).encode())
                self.send_response(101)
                self.send_header("upgrade", "websocket")
                self.send_header("connection", "Upgrade")
                self.send_header("sec-websocket-accept", base64.b64encode(digest.digest()).decode())
                self.end_headers()
                self.close_connection = True
                if conversation := ours.conversations.get(name):
                    self.tell(conversation)
                    if conversation.is_waiting:
                        conversation.is_waiting = False
                        ours.run(conversation)
                        self.tell(conversation)
                self.rfile.read(1)

            def tell(self, conversation: Conversation) -> None:
                """Sends the state of a conversation."""
                event = {
                    "id": str(uuid.uuid4()),
                    "kind": "ConversationStateUpdateEvent",
                    "key": "full_state",
                    "value": conversation.state(),
                }
                text = json.dumps(event).encode()
                self.wfile.write(b"\x81\x7e" + len(text).to_bytes(2, "big") + text)

            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server
