"""What is told to a running Asterisk and forgotten with it: the objects of one endpoint, put and taken away whole."""

from collections.abc import Iterable, Mapping

from fanal.channels.asterisk.ari import Declined, Orders, path_of

Objects = Iterable[tuple[str, Mapping[str, str]]]
"""Each kind with its fields; the endpoint comes last."""


def there(orders: Orders) -> Mapping[str, bool]:
    """The endpoints that the PBX has, trunks too, and whether each can be called. Raises Cut."""
    return {one["resource"]: one["state"] == "online" for one in orders.ask("GET", path_of("endpoints", "PJSIP"))}


def put(orders: Orders, name: str, objects: Objects) -> None:
    """Make it known, in place of what was there under its name. Raises Cut and Declined."""
    take_away(orders, name)
    try:
        for kind, fields in objects:
            told = [{"attribute": key, "value": value} for key, value in fields.items()]
            orders.ask("PUT", _path(kind, name), body={"fields": told})
    except Declined:
        take_away(orders, name)
        raise


def take_away(orders: Orders, name: str) -> None:
    """Nothing of it is left; a call that it carries goes on. Raises Cut."""
    for kind in ("endpoint", "auth", "aor"):
        try:
            orders.ask("DELETE", _path(kind, name))
        except Declined as refused:
            if refused.status != 404:
                raise


def _path(kind: str, name: str) -> str:
    return path_of("asterisk", "config", "dynamic", "res_pjsip", kind, name)
