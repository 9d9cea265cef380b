"""Keys for programs: the list, a new one that is shown once, and revoking."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents import actions
from fanal.agents.models import ApiKey, Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.forms.keys import ApiKeyForm
from fanal.desk.administration.menu import menu_of

PER_PAGE = 50


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def keys(request: SignedInRequest) -> HttpResponse:
    """Those there are, the newest first, and a form for one more; the answer to the form is the only look at it."""
    now = timezone.now()
    form = ApiKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        until = now + timedelta(days=given["days"])
        key, secret = actions.create_key(
            agent=given["agent"],
            name=given["name"],
            rights=given["rights"],
            expires_at=until,
            by=request.user,
            now=now,
        )
        context = {"menu": menu_of("api_keys"), "key": key, "secret": secret}
        return render(request, "administration/api_key.html", context)
    rows = ApiKey.objects.select_related("agent").order_by("-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"menu": menu_of("api_keys"), "form": form, "page": page, "now": now}
    return render(request, "administration/api_keys.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.ADMINISTER)
def revocation(request: SignedInRequest, pk: int) -> HttpResponse:
    actions.revoke_key(key=get_object_or_404(ApiKey, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, _("The key is revoked: it does not work any more."))
    return redirect("administration_api_keys")
