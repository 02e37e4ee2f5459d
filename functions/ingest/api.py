"""Transmittals over the API: open, register batches, complete, read; and drops: lend keys, list, match.

Bytes go straight to a bucket.
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from corelab import __version__
from corelab.access.model import Access
from corelab.ingest import correcting, quarantine, service, studies
from corelab.ingest.drops.errors import DropUnknown
from corelab.ingest.drops.layout import drop_prefix
from corelab.ingest.drops.lending import lend_place
from corelab.ingest.drops.listing import drops_of
from corelab.ingest.drops.matching import match_drop as match_service
from corelab.ingest.drops.model import DROP
from corelab.ingest.errors import PlaceUnclear, StudyUnknown, TransmittalUnknown
from corelab.ingest.known import known_files
from corelab.ingest.model import QUARANTINED, TRANSMITTAL, Transmittal
from corelab.ingest.naming import subject_meant
from corelab.ingest.parts import join_parts as join
from corelab.ingest.parts import register_parts as addresses
from corelab.ingest.receipts import receipt
from corelab.ingest.signed import receipt_document, signed_receipt
from corelab.ingest.studies import set_study_apart
from corelab.ingest.study import STUDY, Study
from corelab.kernel.ids import SiteId, SubjectId, TransmittalId, TrialId
from corelab.kernel.write_path import Command, find_all
from corelab_aws.clock import now
from corelab_aws.doors.api import Api
from corelab_aws.doors.signing import sign
from corelab_aws.doors.wire import NAME, SiteInPath, TrialInPath
from corelab_aws.drop_keys import drop_keys
from corelab_aws.executions import executions
from corelab_aws.objects import bucket
from corelab_aws.questions import QuestionView, question_about
from corelab_aws.receipts import receipt_signer
from corelab_aws.registry import Registry
from corelab_aws.store import store
from functions.ingest.wire import (
    BatchAnswer,
    BatchBody,
    KnownAnswer,
    KnownBody,
    KnownFilesAnswer,
    ReceiptAnswer,
    SignedReceiptAnswer,
    TicketAnswer,
    TransmittalAnswer,
    TransmittalBody,
    TransmittalsAnswer,
)
from functions.ingest.wire_drops import DropAnswer, DropKeysAnswer, DropsAnswer, MatchBody
from functions.ingest.wire_held import DecisionBody, HeldAnswer, HeldDecisionBody, HeldsAnswer
from functions.ingest.wire_parts import JoinAnswer, JoinBody, PartAnswer, PartsAnswer, PartsBody
from functions.ingest.wire_studies import AllocationBody, CorrectionBody, StudiesAnswer, StudyAnswer

app = Api("ingest")
STORE = store()
INCOMING = bucket("INCOMING")
EXECUTIONS = executions()
SIGNER = receipt_signer()
LENDER = drop_keys()

MOST_LISTED = 1000
MOST_BATCHES = 9999
MOST_FILES = 999_999
InPath = Annotated[str, Path(pattern=r"^tms_[0-9A-Z]{26}$", description="The transmittal's id, tms_…")]
StudyInPath = Annotated[str, Path(pattern=r"^stu_[0-9A-Z]{26}$", description="The study's id, stu_…")]
BatchInPath = Annotated[int, Path(ge=1, le=MOST_BATCHES, description="The batch's number, from 1.")]
FileInPath = Annotated[int, Path(ge=1, le=MOST_FILES, description="The file's number, from 1.")]
DropInPath = Annotated[str, Path(pattern=r"^drp_[0-9A-Z]{26}$", description="The drop's handle, drp_…")]
SubjectInQuery = Annotated[str | None, Query(pattern=NAME, description="Only this subject's.")]
StudyStateInQuery = Annotated[
    Literal["ALLOCATED", "UNMATCHED", "PRIOR", "OFF_PROTOCOL", "MISFILED", "WITHDRAWN"] | None,
    Query(description="Only those in this state."),
]
LimitInQuery = Annotated[int, Query(ge=1, le=MOST_LISTED, description="At most so many, the newest.")]


@app.post(
    "/v1/trials/<trial>/transmittals",
    operation_id="open_transmittal",
    tags=["ingest"],
    summary="Open a transmittal for a subject's visit",
    description="The charter in force governs it to its end.",
    status_code=HTTPStatus.CREATED,
)
def open_transmittal(trial: TrialInPath, body: TransmittalBody) -> TransmittalAnswer:
    """Open a transmittal."""
    access = app.authorize(STORE, "open_transmittal", trial=trial, site=body.site)
    command = app.command(access, "open_transmittal", trial=trial)
    opened = service.open_transmittal(
        STORE,
        registry=Registry(STORE),
        command=command,
        site=SiteId(body.site),
        subject=SubjectId(body.subject),
        visit=body.visit,
        courier=body.brought(),
    )
    return TransmittalAnswer.of(opened.state)


@app.put(
    "/v1/trials/<trial>/transmittals/<transmittal>/batches/<batch>",
    operation_id="register_batch",
    tags=["ingest"],
    summary="Register files and get their upload addresses",
    description="Repeat it for fresh addresses: files that have arrived get none.",
)
def register_batch(  # noqa: PLR0917 -- the resolver passes them by name
    trial: TrialInPath, transmittal: InPath, batch: BatchInPath, body: BatchBody
) -> BatchAnswer:
    """Register a batch."""
    access, state = _seen("register_batch", trial, transmittal)
    files = body.promised()
    command = Command(
        id=service.batch_command_id(TrialId(trial), state.transmittal, batch=batch, files=files),
        trial=TrialId(trial),
        actor=access.actor,
        now=now(),
        software=__version__,
    )
    tickets = service.register_batch(
        STORE,
        incoming=INCOMING,
        command=command,
        transmittal=state.transmittal,
        batch=batch,
        files=files,
    )
    return BatchAnswer(
        transmittal=transmittal, batch=batch, files=[TicketAnswer.of(ticket) for ticket in tickets]
    )


@app.put(
    "/v1/trials/<trial>/transmittals/<transmittal>/files/<n>/parts",
    operation_id="register_parts",
    tags=["ingest"],
    summary="Get upload addresses for parts of a large file",
    description="Repeat it for fresh addresses, or to go on: parts that have arrived get none.",
)
def register_parts(  # noqa: PLR0917 -- the resolver passes them by name
    trial: TrialInPath, transmittal: InPath, n: FileInPath, body: PartsBody
) -> PartsAnswer:
    """Give parts their addresses."""
    _, state = _seen("register_parts", trial, transmittal)
    tickets = addresses(
        STORE,
        incoming=INCOMING,
        trial=TrialId(trial),
        transmittal=state.transmittal,
        n=n,
        parts=body.promised(),
    )
    return PartsAnswer(transmittal=transmittal, n=n, parts=[PartAnswer.of(ticket) for ticket in tickets])


@app.post(
    "/v1/trials/<trial>/transmittals/<transmittal>/files/<n>/join",
    operation_id="join_parts",
    tags=["ingest"],
    summary="Make a large file of its parts",
    description="A repeat finds it there. What lies there is never written over.",
)
def join_parts(  # noqa: PLR0917 -- the resolver passes them by name
    trial: TrialInPath, transmittal: InPath, n: FileInPath, body: JoinBody
) -> JoinAnswer:
    """Join a file's parts."""
    _, state = _seen("join_parts", trial, transmittal)
    join(
        STORE,
        incoming=INCOMING,
        trial=TrialId(trial),
        transmittal=state.transmittal,
        n=n,
        sha256_of_parts=body.sha256_of_parts,
    )
    return JoinAnswer(transmittal=transmittal, n=n, has_arrived=True)


