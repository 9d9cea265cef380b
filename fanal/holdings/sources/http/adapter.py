"""Ask and act by HTTP. What is not certain is said to be unknown; only questions are asked twice."""

import json
from uuid import UUID

from fanal import outside
from fanal.holdings.port import Acted, Command, Down, Read, Refused, Slow, Thing, Unknown
from fanal.holdings.sources.http import filling, wire
from fanal.holdings.sources.http.setup import ActionSetup, Setup


class HttpSource:
    """One back office. Threads may share it: it keeps nothing."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def read(self, thing: Thing) -> Read:
        found: Read = Down(code="not_asked")
        for _ in range(self.setup.retries + 1):
            found = self.read_once(thing)
            if not isinstance(found, Slow | Down) or (isinstance(found, Down) and found.code in LASTING):
                break
        return found

    def read_once(self, thing: Thing) -> Read:
        try:
            reply = self.reply(thing)
            return wire.read(reply.status, reply.body, self.setup, kind=thing.kind)
        except filling.NotFilled:
            return Down(code="not_filled")
        except outside.NotAllowed as refused:
            return Down(code=refused.code)
        except outside.NotReached:
            return Down(code="not_reached")
        except outside.NoAnswer as lost:
            return Slow() if lost.code == "slow" else Down(code=lost.code)

    def reply(self, thing: Thing) -> outside.Reply:
        """The answer as it came, for whoever sets the source up. Raises what `outside.ask` and filling raise."""
        address = filling.address(self.setup.address, values(thing))
        return outside.ask(outside.Asked(address=address, headers=self._headers(address)), within=self.setup.within)

    def act(self, command: Command) -> Acted:
        action = self.setup.actions.get(command.action)
        if action is None:
            return Refused(code="not_set_up")
        try:
            reply = outside.ask(self._asked(action, command), within=self.setup.within)
        except filling.NotFilled:
            return Refused(code="not_filled")
        except outside.NotAllowed as refused:
            return Refused(code=refused.code)
        except outside.NotReached:
            return Refused(code="not_reached")
        except outside.NoAnswer as lost:
            return Unknown(code=lost.code)
        return wire.acted(reply.status, reply.body, action)

    def _asked(self, action: ActionSetup, command: Command) -> outside.Asked:
        given = {**command.fields, **values(command.thing), "key": str(command.key)}
        sent = None if action.body is None else json.dumps(filling.body(action.body, given)).encode()
        address = filling.address(action.address, given)
        headers = {**self._headers(address), **_key(action, command.key)}
        if sent is not None:
            headers["Content-Type"] = "application/json"
        return outside.Asked(address=address, method=action.method, headers=headers, body=sent)

    def _headers(self, address: str) -> dict[str, str]:
        """With the credential only where it belongs."""
        own = self.setup.credential
        if own is None or own.place != filling.place_of(address):
            return dict(self.setup.headers)
        return {**self.setup.headers, own.header: own.value}


LASTING = frozenset({"credential", "not_filled", "not_https", "private_address", "forbidden_address", "address"})
"""What a second question would not change."""


def values(thing: Thing) -> dict[str, str]:
    """What patterns may ask for of a thing."""
    return {"kind": thing.kind, "number": thing.number, "parent": thing.parent, "customer": thing.customer}


def _key(action: ActionSetup, key: UUID) -> dict[str, str]:
    return {action.key_header: str(key)} if action.key_header else {}
