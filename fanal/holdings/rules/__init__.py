"""When a back office is asked, and when it is left alone for a while."""

from fanal.holdings.rules.asking import Standing, Tried, due, standing
from fanal.holdings.rules.breaking import Breaker, may_ask, told

__all__ = ["Breaker", "Standing", "Tried", "due", "may_ask", "standing", "told"]
