"""Who may do what: accounts, grants (trial x site x role), and the rule per operation. Default deny.

Enters: a signed-in person and the operation asked for. Leaves: in which role they may, at which sites.
"""
