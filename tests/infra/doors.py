"""Every door there is."""

DOORS = (
    *("access/api", "qualification/api", "tracking/api", "tracking/react"),
    *("ingest/api", "ingest/start", "ingest/screen", "ingest/sweep", "ingest/retire"),
    *("ingest/arrive", "ingest/gather", "ingest/transfer"),
    *("deid/deidentify", "deid/hold", "deid/react", "deid/api", "qc/check", "qc/conclude"),
    *("deid/sweep", "review/api", "dicomweb/api", "qc/api", "qc/react"),
    *("queries/api", "queries/react", "reads/api", "reads/react"),
    *("audit/relay", "audit/sequence", "audit/sweep", "audit/api"),
)
