"""The least that can answer a call by ARI, for comparison: `python -m fanal.benches.bare_answerer URL SECRET FILE`.

It answers whatever enters, and writes down when the exchange handed it over: the caller's number and that time.
"""

import sys
import threading
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

from fanal.channels.asterisk.ari import Address, Declined, Events, Orders, path_of
from fanal.running.pbx.configuration.dialplan import APP
from fanal.running.pbx.configuration.programs import ARI_USER

AT_ONCE = 4


def main(url: str, secret: str, file: str) -> None:
    address = Address(url=url, user=ARI_USER, secret=secret)
    orders, waiting = Orders(address, "bare", lines=AT_ONCE), SimpleQueue[str]()
    for _ in range(AT_ONCE):
        threading.Thread(target=_answer, args=(orders, waiting), daemon=True).start()
    events = Events(address, APP)
    orders.ask("PUT", path_of("applications", APP, "eventFilter"), body={"allowed": [{"type": "StasisStart"}]})
    with Path(file).open("w") as written:
        for event in events:
            waiting.put(event["channel"]["id"])
            at = datetime.fromisoformat(event["timestamp"]).timestamp()
            print(event["channel"]["caller"]["number"], at, file=written, flush=True)


def _answer(orders: Orders, waiting: "SimpleQueue[str]") -> None:
    while True:
        try:
            orders.ask("POST", path_of("channels", waiting.get(), "answer"))
        except Declined:
            continue


if __name__ == "__main__":
    main(*sys.argv[1:])
