"""A source's row as its adapter needs it, with its credential readable; and a thing as the other side knows it."""

from collections.abc import Iterable

from fanal.holdings.models import Holding, HoldingSource, Order, SourceAction
from fanal.holdings.port import Source, Thing
from fanal.holdings.sources.http.filling import place_of
from fanal.holdings.sources.http.setup import ActionSetup, Credential, Setup
from fanal.running.sealed import seal, unseal

PURPOSE = "back office credential"


def opened(source: HoldingSource, actions: Iterable[SourceAction] | None = None) -> Source:
    """Ready to be asked. Raises running.sealed.NotReadable when its credential was sealed under another secret."""
    from fanal.holdings.sources.http.adapter import HttpSource  # HTTP is loaded where somebody asks

    return HttpSource(setup_of(source, source.actions.all() if actions is None else actions))


def setup_of(source: HoldingSource, actions: Iterable[SourceAction] = ()) -> Setup:
    return Setup(
        address=source.address,
        headers=source.headers,
        credential=_credential(source),
        paths=source.paths,
        words=source.words,
        within=source.within_ms / 1000,
        retries=source.retries,
        actions={row.action: _action(row) for row in actions},
    )


def sealed_credential(header: str, value: str, *, address: str) -> dict[str, str]:
    """For the place of this address alone: whoever changes the address has to give the credential again."""
    return {"header": header, "sealed": seal(f"{place_of(address)}\n{value}", purpose=PURPOSE)}


def thing_of(row: Holding | Order) -> Thing:
    customer = row.customer.external_id
    if isinstance(row, Order):
        return Thing(kind="order", number=row.number, customer=customer)
    return Thing(kind=row.kind, number=row.number, parent=row.parent.number if row.parent else "", customer=customer)


def _credential(source: HoldingSource) -> Credential | None:
    header, sealed = source.credential.get("header"), source.credential.get("sealed")
    if not header or not sealed:
        return None
    place, _line, value = unseal(str(sealed), purpose=PURPOSE).partition("\n")
    return Credential(place=place, header=str(header), value=value)


def _action(row: SourceAction) -> ActionSetup:
    return ActionSetup(
        action=row.action,
        method=row.method,
        address=row.address,
        body=row.body,
        done=row.done,
        done_is=row.done_is,
        refusal=row.refusal,
        number=row.number,
        key_header=row.key_header,
    )
