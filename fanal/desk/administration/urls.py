"""The addresses of the administration: four for every sheet, and those of people, channels and the program."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from fanal.desk.administration.sheets import SHEETS, Sheet
from fanal.desk.administration.views import (
    advising,
    channels,
    desk_phones,
    escalation,
    file,
    flows,
    keys,
    pages,
    people,
    program,
    sources,
)


def _of(sheet: Sheet) -> Iterator[URLPattern]:
    address, name, given = f"administration/{sheet.code}/", f"administration_{sheet.code}", {"sheet": sheet.code}
    yield path(address, pages.listing, given, name=name)
    if sheet.can_add:
        yield path(f"{address}new/", pages.new, given, name=f"{name}_new")
    yield path(f"{address}<int:pk>/", pages.row, given, name=f"{name}_row")
    if sheet.can_remove:
        yield path(f"{address}<int:pk>/removal/", pages.removal, given, name=f"{name}_removal")


urlpatterns = [
    path("administration/", pages.index, name="administration"),
    *(pattern for sheet in SHEETS.values() for pattern in _of(sheet)),
    path("administration/agents/<int:pk>/activity/", people.activity, name="administration_agent_activity"),
    path("administration/agents/<int:pk>/sign-ins/", people.sign_ins, name="administration_agent_sign_ins"),
    path("administration/agents/<int:pk>/reset/", people.reset, name="administration_agent_reset"),
    path(
        "administration/agents/<int:pk>/second-factor/", people.second_factor, name="administration_agent_second_factor"
    ),
    path("administration/agents/<int:pk>/desk-phone/", desk_phones.desk_phone, name="administration_desk_phone"),
    path(
        "administration/agents/<int:pk>/desk-phone/ringing/",
        desk_phones.ringing,
        name="administration_desk_phone_ringing",
    ),
    path(
        "administration/agents/<int:pk>/desk-phone/revocation/",
        desk_phones.revocation,
        name="administration_desk_phone_revocation",
    ),
    path("administration/invitations/", people.invitations, name="administration_invitations"),
    path("administration/invitations/<int:pk>/withdrawal/", people.withdrawal, name="administration_withdrawal"),
    path("administration/calendars/<int:pk>/holidays/", channels.holidays, name="administration_holidays"),
    path("administration/accounts/<int:pk>/secret/", channels.secret, name="administration_secret"),
    path("administration/advice-rules/trial/", advising.trial, name="administration_advice_trial"),
    path("administration/advice-rules/<int:pk>/trial/", advising.trial, name="administration_advice_trial_of"),
    path("administration/escalation-rules/<int:pk>/trial/", escalation.trial, name="administration_escalation_trial"),
    path("administration/sources/<int:pk>/trial/", sources.trial, name="administration_source_trial"),
    path("administration/flows/<int:pk>/trial/", flows.trial, name="administration_flow_trial"),
    path("administration/notices/", program.notices, name="administration_notices"),
    path("administration/notices/<int:pk>/retry/", program.notice_retry, name="administration_notice_retry"),
    path("administration/blocks/", program.blocks, name="administration_blocks"),
    path("administration/blocks/<int:pk>/lifting/", program.block_lifting, name="administration_block_lifting"),
    path("administration/dials/", program.dials, name="administration_dials"),
    path("administration/changes/", program.changes, name="administration_changes"),
    path("administration/api-keys/", keys.keys, name="administration_api_keys"),
    path("administration/api-keys/<int:pk>/revocation/", keys.revocation, name="administration_api_keys_revocation"),
    path("administration/file/", file.file, name="administration_file"),
    path("administration/file/download/", file.download, name="administration_file_download"),
    path("administration/file/application/", file.applied, name="administration_file_applied"),
]
