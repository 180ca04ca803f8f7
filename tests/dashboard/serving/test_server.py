"""The dashboard's process has our limits on connections, which Streamlit has no option for."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.web import cli

from studio_core.dashboard.serving import server
from studio_core.portal.connections import EACH, GRACE
from tests.access.serving import serve
from tests.portal.slow import HEAD, KINDS, make_room, slow, still_open

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.serving import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = serve(tmp_path_factory.mktemp("dashboard"))
    yield running
    running.stop()


def test_slow_connections_make_room_for_a_visitor(served: Served) -> None:
    cookie = served.cookie()

    def visit() -> None:
        begun = time.monotonic()
        assert served.ask("/", headers={"Cookie": cookie}).status == 200
        assert time.monotonic() - begun < GRACE / 2

    for sent in (HEAD, KINDS["idle after an answer"]):
        with slow(served.port, 2 * EACH + 50, sent) as held:
            assert make_room(held, EACH, visit)
            assert still_open(held) > 0


def test_streamlit_is_run_with_our_app_and_the_options_of_the_command_line_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(cli, "_main_run", lambda *given, **more: told.append((*given, more)))
    monkeypatch.setattr(sys, "argv", [server.__file__, "--server.port", "8600"])
    monkeypatch.setattr(server, "HTTP_PROTOCOLS", protocols := {"auto": "uvicorn's"})
    with pytest.raises(SystemExit) as ended:
        server.main()
    ((script, arguments, more),) = told
    assert (ended.value.code, script, arguments) == (0, str(server.SCRIPT), ())
    assert more["flag_options"]["server_port"] == 8600
    assert protocols == {"auto": "studio_core.portal.connections:LimitedProtocol"}
