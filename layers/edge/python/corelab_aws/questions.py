"""What other rooms may know of a site's answer: a small view over queries that they do not own."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corelab.kernel.ids import SubjectId, TrialId
from corelab.kernel.write_path import Store

CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """What a site was asked about something that is held, and what it said.

    Attributes
    ----------
    about : frozenset of str
        Ids of what it asks about.
    answer, text : str or None
        The last answer, and the site's own words; None while there is none.
    """

    query: str
    state: str
    due: str
    about: frozenset[str]
    answer: str | None
    text: str | None


def question_about(store: Store, *, trial: TrialId, subject: SubjectId, id: str) -> QuestionView | None:
    """The last question about this transmittal or study that was not taken back; None where there is none."""
    asked = [view for view in _questions(store, trial, subject) if id in view.about and _counts(view)]
    return asked[-1] if asked else None


def _questions(store: Store, trial: TrialId, subject: SubjectId) -> Iterator[QuestionView]:
    """Questions to the subject's site about what is held or was, in the order in which they were asked."""
    stored = store.list(room="queries", trial=trial, kind="query", under=f"{subject}##")
    documents = (json.loads(item.document) for item in stored)
    yield from map(_view, sorted(documents, key=lambda document: document["opened_at"]))


def _view(document: Mapping[str, Any]) -> QuestionView:
    said = [turn for turn in document["thread"] if turn["action"] == "answer"]
    return QuestionView(
        query=document["query"],
        state=document["state"],
        due=document["due"],
        about=frozenset(one["id"] for one in document["about"]),
        answer=said[-1]["answer"] if said else None,
        text=said[-1]["text"] if said else None,
    )


def _counts(view: QuestionView) -> bool:
    return view.state != CANCELLED
