"""An identifying image, what the engine makes of it, and hands that change the latter behind its back."""

from corelab.deid.proved import policy_of
from corelab.dicom.values import element
from corelab.proof.proving import Prover
from corelab.proof.reading import opened
from tests.fakes.images import ASSIGNMENT, OFFSET_DAYS, PROFILE, cleaned, ct

STUDY, SERIES, FRAME = (
    "1.2.276.0.7230010.3.1.2.1787",
    "1.2.276.0.7230010.3.1.3.1788",
    "1.2.276.0.7230010.3.1.9",
)
WHO = {
    0x00080020: ("DA", b"20260310"),
    0x00080022: ("DA", b"20260311"),
    0x00080050: ("SH", b"ACC-0098871"),
    0x00080080: ("LO", b"St. Irmgard Klinikum"),
    0x00080081: ("ST", b"Lindenallee 17, 50667 Koeln"),
    0x00080090: ("PN", b"Obermayer^Josefine"),
    0x00081010: ("SH", b"RADCT07KEL"),
    0x00081070: ("PN", b"Quandt^P"),
    0x00100010: ("PN", b"Fr\xf6hlich^Hannelore^Anna"),
    0x00100020: ("LO", b"PID-77-4410982"),
    0x00100030: ("DA", b"19471103"),
    0x00101000: ("LO", b"MRN5523901"),
    0x00101040: ("LO", b"Veilchenweg 4"),
    0x00102154: ("SH", b"+49 221 990-8712"),
    0x00181000: ("LO", b"SN-604118"),
    0x0020000D: ("UI", STUDY.encode()),
    0x0020000E: ("UI", SERIES.encode()),
    0x00200052: ("UI", FRAME.encode()),
}
TOKENS = {  # class, and a form of what WHO says
    "patient_name": (
        "Fr\u00f6hlich^Hannelore",
        "HANNELORE FROEHLICH",
        "hannelorefrohlich",
        "Anna Hannelore Fr\u00f6hlich",
        "Frohlich",
    ),
    "person_name": ("Obermayer", "JOSEFINE", "dr obermayer", "Quandt"),
    "patient_id": ("PID-77-4410982", "PID774410982", "4410982", "mrn5523901"),
    "order": ("ACC-0098871", "acc0098871", "0098871"),
    "birth_date": ("19471103", "1947-11-03", "03.11.1947", "11/03/1947", "3 Nov 1947", "03.11.47"),
    "date": ("20260310", "2026-03-10", "10.03.2026", "03/11/2026", "11 Mar 2026"),
    "institution": ("Irmgard", "ST IRMGARD KLINIKUM", "St.IrmgardKlinikum"),
    "address": ("Lindenallee", "VEILCHENWEG 4"),
    "telephone": ("+49 221 990-8712", "492219908712"),
    "device": ("SN-604118", "SN604118", "RADCT07KEL"),
    "uid": (STUDY, SERIES, FRAME),
}
EVERY_TOKEN = [(kind, form) for kind, forms in TOKENS.items() for form in forms]


def pair(planted=None, *, image=ct, number=1, implicit=False, pixels=None):
    """An original, and what is delivered for it."""
    more = {} if pixels is None else {"pixels": pixels}
    original = image(WHO | (planted or {}), number=number, implicit=implicit, **more)
    return original, cleaned(original, is_cleared=False)


def prover(profile=PROFILE, assignment=ASSIGNMENT, *, is_cleared=False):
    return Prover(policy_of(profile, assignment, offset_days=OFFSET_DAYS, is_cleared=is_cleared))


def verdict_on(*pairs, **options):
    proving = prover()
    for original, delivered in pairs:
        proving.look(original, delivered, **options)
    return proving.verdict()


def changed(delivered: bytes, elements, *, implicit=False) -> bytes:
    """The file with elements put in, replaced (a value) or taken out (None), by tag, in order."""
    file = opened(delivered)
    raws = {node.tag: file.data[node.start : node.end] for node in file.elements}
    for tag, found in elements.items():
        raws.pop(tag, None)
        if found is not None:
            vr, value = found
            raws[tag] = element(tag, vr, value, implicit=implicit)
    start = file.elements[0].start
    return file.data[:start] + b"".join(raw for _, raw in sorted(raws.items()))
