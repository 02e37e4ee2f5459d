"""A charter amended in the middle of a trial: each series is judged once, by the charter that governed it."""

from dataclasses import replace

import pytest

from corelab.charter.compiled import charter_hash, compiled_json
from corelab.charter.model import Consequence, QueryText, Severity, SeverityRule
from corelab.kernel.actors import system
from corelab.kernel.ids import SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Command
from corelab.qc.findings import judge_series
from corelab.qc.moves import Brought
from corelab.qc.service import brought_series, conclude, verdict_of
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import NOW
from tests.fakes.qc_documents import SITE, SUBJECT, TRIAL, brain, demo_charter, facts_of, index_of

SLOT = "MR_BRAIN/AX_PD"
GAPS = [header for n, header in enumerate(brain(), start=1) if n not in (8, 9, 10)]


def amended(version="1.10", **qc):
    charter = demo_charter()
    return replace(
        charter, trial=replace(charter.trial, charter_version=version), qc=replace(charter.qc, **qc)
    )


def renamed():
    """Every text has another id and other words."""
    qc = demo_charter().qc
    texts = {
        f"new_{id}": QueryText(text=f"New: {text.text}", answers=("disagree",))
        for id, text in qc.texts.items()
    }
    checks = {
        id: replace(setting, query=f"new_{setting.query}", section="99") for id, setting in qc.checks.items()
    }
    return amended(texts=texts, checks=checks)


def harmless():
    """Whatever weighed major is now accepted."""
    rule = SeverityRule(consequence=Consequence.ACCEPT, blocks=False, opens_query=False, days_to_answer=None)
    return amended(severities={**demo_charter().qc.severities, Severity.MAJOR: rule})


class Trial:
    """A trial whose transmittals conclude under one charter or another."""

    def __init__(self, *charters):
        self.store = MemoryStore()
        self.charters = {charter_hash(compiled_json(charter)): charter for charter in charters}

    def hash(self, charter):
        return next(hash for hash, known in self.charters.items() if known == charter)

    def brought(self, number, charter, headers, **facts):
        id = f"ser_{number:026d}"
        documents = facts_of(len(headers), series=id, **facts), index_of(headers, series=id)
        findings = judge_series(*documents, charter=charter)
        received = brought_series(
            documents[0], facts_key="f", charter=charter, findings=findings, findings_key="g"
        )
        return Brought(
            trial=TrialId(TRIAL),
            site=SITE,
            subject=SubjectId(SUBJECT),
            visit="BL",
            transmittal=TransmittalId(f"tms_{number:026d}"),
            charter=charter,
            charter_hash=self.hash(charter),
            series=(received,),
        )

    def verdict(self):
        """As it is kept, whichever run made the move."""
        found = verdict_of(self.store, trial=TrialId(TRIAL), subject=SubjectId(SUBJECT), visit="BL")
        return replace(found, event=None)

    def concludes(self, number, charter, headers, *, store=None, **facts):
        brought = self.brought(number, charter, headers, **facts)
        command = Command(
            id=f"{brought.transmittal}/conclude",
            trial=brought.trial,
            actor=system("qc.conclude"),
            now=NOW,
            software="0",
            charter=brought.charter_hash,
        )
        return conclude(
            store or self.store, command=command, brought=brought, charters=self.charters.__getitem__
        )


def test_what_an_earlier_series_failed_keeps_the_words_of_its_own_charter():
    old, new = demo_charter(), renamed()
    trial = Trial(old, new)
    before = trial.concludes(1, old, GAPS).state

    after = trial.concludes(2, new, brain(2), recognised=None).state

    assert after.findings == before.findings
    assert {item.query for item in after.findings} == {"missing_slices", "image_count"}
    assert after.state == "QUERY_RAISED"
    assert (before.charter, after.charter) == (trial.hash(old), trial.hash(new))


def test_what_an_earlier_series_failed_keeps_its_weight():
    old, new = demo_charter(), harmless()
    trial = Trial(old, new)
    trial.concludes(1, old, GAPS)

    assert trial.concludes(2, new, brain(2), recognised=None).state.state == "QUERY_RAISED"


def test_a_new_series_is_judged_by_the_new_charter():
    old, new = demo_charter(), renamed()
    trial = Trial(old, new)
    trial.concludes(1, old, GAPS)

    after = trial.concludes(2, new, GAPS, received_at="2026-01-20T09:00:00.000Z").state

    assert {(item.query, item.section) for item in after.findings} == {
        ("new_missing_slices", "99"),
        ("new_image_count", "99"),
    }
    assert all(item.text.startswith("New: ") for item in after.findings)


def test_checks_of_the_time_point_follow_the_newest_charter():
    old = demo_charter()
    new = amended(checks={id: item for id, item in old.qc.checks.items() if id != "ID-02"})
    trial = Trial(old, new)
    assert [item.check for item in trial.concludes(1, old, brain(), day=9).state.findings] == ["ID-02"]

    assert trial.concludes(2, new, brain(2), recognised=None).state.findings == ()


@pytest.mark.parametrize("version", ["2.0", "1.10"])
def test_a_transmittal_of_an_earlier_charter_that_concludes_last_does_not_set_it_back(version):
    old, new = amended("1.9"), amended(version)
    trial = Trial(old, new)
    trial.concludes(2, new, brain())

    outcome = trial.concludes(1, old, brain(2), recognised=None)

    assert outcome.state.charter == outcome.event.charter == trial.hash(new)


class Dying:
    """A store that breaks after so many writes."""

    def __init__(self, store, *, after):
        self.inner, self.left = store, after

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def commit(self, write):
        if not self.left:
            raise ConnectionError
        self.left -= 1
        self.inner.commit(write)


@pytest.mark.parametrize("died_after", [1, 2])
def test_a_judgement_that_died_is_finished_under_its_own_charter_by_whoever_comes(died_after):
    old, new = demo_charter(), renamed()
    trial, expected = Trial(old, new), Trial(old, new)
    expected.concludes(2, new, GAPS)
    expected.concludes(1, old, brain(2), recognised=None)

    with pytest.raises(ConnectionError):
        trial.concludes(2, new, GAPS, store=Dying(trial.store, after=died_after))
    trial.concludes(1, old, brain(2), recognised=None)

    assert trial.verdict() == expected.verdict()
    assert trial.verdict().charter == trial.hash(new)


def test_a_slot_that_the_new_charter_names_otherwise_is_not_read():
    old = demo_charter()
    brain_procedure, *others = old.procedures
    (expected,) = brain_procedure.series
    changed = replace(brain_procedure, series=(replace(expected, id="AX_T2"),))
    new = replace(amended(), procedures=(changed, *others))
    trial = Trial(old, new)
    trial.concludes(1, old, brain())

    after = trial.concludes(2, new, brain(2), recognised=None).state

    assert (after.placed[0].role, after.placed[0].reason) == ("NOT_USED", "the visit does not ask for it")
    assert [(item.check, item.slot) for item in after.findings] == [("CO-01", "MR_BRAIN/AX_T2")]
