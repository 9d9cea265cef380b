"""The verbs of the figures: fold what happened, answer with figures, show the rows behind one, check what is stored."""

from fanal.kpis.actions.export import export
from fanal.kpis.actions.figures import figures, table
from fanal.kpis.actions.fold import absorb, fold
from fanal.kpis.actions.moment import at_one_moment, complete_until
from fanal.kpis.actions.recompute import recompute
from fanal.kpis.actions.refold import FOLLOWS, refold
from fanal.kpis.actions.rows import TimeRow, rows, time_rows

__all__ = [
    "FOLLOWS",
    "TimeRow",
    "absorb",
    "at_one_moment",
    "complete_until",
    "export",
    "figures",
    "fold",
    "recompute",
    "refold",
    "rows",
    "table",
    "time_rows",
]