@app.post(
    "/v1/trials/<trial>/transmittals/<transmittal>/complete",
    operation_id="complete_transmittal",
    tags=["ingest"],
    summary="Say that everything was sent",
    description="RECEIVED where it arrived; INCOMPLETE, with the numbers, where it did not.",
)
def complete_transmittal(trial: TrialInPath, transmittal: InPath) -> ReceiptAnswer:
    """Complete a transmittal."""
    access, state = _seen("complete_transmittal", trial, transmittal)
    command = app.command(access, f"complete_transmittal/{transmittal}", trial=trial)
    completed = service.complete_transmittal(
        STORE, incoming=INCOMING, command=command, transmittal=state.transmittal
    )
    return ReceiptAnswer.told(completed, asked=_asked(trial, completed.transmittal))


@app.get(
    "/v1/trials/<trial>/transmittals/<transmittal>",
    operation_id="read_transmittal",
    tags=["ingest"],
    summary="A transmittal's receipt",
    description="Per file what arrived, and what was refused, with what to do about it.",
)
def read_transmittal(trial: TrialInPath, transmittal: InPath) -> ReceiptAnswer:
    """Show a receipt."""
    _, state = _seen("read_transmittal", trial, transmittal)
    found = receipt(STORE, incoming=INCOMING, trial=TrialId(trial), transmittal=state.transmittal)
    return ReceiptAnswer.told(found, asked=_asked(trial, found.transmittal))


