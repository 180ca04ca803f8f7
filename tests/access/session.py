"""A Streamlit session without a browser: its WebSocket, its protocol, what its page says."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.proto.Element_pb2 import Element

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


class Session:
    """An open tab: one Streamlit session whose messages a test reads and sends one by one."""

    def __init__(self, served: Served, cookie: str, *, session: str = "") -> None:
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(
                f"ws://127.0.0.1:{served.port}/_stcore/stream",
                origin=served.url,
                additional_headers={"Cookie": cookie},
                proxy=None,
                subprotocols=["streamlit", "x", session] if session else ["streamlit"],
                max_size=None,
            )
        )
        self.id = ""
        self.page_hash = ""
        self.elements: list[Element] = []
        self.fragments: set[str] = set()

    def run(self, page: str = "") -> None:
        """Run a page until it has been drawn, and keep what it shows."""
        self.send_rerun(page)
        self.elements = []
        while True:
            message = ForwardMsg()
            message.ParseFromString(self._socket.recv(timeout=60))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.id = message.new_session.initialize.session_id
                self.page_hash = message.new_session.page_script_hash
                self.elements = []
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self.elements.append(message.delta.new_element)
                self.fragments.add(message.delta.fragment_id)
            elif kind == "script_finished" and message.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR
            ):  # fmt: skip
                return

    def send_rerun(self, page: str = "", *, click: str = "", fragment: str = "") -> None:
        """Ask for a run of a page or fragment, with a click on the button with that id."""
        ask = BackMsg()
        ask.rerun_script.page_name = page
        ask.rerun_script.query_string = ""
        if self.page_hash and not page:
            ask.rerun_script.page_script_hash = self.page_hash
        if fragment:
            ask.rerun_script.fragment_id = fragment
        if click:
            state = ask.rerun_script.widget_states.widgets.add()
            state.id = click
            state.trigger_value = True
        self._socket.send(ask.SerializeToString())

    def send_download(self, file_id: str) -> None:
        """Ask for a file that is made at the click."""
        ask = BackMsg()
        ask.backend_operation_request.request_id = "1"
        ask.backend_operation_request.session_id = self.id
        ask.backend_operation_request.deferred_file.file_id = file_id
        self._socket.send(ask.SerializeToString())

    def download(self, file_id: str) -> str:
        """Ask for a file that is made at the click; gives its address, or the refusal."""
        self.send_download(file_id)
        while True:
            message = ForwardMsg()
            message.ParseFromString(self._socket.recv(timeout=60))
            if message.WhichOneof("type") == "backend_operation_response":
                answer = message.backend_operation_response
                return answer.error_msg or answer.deferred_file.url

    def shown(self, kind: str) -> dict[str, Element]:
        """Elements of a kind by label."""
        found = (e for e in self.elements if e.WhichOneof("type") == kind)
        return {getattr(e, kind).label: getattr(e, kind) for e in found}

    def seconds_until_closed(self, limit: float = 5) -> float:
        """Wait until the server closes the socket; gives how long that took."""
        start = time.monotonic()
        with suppress(ConnectionClosed):
            while time.monotonic() - start < limit:
                with suppress(TimeoutError):
                    self._socket.recv(timeout=limit)
        return time.monotonic() - start

    def close(self) -> None:
        with suppress(ConnectionClosed):  # the server may have been first
            self._open.close()
