"""The form of an article."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fanal.cases.models import Category
from fanal.knowledge.actions import LONGEST
from fanal.knowledge.models import Article


class ArticleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"}))
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 18}),
        help_text=_("Take out what belongs to one customer before others read it: names, numbers, addresses."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.order_by("name"), required=False, empty_label="–"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        names = ("title", "body", "language", "category", "version")
        kwargs["initial"] = {name: getattr(article, name) for name in names}
        super().__init__(*args, **kwargs)
