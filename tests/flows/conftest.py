"""The shop of these tests."""

from tests.matters.fixtures import clock, shop

__all__ = ["clock", "shop"]
