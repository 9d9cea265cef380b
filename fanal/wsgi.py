"""The pages, as any WSGI server could serve them; `fanal web` puts `fanal.running.answering` in front."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from fanal.environment import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
application = get_wsgi_application()
if environment.trusted_proxies:
    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=environment.trusted_proxies)

get_resolver().url_patterns  # noqa: B018 - the views are loaded now, and not while somebody waits for the first page
# Nothing that is loaded by now is garbage, and what a request leaves behind is found while it is young. To look through
# all of it, as Python does now and then, would hold up every request of the process for a sixth of a second.
gc.collect()
gc.freeze()
gc.set_threshold(2_000, 20, 200)
