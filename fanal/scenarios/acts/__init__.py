"""What the named customer actions really do, one small file per kind of thing."""

from fanal.scenarios.acts import (
    address,
    balance,
    cards,
    complaints,
    contact_points,
    contracts,
    devices,
    doing,
    goodwill,
    ordering,
    orders,
)

__all__ = [
    "address",
    "balance",
    "cards",
    "complaints",
    "contact_points",
    "contracts",
    "devices",
    "doing",
    "goodwill",
    "ordering",
    "orders",
]