@app.get(
    "/v1/trials/<trial>/transmittals/<transmittal>/receipt",
    operation_id="read_receipt",
    tags=["ingest"],
    summary="A transmittal's signed receipt",
    description="Per file what arrived, its hash and what became of it; one for each version of its state.",
)
def read_receipt(trial: TrialInPath, transmittal: InPath) -> SignedReceiptAnswer:
    """Sign a receipt."""
    _, state = _seen("read_receipt", trial, transmittal)
    found = receipt(STORE, incoming=INCOMING, trial=TrialId(trial), transmittal=state.transmittal)
    document = receipt_document(found, trial=TrialId(trial), software=__version__)
    note = signed_receipt(document, public_key=SIGNER.public_key(), sign=SIGNER.sign)
    return SignedReceiptAnswer(receipt=document, note=note, key_pem=SIGNER.public_key_pem().decode())


@app.post(
    "/v1/trials/<trial>/known-files",
    operation_id="find_known_files",
    tags=["ingest"],
    summary="Which contents this site has sent for a subject already",
    description="By SHA-256, before anything is sent. Of other sites nothing is told.",
)
def find_known_files(trial: TrialInPath, body: KnownBody) -> KnownFilesAnswer:
    """Tell what is here."""
    app.authorize(STORE, "find_known_files", trial=trial, site=body.site)
    site = SiteId(body.site)
    name = SubjectId(body.subject)
    found = known_files(
        STORE,
        trial=TrialId(trial),
        site=site,
        subject=subject_meant(Registry(STORE), trial=TrialId(trial), site=site, name=name),
        sha256s=body.sha256,
    )
    return KnownFilesAnswer(files=[KnownAnswer.of(known) for known in found])


@app.get(
    "/v1/trials/<trial>/transmittals",
    operation_id="list_transmittals",
    tags=["ingest"],
    summary="Transmittals, the newest first",
    description="Those of the sites that the caller's grants cover.",
)
def list_transmittals(
    trial: TrialInPath, subject: SubjectInQuery = None, limit: LimitInQuery = MOST_LISTED
) -> TransmittalsAnswer:
    """List transmittals."""
    access = app.authorize(STORE, "list_transmittals", trial=trial)
    found = (item.state for item in find_all(STORE, TRANSMITTAL, trial=TrialId(trial)))
    mine = [state for state in found if access.covers(state.site) and subject in (None, state.subject)]
    newest = sorted(mine, key=lambda state: (state.opened_at, state.transmittal), reverse=True)[:limit]
    return TransmittalsAnswer(transmittals=[TransmittalAnswer.of(state) for state in newest])


@app.get(
    "/v1/trials/<trial>/held",
    operation_id="list_held",
    tags=["ingest"],
    summary="What is held for a person",
    description="The longest first: why, and what can be done about it.",
)
def list_held(trial: TrialInPath) -> HeldsAnswer:
    """List held transmittals of the sites that the caller's grants cover."""
    access = app.authorize(STORE, "list_held", trial=trial)
    found = quarantine.held_of(STORE, trial=TrialId(trial))
    mine = [one for one in found if access.covers(one.transmittal.site)]
    return HeldsAnswer(held=[HeldAnswer.of(one, asked=_asked(trial, one.transmittal)) for one in mine])


@app.post(
    "/v1/trials/<trial>/transmittals/<transmittal>/release",
    operation_id="release_transmittal",
    tags=["ingest"],
    summary="Release a held transmittal",
    description="Signed, with a reason. It is screened again, and only the alarm that it is held under "
    "passes; whatever else alarms holds it again.",
)
def release_transmittal(trial: TrialInPath, transmittal: InPath, body: HeldDecisionBody) -> TransmittalAnswer:
    """Release a held transmittal."""
    command, id = _decided("release_transmittal", trial, transmittal, body=body)
    released = quarantine.release(
        STORE,
        executions=EXECUTIONS,
        incoming=INCOMING.name,
        command=command,
        transmittal=id,
        held_under=body.held_under,
    )
    return TransmittalAnswer.of(released.state)


