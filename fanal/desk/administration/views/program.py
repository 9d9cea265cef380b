"""What the program itself did: mail it wrote, visitors it does not serve, changes of its configuration."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fanal.agents.models import Permission
from fanal.configuration.models import ConfigurationChange
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.menu import menu_of
from fanal.environment import environment
from fanal.interactions.actions import lift_block
from fanal.interactions.actions.notices import retry_notice
from fanal.interactions.models import Block, Dial, Notice
from fanal.interactions.wording import why_not_called

PER_PAGE = 50


@require_GET
@needs(Permission.ADMINISTER)
def notices(request: SignedInRequest) -> HttpResponse:
    """Without a mail server the text is shown here, to be handed over in another way."""
    page = Paginator(Notice.objects.order_by("-id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"menu": menu_of("notices"), "page": page, "has_server": bool(environment.smtp_url)}
    return render(request, "administration/notices.html", context)


@require_POST
@needs(Permission.ADMINISTER)
def notice_retry(request: SignedInRequest, pk: int) -> HttpResponse:
    retry_notice(notice=pk, by=request.user.pk, now=timezone.now())
    messages.success(request, _("It is tried once more."))
    return redirect("administration_notices")


@require_GET
@needs(Permission.ADMINISTER)
def blocks(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    rows = Block.objects.select_related("account", "by", "lifted_by").order_by("-id")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "administration/blocks.html", {"menu": menu_of("blocks"), "page": page, "now": now})


@require_POST
@needs(Permission.ADMINISTER)
def block_lifting(request: SignedInRequest, pk: int) -> HttpResponse:
    lift_block(block_id=pk, by=request.user, now=timezone.now())
    messages.success(request, _("The block is lifted."))
    return redirect("administration_blocks")


@require_GET
@needs(Permission.ADMINISTER)
def dials(request: SignedInRequest) -> HttpResponse:
    """Every wish to call a number outside; `refused` leaves only those that came to nothing."""
    only_refused = "refused" in request.GET
    rows = Dial.objects.visible_to(request.user).select_related("account", "by", "leg")
    page = Paginator(rows.exclude(refused="") if only_refused else rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = [(dial, why_not_called(dial.refused, dial.value) if dial.refused else "") for dial in page]
    context = {"menu": menu_of("dials"), "page": page, "shown": shown, "only_refused": only_refused}
    return render(request, "administration/dials.html", context)


@require_GET
@needs(Permission.ADMINISTER)
def changes(request: SignedInRequest) -> HttpResponse:
    rows = ConfigurationChange.objects.select_related("by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "administration/changes.html", {"menu": menu_of("changes"), "page": page})
