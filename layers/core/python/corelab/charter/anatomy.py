"""Regions of the body: a charter's words for them, and what a header's Body Part Examined says in them.

Terms are those of Body Part Examined (PS3.16 Annex L) and what scanners write in their place. A region lies
in others, `brain` in `head`; two of which one lies in the other show the same, as far as a label can tell: it
says where a technologist began, not how far the table went.
"""

import re
from collections.abc import Iterable, Mapping

LIES_IN: Mapping[str, tuple[str, ...]] = {
    "whole_body": (),
    "head": ("whole_body",),
    "neck": ("whole_body",),
    "chest": ("whole_body",),
    "abdomen": ("whole_body",),
    "pelvis": ("whole_body",),
    "spine": ("whole_body",),
    "arm": ("whole_body",),
    "leg": ("whole_body",),
    "brain": ("head",),
    "eye": ("head",),
    "skull_base": ("head", "neck"),
    "heart": ("chest",),
    "lung": ("chest",),
    "breast": ("chest",),
    "liver": ("abdomen",),
    "pancreas": ("abdomen",),
    "kidney": ("abdomen",),
    "prostate": ("pelvis",),
    "bladder": ("pelvis",),
    "uterus": ("pelvis",),
    "rectum": ("pelvis",),
    "cervical_spine": ("spine", "neck"),
    "thoracic_spine": ("spine", "chest"),
    "lumbar_spine": ("spine", "abdomen", "pelvis"),
    "shoulder": ("arm", "chest"),
    "elbow": ("arm",),
    "wrist": ("arm",),
    "hand": ("arm",),
    "hip": ("leg", "pelvis"),
    "thigh": ("leg",),
    "mid_thigh": ("thigh",),
    "knee": ("leg",),
    "ankle": ("leg",),
    "foot": ("leg",),
}

_WORDS: Mapping[str, str] = {
    "whole_body": "WHOLEBODY WB",
    "head": "HEAD SKULL FACE SINUS ORBIT MAXILLA JAW KOPF SCHADEL SCHAEDEL TETE CRANE",
    "brain": "BRAIN CEREBRAL CEREBELLUM NEURO HIRN GEHIRN CERVEAU PITUITARY",
    "eye": "EYE RETINA AUGE OEIL",
    "skull_base": "SKULLBASE",
    "neck": "NECK THYROID LARYNX PHARYNX CAROTID HALS COU",
    "chest": "CHEST THORAX MEDIASTINUM STERNUM RIB RIBS CLAVICLE ESOPHAGUS",
    "heart": "HEART CARDIAC CORONARY CORONARYARTERY HERZ COEUR",
    "lung": "LUNG LUNGS LUNGE POUMON",
    "breast": "BREAST MAMMA SEIN",
    "abdomen": "ABDOMEN ABD ABDO STOMACH SPLEEN COLON INTESTINE GALLBLADDER BILEDUCT ADRENAL",
    "liver": "LIVER LEBER FOIE HEPATIC",
    "pancreas": "PANCREAS PANKREAS",
    "kidney": "KIDNEY KIDNEYS RENAL NIERE REIN",
    "pelvis": "PELVIS PELV PELVIC BECKEN BASSIN SACRUM SIJOINT",
    "prostate": "PROSTATE PROSTATA",
    "bladder": "BLADDER BLASE",
    "uterus": "UTERUS CERVIX OVARY",
    "rectum": "RECTUM ANUS REKTUM",
    "spine": "SPINE WHOLESPINE WIRBELSAULE",
    "cervical_spine": "CSPINE CERVICALSPINE CERVICAL HWS",
    "thoracic_spine": "TSPINE THORACICSPINE DORSALSPINE BWS",
    "lumbar_spine": "LSPINE LSSPINE LUMBARSPINE LUMBAR LWS",
    "arm": "ARM UPPERARM FOREARM HUMERUS UPPEREXTREMITY",
    "shoulder": "SHOULDER SCAPULA SCHULTER EPAULE",
    "elbow": "ELBOW ELLBOGEN",
    "wrist": "WRIST HANDGELENK",
    "hand": "HAND FINGER THUMB",
    "leg": "LEG LOWERLEG CALF LOWEREXTREMITY",
    "hip": "HIP HUFTE HUEFTE HANCHE",
    "thigh": "THIGH UPPERLEG FEMUR",
    "knee": "KNEE PATELLA KNIE GENOU",
    "ankle": "ANKLE SPRUNGGELENK",
    "foot": "FOOT TOE FUSS PIED CALCANEUS",
}
_REGION = {term: region for region, terms in _WORDS.items() for term in terms.split()}
_TOGETHER: Mapping[str, tuple[str, ...]] = {  # terms that name several regions at once
    "HEADNECK": ("head", "neck"),
    "NECKCHEST": ("neck", "chest"),
    "CHESTABDOMEN": ("chest", "abdomen"),
    "ABDOMENPELVIS": ("abdomen", "pelvis"),
    "ABDPELV": ("abdomen", "pelvis"),
    "CHESTABDPELVIS": ("chest", "abdomen", "pelvis"),
    "CHESTABDOMENPELVIS": ("chest", "abdomen", "pelvis"),
    "NECKCHESTABDPELV": ("neck", "chest", "abdomen", "pelvis"),
    "NECKCHESTABDOMEN": ("neck", "chest", "abdomen"),
    "TLSPINE": ("thoracic_spine", "lumbar_spine"),
    "CTSPINE": ("cervical_spine", "thoracic_spine"),
    "CAP": ("chest", "abdomen", "pelvis"),
}
_SEPARATORS = re.compile(r"[^A-Z]+")
MOST_CHARACTERS = 64  # of a label; CS has 16, real ones are sometimes longer


def regions_named(label: str) -> frozenset[str]:
    """Regions that a header's label names; none where no word of it is known.

    >>> sorted(regions_named("CHEST_ABD_PELVIS")), sorted(regions_named("C-Spine")), regions_named("MULTIPLE")
    (['abdomen', 'chest', 'pelvis'], ['cervical_spine'], frozenset())
    """
    words = [word for word in _SEPARATORS.split(label[:MOST_CHARACTERS].upper()) if word]
    whole = _regions("".join(words))
    return whole or frozenset().union(*map(_regions, words))


def overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether any region of one lies in any of the other, or the other way round.

    >>> overlap(["brain"], ["head"]), overlap(["knee"], ["chest", "abdomen"])
    (True, False)
    """
    others = tuple(other)
    return any(region in around(another) or another in around(region) for region in one for another in others)


def around(region: str) -> frozenset[str]:
    """The region and all that it lies in."""
    return frozenset({region}).union(*map(around, LIES_IN[region]))


def region_words(regions: Iterable[str]) -> str:
    """Regions as a site reads them.

    >>> region_words({"chest", "skull_base"})
    'chest, skull base'
    """
    return ", ".join(region.replace("_", " ") for region in sorted(regions))


def _regions(word: str) -> frozenset[str]:
    if word in _TOGETHER:
        return frozenset(_TOGETHER[word])
    return frozenset({_REGION[word]}) if word in _REGION else frozenset()
