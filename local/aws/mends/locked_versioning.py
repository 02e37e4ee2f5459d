"""A locked bucket's versioning cannot be suspended on AWS; ministack suspends it.

Source: S3 user guide, Object Lock considerations; AWS answers InvalidBucketState.
"""

from ministack.services import s3

from .patch import original


def apply() -> None:
    """Refuse to suspend versioning under Object Lock."""
    put = original(s3, "_put_bucket_versioning", digest="e6f9ef133087")

    def put_checked(bucket: str, body: bytes) -> object:
        if s3._bucket_object_lock.get(bucket) and b"Suspended" in body:
            message = (
                "An Object Lock configuration is present on this bucket, "
                "so the versioning state cannot be changed."
            )
            return s3._error("InvalidBucketState", message, 409, f"/{bucket}")
        return put(bucket, body)

    s3._put_bucket_versioning = put_checked
