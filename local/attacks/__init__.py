"""Ways to tamper with an exported ledger, each with the cause and the place that a verifier must name.

The story shows some of them on a real export; a test tries all of them at many places. Nobody here has the
ledger's key: what a forger can write is what a forger can write.
"""

from collections.abc import Mapping

from local.attacks.checkpoints import ON_CHECKPOINTS
from local.attacks.entries import ON_ENTRIES
from local.attacks.hands import Attack
from local.attacks.listings import ON_LISTINGS
from local.attacks.segments import ON_SEGMENTS

ATTACKS: Mapping[str, Attack] = {**ON_ENTRIES, **ON_SEGMENTS, **ON_CHECKPOINTS, **ON_LISTINGS}
