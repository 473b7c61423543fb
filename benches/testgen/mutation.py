"""Do the tests notice faults? The mutator of the probe, 60 mutants spread over the module."""

from __future__ import annotations

import importlib.util
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType

import fence
from environments import REPOSITORY
from fence import INSIDE
from measuring import AT_ONCE, Bench

SAMPLE, SEED = 60, 0
LONGEST = 3600.0


@dataclass(frozen=True)
class Score:
    """How many of the sampled mutants the tests fail for."""

    sampled: int
    killed: int
    survivors: tuple[str, ...] = ()

    @property
    def percent(self) -> float:
        """Of the sample."""
        return 100 * self.killed / self.sampled if self.sampled else 100.0


def score(benches: list[Bench]) -> Score:
    """Scores the tests; each bench is a copy of its own, used by one process."""
    text = benches[0].project.text
    mutator = _mutator()
    mutants = mutator.sample(mutator.find_mutants(text), SAMPLE, SEED)

    def part(index: int) -> dict[str, str]:
        share = [(each.id, each.apply(text)) for each in mutants[index :: len(benches)]]
        return _outcomes(benches[index], share)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = list(pool.map(part, range(len(benches))))
    outcomes = {name: outcome for each in parts for name, outcome in each.items()}
    survivors = [each for each in mutants if outcomes.get(each.id, "survived") == "survived"]
    descriptions = tuple(f"{each.function}, {each.description}" for each in survivors)
    return Score(len(mutants), len(mutants) - len(survivors), descriptions)


def _outcomes(bench: Bench, mutants: list[tuple[str, str]]) -> dict[str, str]:
    """What became of each mutant; nothing when the tests do not even pass without one."""
    config, recorder = bench.folder / "mutants.config", bench.folder / "mutants.recorder"
    data = {"module": str(bench.project.file), "tests": str(bench.tests)}
    texts = [{"id": name, "text": text} for name, text in mutants]
    config.write_text(json.dumps({**data, "mutants": texts}))
    record = str(bench.folder / "mutants.record")
    recorder.write_text(json.dumps({"drop": bench.dropped, "order": None, "record": record}))
    command = [bench.python, INSIDE / "run_mutants.py", config]
    process = fence.run(
        bench.folder, bench.project.root, command, LONGEST, BENCH_CONFIG=str(recorder)
    )
    if process is None or process.returncode != 0:
        reason = process.stderr.strip()[-300:] if process else "out of time"
        print(f"{bench.project.module}: mutants not run to their end: {reason}", file=sys.stderr)
    lines = process.stdout.splitlines() if process else []
    answers = [json.loads(line) for line in lines if line.startswith("{")]
    return {answer["id"]: answer["outcome"] for answer in answers}


def _mutator() -> ModuleType:
    script = REPOSITORY / "python/openhands_testgen/probe/mutate_module.py"
    spec = importlib.util.spec_from_file_location("mutate_module", script)
    if spec is None or spec.loader is None:
        raise ImportError(str(script))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    mutator: ModuleType = module.load_mutator()
    return mutator
