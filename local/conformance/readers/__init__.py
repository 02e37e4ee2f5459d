"""One reader for each resource type: what is deployed, in the template's shape."""

from local.conformance.found import Reader
from local.conformance.readers import (
    api,
    events,
    functions,
    identity,
    keys,
    machines,
    queues,
    storage,
    tables,
)

READERS: dict[str, Reader] = {
    **api.READERS,
    **events.READERS,
    **functions.READERS,
    **identity.READERS,
    **keys.READERS,
    **machines.READERS,
    **queues.READERS,
    **storage.READERS,
    **tables.READERS,
}
