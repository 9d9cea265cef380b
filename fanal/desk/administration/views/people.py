"""People: invitations, and what an administrator can do about somebody's access."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import Agent, Invitation, Permission
from fanal.configuration import actions
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.forms.people import InvitationForm
from fanal.desk.administration.menu import menu_of


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def invitations(request: SignedInRequest) -> HttpResponse:
    """Those that are open, and a form for one more."""
    now = timezone.now()
    form = InvitationForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        try:
            actions.invite(**form.cleaned_data, by=request.user, now=now)
            messages.success(request, _("The invitation is written."))
            return redirect("administration_invitations")
        except actions.NotPossible as why:
            form.add_error("email", why.sentence())
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("role", "invited_by")
    context = {"menu": menu_of("invitations"), "form": form, "waiting": waiting.order_by("-created_at"), "now": now}
    return render(request, "administration/invitations.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.ADMINISTER)
def withdrawal(request: SignedInRequest, pk: int) -> HttpResponse:
    actions.revoke(invitation=get_object_or_404(Invitation, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, _("The invitation is withdrawn: its link does not work any more."))
    return redirect("administration_invitations")


@require_POST
@needs(Permission.ADMINISTER)
def activity(request: SignedInRequest, pk: int) -> HttpResponse:
    """Deactivate somebody who leaves, reactivate somebody who returns; nobody is deleted."""
    agent = get_object_or_404(Agent, pk=pk)
    active = request.POST.get("active") == "yes"
    try:
        actions.set_active(agent=agent, active=active, by=request.user, now=timezone.now())
        said = _("%(name)s can sign in again.") if active else _("%(name)s is signed out and cannot sign in any more.")
        messages.success(request, said % {"name": agent.name})
    except actions.NotPossible as why:
        messages.error(request, why.sentence())
    return redirect("administration_agents_row", pk=pk)


@require_POST
@needs(Permission.ADMINISTER)
def sign_ins(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign somebody out of every browser."""
    ended = actions.sign_out_everywhere(agent=get_object_or_404(Agent, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, _("Signed out of %(count)s browsers.") % {"count": ended})
    return redirect("administration_agents_row", pk=pk)


@require_POST
@needs(Permission.ADMINISTER)
def reset(request: SignedInRequest, pk: int) -> HttpResponse:
    agent = get_object_or_404(Agent, pk=pk, is_active=True)
    actions.send_reset(agent=agent, by=request.user, now=timezone.now())
    messages.success(request, _("A link to choose a new password is written to %(email)s.") % {"email": agent.email})
    return redirect("administration_agents_row", pk=pk)


@require_POST
@needs(Permission.ADMINISTER)
@reauthentication_required  # type: ignore[untyped-decorator]
def second_factor(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a colleague's lost second factor; asked of whoever has just proved again who they are."""
    agent = get_object_or_404(Agent, pk=pk)
    try:
        actions.remove_second_factor(agent=agent, by=request.user, now=timezone.now())
        said = _("The second factor of %(name)s is removed. They are signed out and told by e-mail.")
        messages.success(request, said % {"name": agent.name})
    except actions.NotPossible as why:
        messages.error(request, why.sentence())
    return redirect("administration_agents_row", pk=pk)
