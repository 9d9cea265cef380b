"""What the chat widget asks of us: a token instead of a cookie, and all that is said kept before it is answered."""

from ninja import Router

from fanal.api.widget import calling, entering, fetching, sending, uploading
from fanal.api.widget.asking import TokenHolder

router = Router(tags=["widget"])
router.add_router("", entering.router)
for part in (sending, fetching, uploading, calling):
    router.add_router("", part.router, auth=TokenHolder())
