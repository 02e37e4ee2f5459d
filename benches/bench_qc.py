"""QC of 300 slices from facts and index: processor seconds and peak memory, against their budgets."""

import gc
import json
import sys
import time
import tracemalloc
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from corelab.qc.findings import judge_series  # noqa: E402 -- the checkout goes on the path first
from tests.fakes.qc_documents import demo_charter, facts_of, header, index_of  # noqa: E402 -- as above

SLICES = 300
OTHER_ELEMENTS = 120  # beside those that checks read, as in a scanner's full header
CPU_BUDGET_SECONDS = 1.5
MEMORY_BUDGET_MB = 64
MB = 1 << 20


def documents() -> tuple[bytes, bytes]:
    """Facts and index as they lie in the buckets."""
    others = {f"0018{9000 + n:04d}": f"value {n} of an element" for n in range(OTHER_ELEMENTS)}
    headers = [header(number) | others for number in range(1, SLICES + 1)]
    return json.dumps(facts_of(SLICES)).encode(), json.dumps(index_of(headers)).encode()


def judge(facts: bytes, index: bytes) -> None:
    """What the door does between reading and writing."""
    judge_series(json.loads(facts), json.loads(index), charter=demo_charter())


def main() -> int:
    """Measure, print, and say whether both budgets hold."""
    facts, index = documents()
    demo_charter()
    gc.collect()

    started = time.process_time()
    judge(facts, index)
    seconds = time.process_time() - started

    tracemalloc.start()
    judge(facts, index)
    peak_mb = tracemalloc.get_traced_memory()[1] / MB
    tracemalloc.stop()

    print(f"QC of {SLICES} slices, index of {len(index) / MB:.1f} MB")
    for name, value, budget, unit in (
        ("processor", seconds, CPU_BUDGET_SECONDS, "s"),
        ("memory", peak_mb, MEMORY_BUDGET_MB, "MB"),
    ):
        print(f"  {name:<10} {value:6.3f} {unit:<2}  budget {budget} {unit}  ratio {value / budget:.2f}")
    return 0 if seconds <= CPU_BUDGET_SECONDS and peak_mb <= MEMORY_BUDGET_MB else 1


if __name__ == "__main__":
    raise SystemExit(main())
