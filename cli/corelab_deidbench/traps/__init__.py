"""Every class of traps, and what draws them."""

from collections.abc import Callable, Mapping

from corelab_deidbench.chance import Chance
from corelab_deidbench.model import Trap
from corelab_deidbench.traps.attributes import attribute, nested
from corelab_deidbench.traps.pictures import burned_in, burned_in_unsaid, compressed
from corelab_deidbench.traps.places import annotated, file_meta, odd, overlaid, private, trailing
from corelab_deidbench.traps.words import coded, dated, described, numbered, repeated, scripted, uids

Draw = Callable[[Chance, int], Trap]

NOT_COVERED = "text in pixels that nothing tells of"
CLASSES: Mapping[str, Draw] = {
    "attributes of PS3.15": attribute,
    "nested in sequences": nested,
    "private elements": private,
    "wrong representations, UN": odd,
    "descriptions and comments": described,
    "identity said again elsewhere": repeated,
    "dates in text and UIDs": dated,
    "file meta and preamble": file_meta,
    "behind and in the padding": trailing,
    "overlays and curves": overlaid,
    "graphics, context, content": annotated,
    "comments of compressed frames": compressed,
    "other scripts, wrong charsets": scripted,
    "code meanings": coded,
    "UIDs and references": uids,
    "numbers": numbered,
    "text in pixels, told or usual": burned_in,
    NOT_COVERED: burned_in_unsaid,
}
