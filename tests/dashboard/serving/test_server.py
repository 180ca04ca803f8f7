"""The dashboard's process has our limits on connections, which Streamlit has no option for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from studio_core.portal.connections import EACH, YOUNG
from tests.access.serving import serve
from tests.portal.slow import HEAD, KINDS, slow, still_open

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
    for sent in (HEAD, KINDS["idle after an answer"]):
        with slow(served.port, 2 * EACH + 50, sent) as held:
            time.sleep(2 * YOUNG)
            begun = time.perf_counter()
            assert served.ask("/", headers={"Cookie": cookie}).status == 200
            assert time.perf_counter() - begun < 1
            assert 0 < still_open(held) <= EACH
