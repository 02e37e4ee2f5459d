"""Secrets of trials and salts of subjects: wrapped by one key, unwrapped once per worker."""

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corelab import __version__
from corelab.kernel.actors import system
from corelab.kernel.ids import SubjectId, TrialId
from corelab.kernel.keys import KEY_BYTES, TrialKeys
from corelab.kernel.write_path import Command, Decision, Found, Kind, Store, execute, find
from corelab_aws import clients
from corelab_aws.clock import now
from corelab_aws.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A secret as it is kept.

    Attributes
    ----------
    wrapped : str
        Base64 of the key service's ciphertext.
    """

    wrapped: str


SECRET = Kind(room="keys", name="secret", model=Wrapped)
SALT = Kind(room="keys", name="salt", model=Wrapped)


class KeyRing:
    """Unwraps what a trial's work needs, making it on first use.

    Parameters
    ----------
    store : Store
    client : KMSClient
    key_id : str
        The re-identification key.
    """

    def __init__(self, store: Store, client: "KMSClient", *, key_id: str) -> None:
        self._store = store
        self._client = client
        self._key_id = key_id
        self._unwrapped: dict[tuple[str, str, str], bytes] = {}

    def trial_keys(self, trial: TrialId) -> TrialKeys:
        """The trial's keys."""
        return TrialKeys(trial=trial, secret=self._unwrap(SECRET, trial=trial, id=trial))

    def subject_salt(self, trial: TrialId, subject: SubjectId) -> bytes:
        """The subject's salt, 32 bytes."""
        return self._unwrap(SALT, trial=trial, id=subject)

    def _unwrap(self, kind: Kind[Wrapped], *, trial: TrialId, id: str) -> bytes:
        place = (kind.name, trial, id)
        if place not in self._unwrapped:
            found = find(self._store, kind, trial=trial, id=id)
            state = found.state if found else self._make(kind, trial=trial, id=id)
            answer = self._client.decrypt(
                CiphertextBlob=base64.b64decode(state.wrapped),
                EncryptionContext={"trial": trial},
                KeyId=self._key_id,
            )
            self._unwrapped[place] = answer["Plaintext"]
        return self._unwrapped[place]

    def _make(self, kind: Kind[Wrapped], *, trial: TrialId, id: str) -> Wrapped:
        made = self._client.generate_data_key_without_plaintext(
            KeyId=self._key_id, NumberOfBytes=KEY_BYTES, EncryptionContext={"trial": trial}
        )
        fresh = Wrapped(wrapped=base64.b64encode(made["CiphertextBlob"]).decode())

        def decide(found: Found[Wrapped] | None) -> Decision[Wrapped]:
            # Another worker may have been first: the event's id is then taken, and its secret is kept.
            return Decision(
                state=found.state if found else fresh,
                type=f"{kind.name.title()}Made.v1",
                action=f"{kind.name}.make",
            )

        command = Command(
            id=f"make/{kind.name}/{id}",
            trial=trial,
            actor=system("keys"),
            now=now(),
            software=__version__,
        )
        return execute(self._store, kind, id=id, command=command, step="make", decide=decide).state


def key_ring(store: Store) -> KeyRing:
    """The door's key ring."""
    return KeyRing(store, clients.kms(), key_id=setting("REID_KEY"))
