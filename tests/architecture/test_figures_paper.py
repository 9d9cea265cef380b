"""The page about the figures, and the catalogue, say the same and keep their own rules."""

from fanal.kpis.catalogue import KPIS, Unit
from fanal.kpis.counters import SOURCES, TIMES
from fanal.kpis.models import Cell
from fanal.kpis.paper import paper
from tests.architecture.source import ROOT


def test_the_page_of_the_figures_is_the_catalogue() -> None:
    again = (
        "import django; django.setup(); from fanal.kpis.paper import paper; open('docs/kpis.md', 'w').write(paper())"
    )
    how = f'DJANGO_SETTINGS_MODULE=fanal.settings python -c "{again}"'
    assert (ROOT / "docs" / "kpis.md").read_text() == paper(), how


def test_a_share_or_an_average_carries_its_denominator_in_its_name() -> None:
    for kpi in KPIS.values():
        assert bool(kpi.denominator) == any(part in kpi.id for part in ("_of_", "_per_")), kpi.id
        assert kpi.unit != Unit.PERCENT or kpi.denominator, kpi.id


def test_every_counter_of_a_figure_is_stored() -> None:
    columns = {field.name for field in Cell._meta.concrete_fields}
    for kpi in KPIS.values():
        known = set(TIMES) if kpi.source == "time" else set(SOURCES[kpi.source].counters)
        assert set(kpi.counters) <= known <= columns, kpi.id


def test_no_counter_has_two_sources() -> None:
    names = [name for source in SOURCES.values() for name in source.counters]
    assert len(names) == len(set(names))
