"""What a resend changed: same UID and pixels, another header; and which earlier originals are still here."""

from collections.abc import Iterable

from corelab.dicom.differences import changed_tags
from corelab.dicom.errors import Unreadable
from corelab.dicom.scan import scan_header
from corelab.dicom.tags import tag_text
from corelab.ingest.facts import NOT_RESENT, Instance, Resent, Union
from corelab.ingest.ports import Incoming
from corelab.kernel.errors import NotFound


def differences(
    incoming: Incoming, earlier: Iterable[Instance], new: Iterable[Instance], *, union: Union
) -> Resent:
    """Read both originals of every resend, and name the tags in which they differ."""
    if not union.resends:
        return NOT_RESENT
    kept = {instance.sop_uid: instance for instance in earlier}
    changed: set[str] = set()
    unread = 0
    for instance in sorted(new, key=lambda item: item.place):
        if instance.place in union.resends:
            different = _between(incoming, kept[instance.sop_uid], instance)
            unread += different is None
            changed.update(different or ())
        if instance.place in {*union.fresh, *union.resends}:
            kept[instance.sop_uid] = instance
    return Resent(images=len(union.resends), changed=tuple(sorted(changed)), unread=unread)


def left_originals(incoming: Incoming, earlier: Iterable[Instance]) -> frozenset[str]:
    """Keys of earlier images that no longer lie in the bucket."""
    keys = {instance.key for instance in earlier}
    prefixes = {f"{key.rpartition('/')[0]}/" for key in keys}
    here = {item.key for prefix in prefixes for item in incoming.list(prefix)}
    return frozenset(keys - here)


def _between(incoming: Incoming, before: Instance, after: Instance) -> tuple[str, ...] | None:
    """None where one of them can no longer be read: an original may have been retired since."""
    try:
        one, other = (
            scan_header(incoming.fetch(item.key, version_id=item.version_id).body) for item in (before, after)
        )
    except (NotFound, Unreadable):
        return None
    return tuple(tag_text(tag) for tag in changed_tags(one, other))