@app.post(
    "/v1/trials/<trial>/transmittals/<transmittal>/reject",
    operation_id="reject_transmittal",
    tags=["ingest"],
    summary="Reject a held transmittal",
    description="Signed, with a reason. Nothing of it counts; the site sends anew.",
)
def reject_transmittal(trial: TrialInPath, transmittal: InPath, body: HeldDecisionBody) -> TransmittalAnswer:
    """Reject a held transmittal."""
    command, id = _decided("reject_transmittal", trial, transmittal, body=body)
    rejected = quarantine.reject(STORE, command=command, transmittal=id, held_under=body.held_under)
    return TransmittalAnswer.of(rejected.state)


@app.get(
    "/v1/trials/<trial>/studies",
    operation_id="list_studies",
    tags=["ingest"],
    summary="Studies, those that moved last first",
    description="Those of the sites that the caller's grants cover.",
)
def list_studies(
    trial: TrialInPath, state: StudyStateInQuery = None, limit: LimitInQuery = MOST_LISTED
) -> StudiesAnswer:
    """List studies."""
    access = app.authorize(STORE, "list_studies", trial=trial)
    found = (item.state for item in find_all(STORE, STUDY, trial=TrialId(trial)))
    mine = [study for study in found if access.covers(study.site) and state in (None, study.state)]
    latest = sorted(mine, key=lambda study: (study.moved_at, study.study), reverse=True)[:limit]
    return StudiesAnswer(studies=[StudyAnswer.of(study) for study in latest])


@app.get(
    "/v1/trials/<trial>/studies/<study>",
    operation_id="read_study",
    tags=["ingest"],
    summary="A study: where it belongs, and who brought it",
    description="UNMATCHED: why, and what is suggested.",
)
def read_study(trial: TrialInPath, study: StudyInPath) -> StudyAnswer:
    """Show a study."""
    _, state = _seen_study("read_study", trial, study)
    return StudyAnswer.of(state)


@app.post(
    "/v1/trials/<trial>/studies/<study>/allocate",
    operation_id="allocate_study",
    tags=["ingest"],
    summary="Say where a study belongs",
    description="At a visit: it goes through the pipeline there. PRIOR or OFF_PROTOCOL: it is kept apart.",
)
def allocate_study(trial: TrialInPath, study: StudyInPath, body: AllocationBody) -> StudyAnswer:
    """Allocate a study, or set it apart."""
    access, state = _seen_study("allocate_study", trial, study)
    command = app.command(access, f"allocate_study/{study}", trial=trial, reason=body.reason)
    if (body.visit is None) == (body.set_apart is None):
        raise PlaceUnclear("Name a visit, or say PRIOR or OFF_PROTOCOL; one of both.")
    if body.set_apart is not None:
        apart = set_study_apart(STORE, command=command, study=state.study, to=body.set_apart)
        return StudyAnswer.of(apart.state)
    placed = studies.allocate_study(
        STORE,
        incoming=INCOMING,
        registry=Registry(STORE),
        command=command,
        study=state.study,
        visit=str(body.visit),
    )
    return StudyAnswer.of(placed)


@app.post(
    "/v1/trials/<trial>/studies/<study>/correct",
    operation_id="correct_study",
    tags=["ingest"],
    summary="Say that a study was filed by mistake, and where it belongs",
    description="Signed by two persons, PM and DM, on the same subject and visit. With the second signature "
    "the study leaves its time point, and is made anew where it belongs.",
)
def correct_study(trial: TrialInPath, study: StudyInPath, body: CorrectionBody) -> StudyAnswer:
    """Take one person's part in a correction."""
    access, state = _seen_study("correct_study", trial, study)
    command = app.command(access, f"correct_study/{study}", trial=trial, reason=body.reason)
    signed = sign(
        STORE,
        command,
        operation="correct_study",
        of=STUDY,
        id=state.study,
        signature=body.signature,
        terms={"subject": body.subject, "visit": body.visit},
    )
    corrected = correcting.correct_study(
        STORE,
        incoming=INCOMING,
        registry=Registry(STORE),
        command=signed,
        study=state.study,
        to=correcting.Place(subject=SubjectId(body.subject), visit=body.visit),
    )
    return StudyAnswer.of(corrected)


