"""The catalogue as a page of the documentation: docs/kpis.md is this, and a test keeps it so."""

from collections.abc import Iterator

from django.utils import translation

from fanal.kpis.catalogue import GROUPS, Kpi

HEAD = """# The figures

Written from `fanal/kpis/catalogue/`; `tests/architecture/test_figures_paper.py` compares, and says how to rewrite it.

**How a figure comes about.** Everything that happens is an event. The fold (`fanal/kpis/actions/fold.py`) reads events
in the order in which they were committed and puts together *facts*, one row per thing: a stay in a queue, an agent's
segment, an offer, a contact, a case, a stretch of presence. What an event says is merged into its fact by taking the
least value, so that neither order nor repetition matters. Facts are summed into *cells*: counters per quarter of an
hour, queue, channel, agent and type; days are sums of quarters. Numerators and denominators are stored; they are
divided only when somebody looks, and never averaged.

**Up to when.** The worker folds every other second; whoever looks only reads. Each page and answer says up to when its
figures hold everything, a file by its name: that is when the first thing happened that is not folded yet, or now. A
page's figures and the rows behind them are read in one snapshot and agree; so are the rows of a file. Who waits and who
is available is no figure: it is read as it is.

**Where a fact counts.** A stay, and the handling that follows from it, in the interval in which the contact was offered
to the queue; an offer when it rang; a contact when it began; a case when it was opened (a settling or reopening when it
happened); presence in the interval in which it passed. Practice, and cases that were withdrawn («not this»), are in no
figure. The target time T of a stay is the one its queue had when the stay was first seen.

**One number everywhere.** `fanal.kpis.actions.figures()` answers for tiles, tables, charts, files and the API
(`/api/v1/figures/`); `rows()` opens the facts behind a figure with what each adds to numerator and denominator, and
their sums are the figure. `fanal verify` checks that offered = answered + abandoned + overflowed + closed + withdrawn +
still waiting, that days are sums of intervals, and that an agent's states add up; every night the day before is
computed again from its events, and a difference is published as `kpis.drifted`.

A minus in front of a counter takes it off. Counters ending in `_ms` are milliseconds, figures are in seconds; those
ending in `_mos` are thousandths of a mean opinion score (MOS).
"""


def paper() -> str:
    """The whole page, in English."""
    with translation.override("en"):
        return "\n".join([HEAD, *_groups()])


def _groups() -> Iterator[str]:
    for name, kpis in GROUPS.values():
        yield f"## {name}\n"
        for kpi in kpis:
            yield from _entry(kpi)


def _entry(kpi: Kpi) -> Iterator[str]:
    yield f"### {kpi.name}\n"
    yield f"`{kpi.id}` · version {kpi.version} · {kpi.unit}\n"
    yield f"{kpi.formula}\n"
    above = " + ".join(kpi.numerator).replace("+ -", "− ")
    below = " + ".join(kpi.denominator).replace("+ -", "− ")
    formula = f"({above}) / ({below})" if below else above
    yield f"- `{formula}` of `{kpi.source}`"
    yield f"- by {', '.join(kpi.by)}\n"
