"""What the chat widget asks of us: a token instead of a cookie, and everything that is said kept before it is answered."""

from ninja import Router

from fanal.api.widget.asking import TokenHolder
from fanal.api.widget.entering import router as entering
from fanal.api.widget.fetching import router as fetching
from fanal.api.widget.sending import router as sending
from fanal.api.widget.uploading import router as uploading

router = Router(tags=["widget"])
router.add_router("", entering)
for part in (sending, fetching, uploading):
    router.add_router("", part, auth=TokenHolder())
