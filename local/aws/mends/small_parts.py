"""Every part of a multipart upload but the last is at least 5 MB on AWS; ministack joins any.

Source: S3 user guide, multipart upload limits; AWS answers EntityTooSmall.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import ParseError

from ministack.services import s3

from .patch import original

SMALLEST_PART_BYTES = 5 * 1024 * 1024


def _numbers(body: bytes) -> list[int]:
    try:
        root = s3.fromstring(body)
    except ParseError:
        return []  # ministack answers MalformedXML
    return sorted(int(part.text) for part in root.iter() if part.tag.rpartition("}")[2] == "PartNumber")


def apply() -> None:
    """Refuse to complete an upload with a small part before its last."""
    complete = original(s3, "_complete_multipart_upload", digest="9e2d6452dfe1")

    def complete_checked(
        bucket: str, key: str, body: bytes, query: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> object:
        upload = s3._multipart_uploads.get(s3._qp(query, "uploadId"))
        parts = upload["parts"] if upload else {}
        for number in _numbers(body)[:-1]:
            if number in parts and parts[number]["size"] < SMALLEST_PART_BYTES:
                message = "Your proposed upload is smaller than the minimum allowed size"
                return s3._error("EntityTooSmall", message, 400)
        return complete(bucket, key, body, query, headers)

    s3._complete_multipart_upload = complete_checked
