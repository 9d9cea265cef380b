"""For whoever watches the installation: is it well, and a few figures for Prometheus."""

from collections.abc import Iterable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from fanal.agents.models import Agent, Permission
from fanal.running.security import THROUGH_A_PROXY

COUNTS = """
SELECT (SELECT count(*) FROM interactions_interaction WHERE ended_at IS NULL),
       (SELECT count(*) FROM routing_queueentry WHERE state = 'waiting'),
       (SELECT count(*) FROM channels_rawevent WHERE state = 'received'),
       (SELECT count(*) FROM channels_rawevent WHERE state = 'quarantined'),
       (SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0) FROM channels_rawevent
        WHERE state = 'received'),
       (SELECT count(*) FROM routing_agentload WHERE available),
       (SELECT count(*) FROM interactions_letter WHERE next_at IS NOT NULL),
       (SELECT coalesce(extract(epoch FROM now() - min(next_at)), 0) FROM interactions_letter WHERE next_at < now()),
       (SELECT count(*) FROM channels_mailcursor WHERE problem <> '')
"""
NAMES = (
    ("fanal_interactions_open", "Contacts whose talk has not ended."),
    ("fanal_entries_waiting", "Entries that wait in a queue."),
    ("fanal_raw_received", "Input that is stored and not yet processed."),
    ("fanal_raw_quarantined", "Input that was set aside with its reason."),
    ("fanal_raw_oldest_seconds", "Age of the oldest input that is not yet processed."),
    ("fanal_agents_available", "Agents who can be offered work."),
    ("fanal_letters_queued", "Mails of ours that wait to be sent."),
    ("fanal_letters_late_seconds", "How long the mail that is most overdue should have been sent already."),
    ("fanal_mailboxes_troubled", "Mailboxes that cannot be read at the moment."),
)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the pages and the database answer, 503 with the part that does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "failing", "database": "does not answer"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for this machine and for administrators only."""
    if not _may_watch(request):
        return HttpResponseForbidden("Only from this machine, or signed in as an administrator.", "text/plain")
    registry = CollectorRegistry()
    registry.register(_Figures())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


class _Figures(Collector):
    def collect(self) -> Iterable[GaugeMetricFamily]:
        with connection.cursor() as cursor:
            cursor.execute(COUNTS)
            values = cursor.fetchone()
        for (name, meaning), value in zip(NAMES, values, strict=True):
            yield GaugeMetricFamily(name, meaning, value=float(value))


def _may_watch(request: HttpRequest) -> bool:
    local = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not request.META.get(THROUGH_A_PROXY)
    return local or (isinstance(request.user, Agent) and request.user.may(Permission.ADMINISTER))
