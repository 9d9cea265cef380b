"""The API's frame: one OpenAPI document under /api/v1/, to which each part adds its router."""

from ninja import NinjaAPI

from fanal.api import problems
from fanal.api.figures import router as figures
from fanal.api.records import router as records
from fanal.api.widget import router as widget

api = NinjaAPI(title="fanal", version="1", urls_namespace="api", docs_url=None)
problems.install(api)
api.add_router("/widget/", widget)
api.add_router("/figures/", figures)
api.add_router("", records)
