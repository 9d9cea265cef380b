"""Customers, cases, contacts and orders for other programs: what the pages show, to whom they would show it."""

from ninja import Router

from fanal.api.records import cases, customers, interactions, orders

router = Router(tags=["records"])
for part in (customers, cases, interactions, orders):
    router.add_router("", part.router)
