from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from corelab.kernel.ids import TrialId
from corelab.kernel.keys import Purpose, TrialKeys, hkdf


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=64), st.binary(max_size=64))
def test_the_derivation_is_hkdf_as_another_implementation_has_it(secret, salt, info):
    assert hkdf(secret, salt=salt, info=info) == HKDF(SHA256(), 32, salt or None, info).derive(secret)


def test_no_key_serves_two_purposes_two_trials_or_two_subjects():
    keys = {
        TrialKeys(trial=TrialId(trial), secret=bytes(32)).key(purpose, salt=salt)
        for trial in ("A", "B")
        for purpose in Purpose
        for salt in (b"one", b"two")
    }
    assert len(keys) == 2 * len(Purpose) * 2


def test_a_secret_is_not_shown():
    assert "secret" not in repr(TrialKeys(trial=TrialId("A"), secret=b"\x01" * 32))
