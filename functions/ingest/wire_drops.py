"""What enters and leaves the drops' door: lent keys, what arrived, and whose it is."""

from datetime import date, datetime

from corelab.ingest.codes import text_of
from corelab.ingest.drops.model import Drop
from corelab_aws.doors.wire import Name, Wire
from corelab_aws.drop_keys import LentKeys


class DropKeysAnswer(Wire):
    """Keys for a site's own programs: they put new objects below the prefix, and do nothing else.

    Every put has to ask for a free key: `If-None-Match: *`.
    """

    bucket: str
    prefix: str
    region: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    expires_at: datetime

    @classmethod
    def of(cls, keys: LentKeys) -> "DropKeysAnswer":
        """The keys as the API shows them."""
        return cls(
            bucket=keys.bucket,
            prefix=keys.prefix,
            region=keys.region,
            access_key_id=keys.access_key_id,
            secret_access_key=keys.secret_access_key,
            session_token=keys.session_token,
            expires_at=keys.expires_at,
        )


class MatchBody(Wire):
    """Whose a drop is."""

    subject: Name
    visit: Name


class RefusedDropAnswer(Wire):
    """How many objects of a drop were refused for one reason, and what to do."""

    code: str
    objects: int
    detail: str
    remedy: str


class DropAnswer(Wire):
    """What arrived of one study. Nothing here says whose it is, until the site has said so."""

    drop: str
    site: str
    state: str
    objects: int
    size_bytes: int
    first_day: date
    last_day: date
    refused: list[RefusedDropAnswer]
    subject: str | None
    visit: str | None
    transmittal: str | None

    @classmethod
    def of(cls, state: Drop) -> "DropAnswer":
        """The drop as the API shows it."""
        match = state.match
        return cls(
            drop=state.drop,
            site=state.site,
            state=state.state,
            objects=state.objects,
            size_bytes=state.size_bytes,
            first_day=state.first_at.date(),
            last_day=state.last_at.date(),
            refused=[
                RefusedDropAnswer(
                    code=code, objects=objects, detail=text_of(code).sentence, remedy=text_of(code).remedy
                )
                for code, objects in sorted(state.codes.items())
            ],
            subject=None if match is None else match.subject,
            visit=None if match is None else match.visit,
            transmittal=None if match is None else match.transmittal,
        )


class DropsAnswer(Wire):
    """Drops, those that came last first."""

    drops: list[DropAnswer]
