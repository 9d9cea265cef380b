"""The sound of what the exchange recorded comes by HTTP: it is the one thing that its WebSocket does not carry."""

import base64

from fanal.channels.asterisk.ari import Address, Cut, Declined, path_of
from fanal.outside.asking import Asked, NoAnswer, NotAllowed, NotReached, ask

WITHIN = 60.0  # seconds for a whole file


def fetch(address: Address, name: str, *, largest: int) -> bytes:
    """The file of a recording that is over. Raises Cut, and Declined: 404 where there is none."""
    place = address.url.replace("ws", "http", 1).rstrip("/")
    host = place.partition("://")[2]
    token = base64.b64encode(f"{address.user}:{address.secret}".encode()).decode()
    asked = Asked(
        address=f"{place}/ari/{path_of('recordings', 'stored', name, 'file')}",
        headers={"Authorization": f"Basic {token}"},
        accepts="*/*",
    )
    try:
        reply = ask(asked, within=WITHIN, largest=largest, allowed=[host])
    except (NotAllowed, NotReached, NoAnswer) as problem:
        raise Cut(f"{type(problem).__name__}: {problem}") from None
    if reply.status != 200:
        raise Declined(reply.status, "no such recording")
    return reply.body
