"""The PBX of this installation, as its settings say it."""

import hashlib
import hmac
import re

from fanal.environment import Environment
from fanal.running.pbx.configuration import Folders, Pbx, Trunk
from fanal.running.pbx.program import Local
from fanal.running.postgres import NotPossible

_TRUNK = re.compile(r"(?P<name>[^=]+)=(?:\[(?P<six>[^]]+)\]|(?P<four>[^:\[\]]+))(?::(?P<port>[0-9]{1,5}))?")


def pbx_of(environment: Environment, local: Local) -> Pbx:
    """Raises NotPossible, saying which setting cannot be."""
    home = local.folder(environment.home)
    try:
        return Pbx(
            name="fanal",
            folders=Folders(settings=home / "settings", state=home / "state", modules=local.modules),
            secret=secret_of(environment),
            trunks=tuple(_trunk(told) for told in environment.pbx_trunks),
            address=environment.pbx_address,
            networks=tuple(environment.pbx_networks),
            sip_port=environment.pbx_sip_port,
            http_port=environment.pbx_http_port,
            first_media_port=environment.pbx_media_ports[0],
            last_media_port=environment.pbx_media_ports[1],
        )
    except ValueError as problem:
        raise NotPossible(f"The PBX cannot be configured: {problem}") from None


def secret_of(environment: Environment) -> str:
    """What fanal and its PBX know and nobody else: made of the installation's secret, so that none is kept twice."""
    return hmac.new(environment.secret_key.encode(), b"fanal pbx", hashlib.sha256).hexdigest()


def _trunk(told: str) -> Trunk:
    """`name=address` or `name=address:port`; an address of IPv6 stands in brackets."""
    found = _TRUNK.fullmatch(told)
    if not found:
        raise ValueError(f"{told!r} is no trunk: write name=address:port.")
    return Trunk(name=found["name"], address=found["six"] or found["four"], port=int(found["port"] or 5060))
