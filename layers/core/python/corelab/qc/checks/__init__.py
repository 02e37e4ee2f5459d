"""The checks, one file each, by id. Those of a series run in Check, those of a time point in Conclude.

A check is a pure function of facts, index and charter. Adding one: its file, and its line here.
"""

from collections.abc import Mapping

from corelab.qc.checks import (
    co_02,
    ct_01,
    ct_03,
    ct_04,
    ct_06,
    eq_01,
    eq_03,
    id_01,
    id_03,
    id_04,
    id_06,
    id_07,
    int_03,
    int_07,
    int_09,
    int_11,
    int_12,
    int_13,
    int_14,
    int_15,
    int_16,
    int_17,
    int_18,
    int_20,
    int_21,
    int_25,
    mr_01,
    mr_02,
    mr_03,
    mr_04,
    pt_01,
    pt_02,
    pt_06,
)
from corelab.qc.checks.co_01 import CHECK as CO_01
from corelab.qc.checks.id_02 import CHECK as ID_02
from corelab.qc.judgement import Check
from corelab.qc.time_points import TimePointCheck

SERIES_CHECKS: Mapping[str, Check] = {
    module.CHECK.id: module.CHECK
    for module in (
        int_03,
        int_07,
        int_09,
        int_11,
        int_12,
        int_13,
        int_14,
        int_15,
        int_16,
        int_17,
        int_18,
        int_20,
        int_21,
        int_25,
        ct_01,
        ct_03,
        ct_04,
        ct_06,
        mr_01,
        mr_02,
        mr_03,
        mr_04,
        pt_01,
        pt_02,
        pt_06,
        eq_01,
        eq_03,
        id_01,
        id_03,
        id_04,
        id_06,
        id_07,
        co_02,
    )
}
TIME_POINT_CHECKS: Mapping[str, TimePointCheck] = {check.id: check for check in (CO_01, ID_02)}
