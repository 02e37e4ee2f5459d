"""What a door was deployed with, from its environment."""

import os

from corelab.kernel.errors import CorelabError


class SettingMissing(CorelabError):
    """The deployment did not give the door a setting that it uses."""

    code = "COR-001"


def setting(name: str) -> str:
    """Value of `CORELAB_<name>`.

    Raises
    ------
    SettingMissing
        The deployment left it out.
    """
    value = os.environ.get(f"CORELAB_{name}", "")
    if not value:
        raise SettingMissing(f"Set CORELAB_{name} in the door's environment.", setting=name)
    return value


def setting_or(name: str, default: str) -> str:
    """Value of `CORELAB_<name>`, or the default where the deployment left it out."""
    return os.environ.get(f"CORELAB_{name}", "") or default
