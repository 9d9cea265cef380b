"""The pages, as Granian serves them."""

import os

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from fanal.environment import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fanal.settings")
application = get_wsgi_application()
if environment.trusted_proxies:
    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=environment.trusted_proxies)
