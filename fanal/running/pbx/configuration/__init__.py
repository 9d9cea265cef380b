"""What Asterisk is told: every file of its configuration, written from what this installation says of its PBX.

Nothing of the system's own configuration is read, so that what is not written here does not exist: no module, no
context, no user. Calls from outside enter one context, agents another; neither contains a way to an outside line,
which ARI alone opens, after fanal's own gate.
"""

from collections.abc import Mapping

from fanal.running.pbx.configuration import dialplan, media, programs, sip
from fanal.running.pbx.configuration.asked import Folders, Pbx, Trunk

__all__ = ["Folders", "Pbx", "Trunk", "files"]


def files(pbx: Pbx) -> Mapping[str, str]:
    """The name of each file in Asterisk's folder of settings, and its content."""
    return {**programs.files(pbx), **sip.files(pbx), **dialplan.files(pbx), **media.files(pbx)}
