"""Writes the cloud assembly: `python app.py`, or through the CDK command.

Context `deployment` names the file in deployments/ (default `local`); context `target` is `host` or `aws`
(default: `host` for a local stage, `aws` otherwise). Context comes as the CDK command gives it, in
CDK_CONTEXT_JSON; CDK_OUTDIR says where to write (default cdk.out).
"""

import json
import os

from infra.assembly import synthesize
from infra.deployment import read_deployment
from infra.layers import Target


def main() -> None:
    """Synthesize what the context asks for."""
    context = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))
    deployment = read_deployment(context.get("deployment", "local"))
    target = Target(context.get("target", Target.HOST if deployment.is_local else Target.AWS))
    synthesize(deployment, os.environ.get("CDK_OUTDIR", "cdk.out"), target)


if __name__ == "__main__":
    main()
