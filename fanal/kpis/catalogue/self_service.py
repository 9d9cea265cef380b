"""Figures of what customers settle without anybody, by a guided flow: by telephone, later in portal and chat."""

from django.utils.translation import gettext_lazy as _

from fanal.kpis.catalogue.kpi import Kpi, Unit

SELF_SERVICE_FIGURES = [
    Kpi(
        id="self_service_began",
        name=_("Self-service"),
        formula=_("Contacts that began in a guided flow, counted when the flow began."),
        unit=Unit.COUNT,
        source="flow",
        numerator=("self_service_began",),
    ),
    Kpi(
        id="contained_of_self_service",
        name=_("Containment"),
        formula=_(
            "Flows that ended without queue, message or callback, whose contact nobody took, and after which people "
            "did not talk to the same customer (or number, where nobody is known) within 24 hours, divided by all "
            "that began. Later contacts restate it."
        ),
        unit=Unit.PERCENT,
        source="flow",
        numerator=("self_service_stayed_alone",),
        denominator=("self_service_began",),
    ),
    Kpi(
        id="raw_containment_of_self_service",
        name=_("Containment, raw"),
        formula=_(
            "The same whatever happened afterwards, divided by all that began. Who gives up counts as contained here: "
            "read it beside the other."
        ),
        unit=Unit.PERCENT,
        source="flow",
        numerator=("self_service_alone",),
        denominator=("self_service_began",),
    ),
    Kpi(
        id="served_of_self_service",
        name=_("Served without anybody"),
        formula=_("Flows that say at their end that the customer was served, divided by all that began."),
        unit=Unit.PERCENT,
        source="flow",
        numerator=("self_service_served",),
        denominator=("self_service_began",),
    ),
]
