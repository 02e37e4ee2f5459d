"""What ministack lacks for this product, one module each; `tests/flows/embedded` probes them all."""

from . import (
    bucket_properties,
    checkpoints,
    closed_doors,
    durable_retention,
    durable_tables,
    exception_name,
    free_keys,
    honest_boot,
    lambda_answer,
    leading_keys,
    locked_versioning,
    one_port,
    pool_tokens,
    quick_end,
    request_validators,
    root_signature,
    shared_layers,
    small_parts,
    state_payload,
    stderr_drain,
    table_properties,
)


def apply_all() -> None:
    """Mend the server in this process; call once, before it serves.

    Raises
    ------
    MendDoesNotFit
        ministack is not the release these mends were written for.
    """
    quick_end.apply()
    one_port.apply()
    closed_doors.apply()
    root_signature.apply()
    leading_keys.apply()
    bucket_properties.apply()
    free_keys.apply()
    table_properties.apply()
    exception_name.apply()
    stderr_drain.apply()
    shared_layers.apply()
    lambda_answer.apply()
    state_payload.apply()
    locked_versioning.apply()
    small_parts.apply()
    pool_tokens.apply()
    request_validators.apply()
    durable_retention.apply()
    honest_boot.apply()
    checkpoints.apply(durable_tables.apply())
