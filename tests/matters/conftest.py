"""The shop of these tests."""

from tests.matters.fixtures import clock, shop, talk

__all__ = ["clock", "shop", "talk"]
