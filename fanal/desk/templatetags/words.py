"""What templates say in words: `{{ raw.kind|kind_in_words }}` · `{{ field|mark }}` · `{{ interaction|caller_of }}`."""

from django import template
from django.forms import BooleanField, BoundField, Field
from django.utils.translation import gettext as _

from fanal.desk.calling import caller_of, picture
from fanal.desk.supervision.wording import kind_in_words, reason_in_words

register = template.Library()
register.filter(kind_in_words)
register.filter(reason_in_words)
register.filter(caller_of)
register.filter(picture)


@register.filter
def mark(field: BoundField) -> str:
    """What few fields of a form are is said beside them: «optional» or, where most are optional, «required».

    What has a value already needs no mark, and neither has a box to tick.
    """
    asked = [one for one in field.form.fields.values() if not isinstance(one, BooleanField)]
    optional = sum(not one.required for one in asked)
    if 2 * optional <= len(asked):
        return "" if field.field.required else _("optional")
    return _("required") if _to_fill_in(field.field) and len(asked) > optional else ""


def _to_fill_in(field: Field) -> bool:
    if not field.required or field.initial not in (None, ""):
        return False
    first, *_name = next(iter(getattr(field, "choices", ())), ("",))
    return first == ""  # otherwise one is chosen already