@app.post(
    "/v1/trials/<trial>/studies/<study>/withdraw",
    operation_id="withdraw_study",
    tags=["ingest"],
    summary="Take a study out of the trial",
    description="Signed, with a reason: consent is withdrawn, or its site takes it back. What was made of it "
    "leaves its time point; what happened stays in the ledger.",
)
def withdraw_study(trial: TrialInPath, study: StudyInPath, body: DecisionBody) -> StudyAnswer:
    """Withdraw a study."""
    access, state = _seen_study("withdraw_study", trial, study)
    command = app.command(access, f"withdraw_study/{study}", trial=trial, reason=body.reason)
    signed = sign(
        STORE,
        command,
        operation="withdraw_study",
        of=STUDY,
        id=state.study,
        signature=body.signature,
        terms={},
    )
    return StudyAnswer.of(studies.withdraw_study(STORE, command=signed, study=state.study).state)


@app.post(
    "/v1/trials/<trial>/sites/<site>/drop-keys",
    operation_id="open_drop",
    tags=["ingest"],
    summary="Borrow keys for the drop bucket",
    description="For a site's own S3 client: they put new objects below the site's prefix, for an hour, and "
    "nothing else. Every put says `If-None-Match: *`.",
)
def open_drop(trial: TrialInPath, site: SiteInPath) -> DropKeysAnswer:
    """Lend keys for a site's prefix."""
    access = app.authorize(STORE, "open_drop", trial=trial, site=site)
    command = app.command(access, f"open_drop/{site}/{now():%Y-%m-%dT%H:%M}", trial=trial)  # a loan each
    keys = LENDER.lend(drop_prefix(TrialId(trial), SiteId(site)), session=command.id)
    lend_place(STORE, command=command, site=SiteId(site), until=keys.expires_at)
    return DropKeysAnswer.of(keys)


@app.get(
    "/v1/trials/<trial>/drops",
    operation_id="list_drops",
    tags=["ingest"],
    summary="What came by the drop bucket, the latest first",
    description="Per study how much and when, of the sites that the caller's grants cover. WAITING ones wait "
    "for their site to say whose they are.",
)
def list_drops(trial: TrialInPath) -> DropsAnswer:
    """List drops."""
    access = app.authorize(STORE, "list_drops", trial=trial)
    found = drops_of(STORE, trial=TrialId(trial), covers=access.covers)
    return DropsAnswer(drops=[DropAnswer.of(state) for state in found[:MOST_LISTED]])


@app.post(
    "/v1/trials/<trial>/drops/<drop>/match",
    operation_id="match_drop",
    tags=["ingest"],
    summary="Say whose a drop is, and of which visit",
    description="Its objects become a transmittal, which goes the ordinary way.",
)
def match_drop(trial: TrialInPath, drop: DropInPath, body: MatchBody) -> DropAnswer:
    """Match a drop."""
    nothing = DropUnknown("There is no such drop.")
    access, state = app.seen(STORE, "match_drop", DROP, trial=trial, id=drop, nothing=nothing)
    matched = match_service(
        STORE,
        registry=Registry(STORE),
        command=app.command(access, f"match_drop/{drop}", trial=trial),
        drop=state.drop,
        subject=SubjectId(body.subject),
        visit=body.visit,
    )
    return DropAnswer.of(matched.state)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 -- the runtime's own type
    """Answer one request."""
    return app.resolve(event, context)


def _decided(
    operation: str, trial: str, transmittal: str, *, body: HeldDecisionBody
) -> tuple[Command, TransmittalId]:
    """A person's signed command on a held transmittal."""
    access, state = _seen(operation, trial, transmittal)
    command = app.command(access, f"{operation}/{transmittal}", trial=trial, reason=body.reason)
    command = replace(command, charter=state.charter)
    id = state.transmittal
    signed = sign(
        STORE,
        command,
        operation=operation,
        of=TRANSMITTAL,
        id=id,
        signature=body.signature,
        terms={"held_under": body.held_under},
    )
    return signed, id


def _asked(trial: str, state: Transmittal) -> QuestionView | None:
    """What the site is asked about it, where it is held."""
    if state.state != QUARANTINED:
        return None
    return question_about(STORE, trial=TrialId(trial), subject=state.subject, id=state.transmittal)


def _seen(operation: str, trial: str, transmittal: str) -> tuple[Access, Transmittal]:
    """The caller's permission, and the transmittal."""
    nothing = TransmittalUnknown("There is no such transmittal.")
    return app.seen(STORE, operation, TRANSMITTAL, trial=trial, id=transmittal, nothing=nothing)


def _seen_study(operation: str, trial: str, study: str) -> tuple[Access, Study]:
    """The caller's permission, and the study."""
    nothing = StudyUnknown("There is no such study.")
    return app.seen(STORE, operation, STUDY, trial=trial, id=study, nothing=nothing)
