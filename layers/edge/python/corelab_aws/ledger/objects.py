"""Objects written once: the ledger's bucket and the witness's. The bucket's own retention locks them."""

from corelab.audit.errors import Unavailable
from corelab_aws.ledger.answers import answering
from corelab_aws.objects import Bucket, ObjectMissing


class LockedObjects:
    """The port `Objects` on a bucket with Object Lock and a default retention (decision 0022)."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def put_new(self, key: str, data: bytes) -> bool:
        """Write an object that must not be there yet; S3 checks its SHA-256. False: something is there."""
        content_type = "text/plain; charset=utf-8" if key.endswith(".txt") else "application/jsonl"
        with answering("s3"):  # 409, a write of the same key at the same time, is Unavailable too
            return self._bucket.put_once(key, data, content_type=content_type)

    def get(self, key: str) -> bytes:
        """What is there."""
        with answering("s3"):
            try:
                return self._bucket.get(key)
            except ObjectMissing as error:
                raise Unavailable("An object that was there is gone.", service="s3", key=key) from error
