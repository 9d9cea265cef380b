"""The shop of the tests of cases."""

from tests.matters.fixtures import clock, shop

__all__ = ["clock", "shop"]
