"""The configuration file as it is handed in: chosen from the disk first, sent along again to be applied."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from fanal.configuration import files

LARGEST = 512 * 1024


class FileForm(forms.Form):
    """Reads the file: `data` is what is in it, `text` how it was written."""

    file = forms.FileField(
        label=_("Configuration file"), widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}), max_length=200
    )

    def clean_file(self) -> str:
        handed: UploadedFile = self.cleaned_data["file"]
        if (handed.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is too large: at most 512 kB."))
        try:
            return handed.read().decode("utf-8-sig")
        except UnicodeDecodeError as why:
            raise forms.ValidationError(_("This is not a text file in UTF-8.")) from why

    def clean(self) -> dict[str, Any] | None:
        return _with_data(self, self.cleaned_data.get("file", ""))


class TextForm(forms.Form):
    """The same file once it was looked at."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=2 * LARGEST, strip=False)

    def clean(self) -> dict[str, Any] | None:
        return _with_data(self, self.cleaned_data.get("text", ""))


def _with_data(form: forms.Form, text: str) -> dict[str, Any]:
    if text:
        try:
            form.cleaned_data["data"] = files.read(text)
        except files.Unreadable as why:
            said = _("The file cannot be read: %(why)s") % {"why": str(why)[:500]}
            form.add_error("file" if "file" in form.fields else None, said)
    form.cleaned_data["text"] = text
    return form.cleaned_data
