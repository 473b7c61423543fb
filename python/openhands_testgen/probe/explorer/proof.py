"""Has a draft rehearsed in fresh processes, and says which of its tests failed and what the others
cover.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .child import Watch, World, run_child
from .journal import interrupted_call, read_calls
from .request import Request
from .trace import Arc

MAX_DEATHS = 6
ELSEWHERE = World(hash_seed=2, zone="Asia/Kathmandu", folder="elsewhere")
YEAR_AND_SOME = 400 * 86_400 + 27_123


@dataclass
class Proof:
    """What the rehearsals of one draft showed."""

    failed: dict[str, str] = field(default_factory=dict)
    """Reason by test id."""
    arcs: set[Arc] = field(default_factory=set)
    """What the passing tests of the first rehearsal cover."""
    clock: set[str] = field(default_factory=set)
    """Tests during which somebody asked for the time."""


class Prover:
    """Rehearses drafts: as written, backwards in another time zone, and on another day."""

    def __init__(self, request: Request, request_path: str) -> None:
        self._request = request
        self._request_path = request_path
        self._folder = Path(request.scratch) / "work"
        self._round = 0

    def prove(self, text: str, ids: list[str]) -> Proof:
        """Run the tests of a draft; `ids` are all of them."""
        draft = self._folder / "test_draft.py"
        draft.write_text(text, encoding="utf-8")
        proof = Proof()
        self._rehearse(draft, ids, proof, World(hash_seed=1))
        self._rehearse(draft, ids, proof, ELSEWHERE, backwards=True)
        clock = sorted(proof.clock - set(proof.failed))
        if clock:
            self._rehearse(draft, clock, proof, World(hash_seed=3), shift=YEAR_AND_SOME)
        return proof

    def _rehearse(
        self, draft: Path, ids: list[str], proof: Proof, world: World, *, backwards: bool = False,
        shift: int = 0,
    ) -> None:  # fmt: skip
        done: set[str] = set()
        for _ in range(MAX_DEATHS):
            self._round += 1
            journal = self._folder / f"rehearsal-{self._round}.journal"
            results = self._folder / f"rehearsal-{self._round}.jsonl"
            order = self._order(draft, journal, results, ids, done, backwards, shift)
            watch = Watch(
                journal,
                first_seconds=self._request.import_seconds + 10,
                silent_seconds=3 * self._request.call_seconds + 3,
                total_seconds=120,
            )
            end = run_child("--rehearse", order, self._request, watch, world)
            done |= self._read(results, proof, first=not backwards and not shift)
            if end.finished:
                return
            call = interrupted_call(str(journal))
            if call is None and not read_calls(str(journal)):
                proof.failed.update(dict.fromkeys(ids, "the test file cannot be imported"))
                return
            if call is not None:
                proof.failed[call[1]] = "it ends the interpreter" if not end.hung else "it hangs"
                done.add(call[1])

    def _order(
        self, draft: Path, journal: Path, results: Path, ids: list[str], done: set[str],
        backwards: bool, shift: int,
    ) -> Path:  # fmt: skip
        order = self._folder / f"rehearsal-{self._round}.json"
        data = {
            "request": self._request_path, "draft": str(draft), "journal": str(journal),
            "results": str(results), "only": ids, "skip": sorted(done), "backwards": backwards,
            "shift_seconds": shift,
        }  # fmt: skip
        order.write_text(json.dumps(data), encoding="utf-8")
        return order

    def _read(self, path: Path, proof: Proof, first: bool) -> set[str]:
        done: set[str] = set()
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            try:
                result: dict[str, Any] = json.loads(line)
            except ValueError:
                continue
            name = result["test"]
            done.add(name)
            if result["reason"]:
                proof.failed[name] = result["reason"]
            elif first:
                proof.arcs |= {(start, end) for start, end in result["arcs"]}
            if result["clock"] and name and first:
                proof.clock.add(name)
        return done
