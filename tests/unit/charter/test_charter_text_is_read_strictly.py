from pathlib import Path

import pytest

from corelab.charter.compiled import charter_hash, load_compiled
from corelab.charter.errors import CharterInvalid
from corelab.charter.wire import compile_charter, lint

DEMO = (Path(__file__).parents[3] / "charters" / "demo.yaml").read_text()
FULL = Path(__file__).parents[4] / "shared" / "reference" / "charter-example.yaml"


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def changed(old, new):
    assert DEMO.count(old) >= 1
    return DEMO.replace(old, new, 1)


def test_the_demo_charter_has_no_problem():
    assert lint(DEMO) == []


def test_a_published_charter_reads_back_as_it_was():
    made = compile_charter(DEMO)

    assert load_compiled(made.document) == made.charter
    assert charter_hash(made.document) == made.hash


def test_what_is_no_compiled_charter_is_refused():
    for document in (b"{}", b"[]", b"{", b'{"schema":"imaging-charter/1"}'):
        with pytest.raises(CharterInvalid):
            load_compiled(document)


@pytest.mark.parametrize(
    ("old", "new", "message", "remedy"),
    [
        ("sponsor:", "sponsr:", "no key sponsr", "Did you mean sponsor?"),
        ("target_day: 42", "target_day: soon", "wrong kind", "a whole number"),
        ("target_day: 42", "target_day: 42.0", "wrong kind", "a whole number"),
        ("target_day: 42", "target_day: 0", "not after", "order of target day"),
        ("required: true", "required: yes", "wrong kind", "true or false"),
        ("kind: follow_up", "kind: followup", "unknown", "Did you mean follow_up?"),
        ("kind: follow_up", "kind: baseline", "cannot stand here", "one baseline first"),
        ("kind: follow_up", "kind: unscheduled", "not yet supported", "later"),
        ("window: [-7, 7]", "window: [7, -7]", "misses its target", "[-7, 7]"),
        ("window: [-7, 7]", "window: [-40, 7]", "overlaps", "one visit"),
        ("procedures: [MR_BRAIN]", "procedures: [MR_BRAN]", "no procedure", "Did you mean MR_BRAIN?"),
        ("- id: W6", "- id: BL", "taken", "another id"),
        ("regions_required: [brain]", "regions_required: [brian]", "no region", "Did you mean brain?"),
        ("regions_required: [brain]", "regions_required: [brain, brain]", "twice", "brain"),
        ("body: {regions_required: [brain]}", "body: {may_be_split_in: 2}", "not yet supported", "later"),
        ("body: {regions_required: [brain]}", "laterality: upper", "unknown", "left"),
        ("'^(?P<site>", "'^(?P<sit>", "group named site", "(?P<site>"),
        ("'^(?P<site>", "'^((?P<site>", "no regular expression", "(?P<site>"),
        ("[MRImageStorage]", "[MRImage]", "does not fit", "Did you mean MRImageStorage?"),
        ("modality: MR", "modality: PT", "unknown", "MR"),
        ("tag: EchoTime", "tag: EchoTimes", "judges", "Did you mean EchoTime?"),
        ("range: [15, 30], unit: ms", "range: [30, 15], unit: ms", "upside down", "[low, high]"),
        ("range: [15, 30], unit: ms", "range: [15, 30], unit: s", "not in s", "ms"),
        ("range: [15, 30]", "range: [15, 30], min: 3", "not one operator", "exactly one"),
        ("range: [15, 30]", "by_vendor: {GE: 3}", "by_vendor is not yet supported", "later"),
        ("op: contains", "op: contain", "unknown", "Did you mean contains?"),
        ("fact: ImageType", "fact: PatientName", "no fact", "ImageType"),
        (r"'(?i)\bpd\b'", "'(p+)+'", "repeats a group", "plainer"),
        ("nominal_mm: 7, uniform_abs_mm: 0.1", "uniform_abs_mm: 0.5", "looser", "at most 0.1"),
        ("min_images: 20", "min_images: 21", "no number of images", "smaller"),
        ("[-3640, -364]", "[-3640, -365]", "whole weeks", "multiples of 7"),
        ("[-3640, -364]", "[-364, 364]", "zero", "one side of 0"),
        ("    - clean_descriptors", "    - clean_pixel_data", "not yet supported", "later"),
        ("- retain_safe_private", "", "do not agree", "retain_safe_private"),
        ("INT-13: {", "INT-99: {", "no check of this version", "INT-1"),
        (
            "INT-13: {query: uneven_spacing",
            "INT-13: {severity: minor, query: uneven_spacing",
            "milder",
            "major",
        ),
        ("ID-02: {", "ID-02: {severity: major, ", "would block", "minor"),
        ("query: uneven_spacing", "query: uneven_spacin", "no text", "Did you mean uneven_spacing?"),
        ("consequence: query, blocks: true", "consequence: query, blocks: false", "disagree", "block"),
        ("critical: {consequence: hold", "critical: {consequence: accept", "disagree", "block"),
        ("{seen}", "{scene}", "no placeholder", "seen"),
        ("{seen}", "{seen:.2f}", "name only", "{seen}"),
        ("[resent, not_available, disagree]", "[resend]", "no answer", "Did you mean resent?"),
        ("due: 5bd", "due: 5", "wrong kind", "text"),
        ("due: 5bd", "due: 5d", "does not fit", "5bd"),
        ("readers: [R01, R02, R03]", "readers: [R01]", "2 readers a case", "pool"),
        ("trial:\n", "arms: []\ntrial:\n", "arms is not yet supported", "later"),
        ('section: "5.1"', "section: 5.1", "wrong kind", "quotes"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_a_remedy(old, new, message, remedy):
    text = changed(old, new)

    problems = lint(text)

    told = [problem for problem in problems if message in problem.message and remedy in problem.remedy]
    assert told, "\n".join(map(str, problems))
    first, last = line_of(DEMO, old), line_of(DEMO, old) + new.count("\n") + 1
    assert any(first <= problem.line <= last for problem in told) or message in (
        "do not agree",
        "2 readers a case",
        "no placeholder",
        "name only",
        "cannot stand here",
    ), "\n".join(map(str, told))


@pytest.mark.parametrize("asked", ["body: {regions_required: [brain]}", "laterality: left"])
def test_what_no_check_would_judge_is_not_asked_for(asked):
    text = (
        DEMO.replace("    body: {regions_required: [abdomen]}\n", "")
        .replace("body: {regions_required: [brain]}", asked)
        .replace("    ID-04: {query: another_body_part", "    ID-06: {query: another_body_part")
        .replace('    ID-06: {query: impossible_date, section: "4.2"}\n', "")
    )

    (problem,) = [item for item in lint(text) if "ID-04" in item.message]

    assert "Add ID-04" in problem.remedy


def test_all_mistakes_are_told_at_once():
    text = (
        changed("sponsor:", "sponsr:")
        .replace("query: uneven_spacing", "query: uneven")
        .replace("trial:\n", "edc: {system: rave}\ntrial:\n")
    )

    messages = [problem.message for problem in lint(text)]

    assert "there is no key sponsr here" in messages
    assert "there is no text uneven" in messages
    assert "edc is not yet supported" in messages
    assert "sponsor is missing" not in messages


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1]\nb: *x\n", "anchor"),
        ("a: !!python/object:os.system x\n", "tag"),
        ("a: 1\na: 2\n", "twice"),
        ("a: {b: 1, b: 2}\n", "twice"),
        ("<<: {a: 1}\n", "plain text"),
        ("[a]: 1\n", "plain text"),
        ("a: [1, 2\n", "expected"),
        ("- a\n", "no mapping"),
        ("", "no mapping"),
        ("a: " + "[" * 40 + "]" * 40, "too deep"),
        ("a: [" + "1," * 30_000 + "]", "too long"),
        ("a: " + "x" * 600_000, "bytes"),
        ("a: 1\n---\nb: 2\n", "another document"),
        (b"a: \xff\n", "UTF-8"),
        ("a: \x07\n", "character"),
    ],
)
def test_yaml_beyond_the_plain_part_is_refused(text, message):
    problems = lint(text)

    assert any(message in problem.message for problem in problems), problems


def test_no_stands_for_the_word_and_not_for_false():
    problems = lint(changed("seed: DEMO01-primary-1", "seed: no"))

    assert problems == []


def test_a_charter_with_problems_is_not_compiled_and_says_where():
    with pytest.raises(CharterInvalid, match=f"line {line_of(DEMO, 'sponsor:')}: trial.sponsr"):
        compile_charter(changed("sponsor:", "sponsr:"))


def test_the_full_grammar_is_refused_by_name_and_never_crashes():
    if not FULL.exists():
        pytest.skip("the full example is not beside the checkout")

    problems = lint(FULL.read_text())

    refused = {problem.path for problem in problems if "not yet supported" in problem.message}
    assert {"arms", "substudies", "sites", "edc", "etmf", "audit", "integrity", "reads"} <= refused
