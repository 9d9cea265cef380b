"""Every figure there is, by group, and by its name."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.advice import ADVICE_FIGURES
from fanal.kpis.catalogue.calls import CALL_FIGURES
from fanal.kpis.catalogue.cases import CASE_FIGURES
from fanal.kpis.catalogue.handling import HANDLING_FIGURES
from fanal.kpis.catalogue.kpi import Kpi, Unit
from fanal.kpis.catalogue.percentiles import PERCENTILES
from fanal.kpis.catalogue.self_service import SELF_SERVICE_FIGURES
from fanal.kpis.catalogue.sound import SOUND_FIGURES
from fanal.kpis.catalogue.time import TIME_FIGURES
from fanal.kpis.catalogue.waiting import WAITING_FIGURES

__all__ = ["GROUPS", "KPIS", "Kpi", "Unit"]

GROUPS: dict[str, tuple[str | Promise, list[Kpi]]] = {
    "waiting": (_("Waiting"), WAITING_FIGURES),
    "handling": (_("Handling"), HANDLING_FIGURES),
    "percentiles": (_("Percentiles"), PERCENTILES),
    "time": (_("Agents’ time"), TIME_FIGURES),
    "calls": (_("Calls and callbacks"), CALL_FIGURES),
    "sound": (_("Sound of calls"), SOUND_FIGURES),
    "cases": (_("Cases"), CASE_FIGURES),
    "advice": (_("Advice"), ADVICE_FIGURES),
    "self_service": (_("Self-service"), SELF_SERVICE_FIGURES),
}

KPIS: dict[str, Kpi] = {kpi.id: kpi for _name, kpis in GROUPS.values() for kpi in kpis}
