"""Whether what an administrator says of a back office makes sense, before anybody relies on it (pure)."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fanal.holdings.sources.http import filling, paths, wire

THING = {"kind", "number", "parent", "customer", "key"}
METHODS = ("POST", "PUT", "PATCH", "DELETE")
NOT_OURS = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "content-type"}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`field` is where: of an action, with its code behind a dot."""

    field: str
    code: str
    what: str = ""


def check(
    *,
    kinds: Iterable[str],
    address: str,
    headers: Any,
    paths_: Any,
    words: Any,
    actions: Iterable[Mapping[str, Any]],
    fields_of: Mapping[str, Container[str]],
) -> Iterator[Problem]:
    """`fields_of`: the actions that can be sent, each with what it is filled in with."""
    kinds = list(kinds)
    if not kinds:
        yield Problem(field="kinds", code="kinds_missing")
    yield from _address("address", address, THING - {"key"})
    yield from _headers(headers)
    yield from _paths(kinds, paths_)
    if not _texts(words):
        yield Problem(field="words", code="not_texts")
    for action in actions:
        yield from _action(action, fields_of)


def _address(field: str, pattern: str, known: Container[str]) -> Iterator[Problem]:
    if not filling.fixed_host(pattern):
        yield Problem(field=field, code="host_not_fixed")
    for name in sorted(filling.names_in(pattern)):
        if name not in known:
            yield Problem(field=field, code="name_unknown", what=name)


def _headers(headers: Any) -> Iterator[Problem]:
    if not _texts(headers):
        yield Problem(field="headers", code="not_texts")
        return
    for name, value in headers.items():
        plain = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        if not plain or name.lower() in NOT_OURS or not value.isascii() or not value.isprintable():
            yield Problem(field="headers", code="header_unfit", what=name)


def _paths(kinds: Iterable[str], given: Any) -> Iterator[Problem]:
    if not _texts(given):
        yield Problem(field="paths", code="not_texts")
        return
    known = {name for kind in kinds for name in wire.known_fields(kind)}
    for name, path in given.items():
        if name not in known:
            yield Problem(field="paths", code="field_unknown", what=name)
        elif not paths.is_path(path):
            yield Problem(field="paths", code="path_unreadable", what=path)


def _action(action: Mapping[str, Any], fields_of: Mapping[str, Container[str]]) -> Iterator[Problem]:
    code = str(action.get("action", ""))
    if code not in fields_of:
        yield Problem(field="actions", code="action_unknown", what=code)
        return
    own = fields_of[code]
    known = THING | {name for name in filling.names_in([action.get("address", ""), action.get("body")]) if name in own}
    yield from _address(f"actions.{code}", str(action.get("address", "")), known)
    for name in sorted(filling.names_in(action.get("body"))):
        if name not in known:
            yield Problem(field=f"actions.{code}", code="name_unknown", what=name)
    if action.get("method", "POST") not in METHODS:
        yield Problem(field=f"actions.{code}", code="method_unknown", what=str(action.get("method")))
    for name in ("done", "refusal", "number"):
        if (path := action.get(name)) and not paths.is_path(str(path)):
            yield Problem(field=f"actions.{code}", code="path_unreadable", what=str(path))
    if bool(action.get("done")) != bool(action.get("done_is")):
        yield Problem(field=f"actions.{code}", code="done_half")


def _texts(table: Any) -> bool:
    return isinstance(table, dict) and all(isinstance(part, str) for pair in table.items() for part in pair)
