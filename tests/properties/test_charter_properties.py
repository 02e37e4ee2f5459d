import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.charter.compiled import charter_hash, compiled_json, load_compiled
from corelab.charter.conditions import evaluate
from corelab.charter.windows import days_from_anchor, days_outside, window_of
from corelab.charter.wire import compile_charter, lint

DEMO = (Path(__file__).parents[2] / "charters" / "demo.yaml").read_text()
CHARTER = compile_charter(DEMO).charter
DAYS = st.integers(-400, 400)
DATES = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def keys_of_demo():
    """Every key of the text: (line from 0, column, word)."""

    def walk(node):
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield key.start_mark.line, key.start_mark.column, key.value
                yield from walk(value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from walk(item)

    return list(walk(yaml.compose(DEMO, Loader=yaml.SafeLoader)))


KEYS = keys_of_demo()


def misspelt(word, how):
    return {"longer": word + "x", "shorter": word[:-1], "swapped": word[:-2] + word[-1] + word[-2]}[how]


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["longer", "shorter", "swapped"])
def test_a_misspelt_key_anywhere_is_told_with_its_line(how):
    lines = DEMO.splitlines()
    for line, column, word in KEYS:
        wrong = misspelt(word, how)
        if wrong in (word, "") or wrong in {other for *_, other in KEYS}:
            continue
        there = lines[line][:column] + wrong + lines[line][column + len(word) :]

        problems = lint("\n".join([*lines[:line], there, *lines[line + 1 :]]))

        assert line + 1 in {problem.line for problem in problems}, (line + 1, word, wrong, problems[:3])


def shuffled(value, draw):
    if isinstance(value, dict):
        items = draw(st.permutations(list(value.items())))
        return {key: shuffled(item, draw) for key, item in items}
    return [shuffled(item, draw) for item in value] if isinstance(value, list) else value


@settings(max_examples=25, deadline=None)  # each reads the whole charter
@given(st.data())
def test_order_of_keys_and_layout_do_not_change_the_hash(data):
    class Writer(yaml.SafeDumper):
        def ignore_aliases(self, _data):
            return True

    loaded = shuffled(yaml.safe_load(DEMO), data.draw)
    text = yaml.dump(
        loaded,
        Dumper=Writer,
        sort_keys=False,
        width=data.draw(st.integers(40, 200)),
        indent=data.draw(st.integers(2, 8)),
        default_flow_style=data.draw(st.sampled_from([None, False, True])),
    )

    assert compile_charter(text).document == compiled_json(CHARTER)


@settings(max_examples=25, deadline=None)  # each reads the whole charter
@given(st.integers(0, len(DEMO.splitlines())), st.text(st.characters(codec="ascii", categories=["L", "N"])))
def test_a_comment_does_not_change_the_hash(at, words):
    lines = DEMO.splitlines()
    if re.search(r"^ {8}\S", "\n".join(lines[at : at + 1])) or ">-" in "\n".join(lines[at - 1 : at]):
        return  # inside a folded text a # is text

    text = "\n".join([*lines[:at], f"# {words}", *lines[at:]])

    assert compile_charter(text).hash == charter_hash(compiled_json(CHARTER))


@given(DAYS, DAYS, st.text(max_size=20))
def test_a_compiled_charter_reads_back_as_it_was(low, high, title):
    visit = replace(CHARTER.visits.schedule[0], target_day=low, window=(low, high))
    charter = replace(
        CHARTER,
        trial=replace(CHARTER.trial, title=title),
        visits=replace(CHARTER.visits, schedule=(visit,)),
    )

    assert load_compiled(compiled_json(charter)) == charter


@given(DATES, DAYS, st.integers(-60, 0), st.integers(0, 60), DAYS)
def test_inside_the_window_and_no_days_outside_are_the_same(anchor, target, before, after, day):
    visit = replace(CHARTER.visit("W6"), target_day=target, window=(before, after))
    scanned = anchor + timedelta(days=day)

    window, outside = window_of(visit, anchor=anchor), days_outside(visit, day=day)

    assert days_from_anchor(scanned, anchor=anchor) == day
    assert window.holds(scanned) is (outside == 0)
    assert (scanned < window.opens) is (outside < 0)
    assert window.holds(scanned - timedelta(days=outside))


CLAUSES = st.builds(
    lambda fact, op, value: {"fact": fact, "op": op, "value": value},
    st.sampled_from(["Rows", "SeriesDescription", "EchoTime"]),
    st.sampled_from(["eq", "min", "max", "contains", "not_contains", "in", "present", "absent", "regex"]),
    st.sampled_from(["1", "22", "PD"]),
).filter(lambda clause: clause["op"] not in ("min", "max") or clause["value"] != "PD")
CONDITIONS = st.recursive(
    CLAUSES,
    lambda inner: st.builds(
        lambda kind, parts: {kind: parts},
        st.sampled_from(["all", "any", "not"]),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=12,
)
VALUES = st.one_of(
    st.none(), st.text(max_size=6), st.integers(), st.decimals(), st.lists(st.text(max_size=3), max_size=3)
)
FACTS = st.dictionaries(st.sampled_from(["Rows", "SeriesDescription", "EchoTime"]), VALUES)


def met(condition, facts):
    return evaluate(condition, facts).is_met


@given(st.lists(CONDITIONS, min_size=1, max_size=4), FACTS)
def test_all_any_and_not_are_the_algebra_that_they_look_like(parts, facts):
    assert met({"all": parts}, facts) is all(met(part, facts) for part in parts)
    assert met({"any": parts}, facts) is any(met(part, facts) for part in parts)
    assert met({"not": parts}, facts) is not met({"any": parts}, facts)
    assert met({"not": [{"not": parts}]}, facts) is met({"any": parts}, facts)
    assert met({"not": [{"not": [part]} for part in parts]}, facts) is met({"all": parts}, facts)


@given(CONDITIONS, FACTS)
def test_a_condition_always_says_what_decided_it_and_never_a_value(condition, facts):
    decided = evaluate(condition, facts)

    assert decided.because
    assert evaluate(condition, dict(reversed(facts.items()))) == decided


@given(CONDITIONS)
def test_without_facts_only_absence_is_met(condition):
    if "fact" in condition:
        assert met(condition, {}) is (condition["op"] == "absent")


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text):
    assert isinstance(lint(text), list)
