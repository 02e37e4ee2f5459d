"""Quality control: checks give findings, findings give the verdict on a time point.

Enters: facts and index of each series, and the charter. Leaves: findings per series, and one verdict per time
point (`TimePointJudged.v1`). QC writes nothing but findings and verdicts; what follows is other rooms' work.
"""
