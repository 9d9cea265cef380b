"""Write once however often it is sent: answers are kept under the sender's Idempotency-Key and given again."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema, Status

from fanal.agents.actions.answers import answer_once
from fanal.api.callers import caller
from fanal.api.problems import Problem

HEADER = "Idempotency-Key"
LONGEST = 200
DESCRIBED: dict[str, Any] = {
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST},
            "description": (
                "A value of your own, new for each thing you want done. Sent again with the same body within seven "
                "days, the first answer comes again and nothing is done twice; with another body it is refused (422)."
            ),
        }
    ]
}


def once(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation that heeds the header; what was refused is not kept, and may be sent again."""

    @wraps(operation)
    def kept(request: HttpRequest, *args: Any, **given: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return operation(request, *args, **given)
        if not 0 < len(key) <= LONGEST or not key.isprintable():
            said = _("An Idempotency-Key is 1 to %(number)s visible characters.") % {"number": LONGEST}
            raise Problem(422, "idempotency_key_not_valid", said)
        return _once(request, key, lambda: operation(request, *args, **given))

    return kept


def _once(request: HttpRequest, key: str, do: Callable[[], Any]) -> Any:
    def done() -> tuple[int, Any]:
        said = do()
        status, body = (said.status_code, said.value) if isinstance(said, Status) else (200, said)
        assert isinstance(body, Schema)
        return status, body.model_dump(mode="json")

    fingerprint = _fingerprint(request)
    known = answer_once(agent=caller(request).agent, key=key, fingerprint=fingerprint, do=done, now=timezone.now())
    if known.fingerprint != fingerprint:
        refusal = _("This Idempotency-Key was used for another request. Take a new one for each thing to be done.")
        raise Problem(422, "idempotency_key_used", refusal)
    return Status(known.status or 200, known.body)


def _fingerprint(request: HttpRequest) -> str:
    """Language and the key it was sent with do not matter; what is to be done does."""
    said = b"\0".join([str(request.method).encode(), request.path.encode(), request.body])
    return hashlib.sha256(said).hexdigest()
