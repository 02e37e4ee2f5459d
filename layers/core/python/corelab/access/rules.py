"""Which roles may call which operation. What is not listed is refused.

21 CFR 11.10(d) and (g): access limited to authorised individuals, authority checks. ADMIN holds no data;
INSPECTOR and SPONSOR write nothing; a READER sees a queue and nothing that names a site, a date or another
reader.
"""

from collections.abc import Mapping

from corelab.kernel.actors import Role
from corelab.kernel.ids import SiteId

R = Role
ANYONE_SIGNED_IN = frozenset(Role) - {R.SYSTEM}
SITE_SIDE = frozenset({R.SITE, R.PI})
OVERSIGHT = frozenset({R.PM, R.DM, R.QC, R.CRA, R.INSPECTOR})

_MAY: Mapping[str, frozenset[Role]] = {
    "read_me": ANYONE_SIGNED_IN,
    "create_account": frozenset({R.ADMIN}),
    "revoke_tokens": frozenset({R.ADMIN}),
    "give_grant": frozenset({R.ADMIN, R.PM}),
    "revoke_grant": frozenset({R.ADMIN, R.PM}),
    "register_site": frozenset({R.PM}),
    "register_scanner": frozenset({R.PM}),
    "list_sites": OVERSIGHT | SITE_SIDE,
    "publish_charter": frozenset({R.PM}),
    "read_charter": OVERSIGHT | SITE_SIDE | {R.RM, R.MED, R.SPONSOR},
    "register_subject": frozenset({R.SITE, R.PM}),
    "read_tracker": OVERSIGHT | SITE_SIDE | {R.RM, R.MED, R.SPONSOR},
    "open_transmittal": frozenset({R.SITE, R.CORE_IMPORT}),
    "register_batch": frozenset({R.SITE, R.CORE_IMPORT}),
    "register_parts": frozenset({R.SITE, R.CORE_IMPORT}),
    "join_parts": frozenset({R.SITE, R.CORE_IMPORT}),
    "complete_transmittal": frozenset({R.SITE, R.CORE_IMPORT}),
    "read_transmittal": OVERSIGHT | SITE_SIDE | {R.CORE_IMPORT},
    "read_receipt": OVERSIGHT | SITE_SIDE | {R.CORE_IMPORT},
    "find_known_files": frozenset({R.SITE, R.CORE_IMPORT}),
    "list_transmittals": OVERSIGHT | SITE_SIDE | {R.CORE_IMPORT},
    "list_held": OVERSIGHT,
    "release_transmittal": frozenset({R.QC, R.PM}),
    "reject_transmittal": frozenset({R.QC, R.PM}),
    "list_studies": OVERSIGHT | SITE_SIDE | {R.CORE_IMPORT},
    "read_study": OVERSIGHT | SITE_SIDE | {R.CORE_IMPORT},
    "allocate_study": frozenset({R.SITE, R.DM}),
    "correct_study": frozenset({R.PM, R.DM}),
    "withdraw_study": frozenset({R.PM}),
    "open_drop": frozenset({R.SITE}),
    "list_drops": OVERSIGHT | SITE_SIDE,
    "match_drop": frozenset({R.SITE}),
    "store_instances": frozenset({R.SITE}),
    "store_study": frozenset({R.SITE}),
    "read_series": OVERSIGHT | SITE_SIDE,
    "list_reviews": frozenset({R.DEID_REVIEWER, R.PM, R.INSPECTOR}),
    "render_review": frozenset({R.DEID_REVIEWER}),
    "clear_review": frozenset({R.DEID_REVIEWER}),
    "refuse_review": frozenset({R.DEID_REVIEWER}),
    "retry_series": frozenset({R.PM}),
    "read_verdict": OVERSIGHT | SITE_SIDE | {R.RM, R.MED},
    "list_queries": OVERSIGHT | SITE_SIDE,
    "answer_query": frozenset({R.SITE}),
    "accept_answer": frozenset({R.QC, R.DM}),
    "reopen_query": frozenset({R.QC, R.DM}),
    "cancel_query": frozenset({R.DM}),
    "read_queue": frozenset({R.READER, R.RM, R.INSPECTOR}),
    "list_affected_reads": frozenset({R.PM, R.RM, R.MED, R.INSPECTOR}),
    "read_history": frozenset({R.PM, R.DM, R.INSPECTOR}),
    "export_ledger": frozenset({R.PM, R.INSPECTOR}),
}

SIGNED = frozenset(  # whose body takes a signature
    {
        *("release_transmittal", "reject_transmittal", "correct_study", "withdraw_study"),
        *("clear_review", "refuse_review"),
    }
)

MAY: Mapping[str, frozenset[Role]] = {
    **_MAY,
    "issue_challenge": frozenset().union(*(_MAY[operation] for operation in SIGNED)),
}

GRANTED_BY_PM = frozenset(
    {
        R.SITE,
        R.PI,
        R.CRA,
        R.CORE_IMPORT,
        R.QC,
        R.DEID_REVIEWER,
        R.DM,
        R.RM,
        R.READER,
        R.ADJUDICATOR,
        R.SPONSOR,
    }
)
NEEDS_A_SITE = frozenset({R.SITE, R.PI})
NEEDS_EVERY_SITE = frozenset(
    {R.PM, R.RM, R.READER, R.ADJUDICATOR, R.MED, R.INSPECTOR, R.CUSTODIAN}
)  # whose work is the trial's: a site on it would be a limit that no operation honours
BLINDED = frozenset({R.READER, R.ADJUDICATOR})


def may_grant(granter: Role, role: Role, site: SiteId | None) -> bool:
    """Whether this granter may give this role there.

    A PM runs a trial's people but makes no other PM; a site's roles belong to one site, some to the whole
    trial; ADMIN is the user pool's to give, SYSTEM nobody's.
    """
    if role in (R.SYSTEM, R.ADMIN) or role in (NEEDS_EVERY_SITE if site else NEEDS_A_SITE):
        return False
    return granter is R.ADMIN or (granter is R.PM and role in GRANTED_BY_PM)
