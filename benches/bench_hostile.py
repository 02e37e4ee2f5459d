"""Figures of hostile files: the project's corpus against its manifest, and 10,000 seeded mutations.

`bench_hostile.py 50000` takes another number of mutations.
"""

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.hostile.corpus import CASES, KINDS  # noqa: E402 -- the checkout goes on the path first
from tests.hostile.figures import (  # noqa: E402 -- as above
    LONGEST_SECONDS,
    MOST_MEMORY_BYTES,
    MUTATIONS,
    Figures,
    of_corpus,
    of_mutations,
)

MIB = 1024 * 1024


def show(title: str, seen: Figures) -> None:
    """Print what was seen."""
    fates = ", ".join(f"{count} {fate.lower()}" for fate, count in sorted(seen.fates.items()))
    print(f"{title}: {seen.files} files: {fates}")
    print(f"  not as the manifest says {len(seen.misjudged)}, tracebacks {len(seen.tracebacks)}")
    print(f"  planted identities downstream {len(seen.leaks)}")
    print(f"  hangs {len(seen.hangs)}; longest {seen.longest_seconds:.2f} s (of {LONGEST_SECONDS} s)")
    print(f"  memory above start {seen.memory_bytes / MIB:.0f} MiB (of {MOST_MEMORY_BYTES / MIB:.0f})")
    for what in (*seen.misjudged, *seen.tracebacks, *seen.hangs, *seen.leaks):
        print(f"  ! {what}")


def main() -> int:
    """Measure, print, and say whether all is as asked."""
    mutations = int(sys.argv[1]) if len(sys.argv) > 1 else MUTATIONS
    corpus = of_corpus()
    show("corpus", corpus)
    rows = Counter((case.kind, str(case.fate)) for case in CASES)
    fates = sorted({fate for _, fate in rows})
    print(f"  {'':10} {''.join(f'{fate.lower():>10}' for fate in fates)}")
    for kind in KINDS:
        print(f"  {kind:10} {''.join(f'{rows[kind, fate]:10}' for fate in fates)}")
    mutated = of_mutations(mutations)
    show("mutations", mutated)
    return 0 if corpus.are_good and mutated.are_good else 3


if __name__ == "__main__":
    sys.exit(main())
