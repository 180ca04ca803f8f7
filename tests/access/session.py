"""A Streamlit session without a browser: its WebSocket, its protocol, what its page says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.access.serving import Served


def handshake(
    served: Served,
    *,
    cookie: str = "",
    origin: str | None = None,
    host: str = "",
    path: str = "/_stcore/stream",
    headers: Mapping[str, str] | None = None,
) -> int:
    """Try to open the WebSocket; 101 when it opened, else the status of the refusal."""
    more = dict(headers or {})
    if cookie:
        more["Cookie"] = cookie
    address = f"ws://{host or f'127.0.0.1:{served.port}'}{path}"
    import socket

    # The name in the address is what the Host header says; the connection goes to the server.
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as sock:
        try:
            with connect(
                address, sock=sock, origin=origin, additional_headers=more, proxy=None,
                subprotocols=["streamlit"],
            ):  # fmt: skip
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code


def read_page(
    served: Served,
    page: str = "",
    *,
    cookie: str = "",
    headers: Mapping[str, str] | None = None,
    seconds: float = 60,
) -> str:
    """Open a session, run a page as a browser does, and give all that it was sent as text."""
    more = {**(headers or {}), **({"Cookie": cookie} if cookie else {})}
    said: list[str] = []
    ended = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR}
    with connect(
        f"ws://127.0.0.1:{served.port}/_stcore/stream",
        origin=served.url,
        additional_headers=more,
        proxy=None,
        subprotocols=["streamlit"],
        max_size=None,
    ) as socket:
        ask = BackMsg()
        ask.rerun_script.page_name = page
        ask.rerun_script.query_string = ""
        socket.send(ask.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(socket.recv(timeout=seconds))
            said.append(str(message))
            # A run that gives way to another page ends too, and is not the last.
            if message.WhichOneof("type") == "script_finished" and message.script_finished in ended:
                break
    text = "\n".join(said)
    # Protobuf writes what is not ASCII as octal escapes.
    return re.sub(r"(?:\\\d{3})+", "?", text)
