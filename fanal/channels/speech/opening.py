"""A speech service as it is asked, with its key readable: it is for its address alone."""

from collections.abc import Mapping
from typing import Any

from fanal.channels.speech.adapter import VoskServer
from fanal.channels.speech.port import Service
from fanal.outside.lines import place_of
from fanal.running.sealed import seal, unseal

PURPOSE = "speech service"


def opened(address: str, credential: Mapping[str, Any]) -> Service:
    """A key for another address is left out. Raises running.sealed.NotReadable."""
    return VoskServer(address=address, key=_key(address, str(credential.get("sealed", ""))))


def sealed_key(key: str, *, address: str) -> dict[str, str]:
    """Whoever changes the address has to give the key again. Raises outside.addresses.Refused."""
    return {"sealed": seal(f"{place_of(address)}\n{key}", purpose=PURPOSE)}


def is_for(credential: Mapping[str, Any], address: str) -> bool:
    """Whether the key, where there is one, is for this address. Raises as `opened`, and outside.addresses.Refused."""
    sealed = str(credential.get("sealed", ""))
    return not sealed or unseal(sealed, purpose=PURPOSE).startswith(f"{place_of(address)}\n")


def _key(address: str, sealed: str) -> str:
    place, _line, key = unseal(sealed, purpose=PURPOSE).partition("\n") if sealed else ("", "", "")
    return key if place == str(place_of(address)) else ""
