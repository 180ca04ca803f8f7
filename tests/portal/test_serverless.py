"""The Lambda function, driven with events as an HTTP API sends them (payload format 2.0)."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
import subprocess
import sys
from http import HTTPStatus
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from studio_core.portal import app, serverless
from studio_core.sandbox.studio import presign
from tests.portal.conftest import ON_ROSTER, WRONG, Shared, ticket_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from studio_core.sandbox.demo import DemoData
    from tests.portal.conftest import Late, Maker

ROOT = Path(__file__).parents[2]


def event(
    method: str = "GET",
    path: str = "/",
    body: str | None = None,
    *,
    query: str = "",
    source: str = "203.0.113.9",
    encoded: bool = True,
    **headers: str,
) -> dict[str, Any]:
    """An event of an HTTP API with the `$default` route and stage.

    API Gateway passes form bodies base64-encoded.
    """
    host = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
    sent: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "accept": "text/html,application/xhtml+xml",
            "content-length": str(len(body or "")),
            "host": host,
            "user-agent": "Mozilla/5.0",
            "x-amzn-trace-id": "Root=1-6740a1b2-0123456789abcdef01234567",
            "x-forwarded-for": source,
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **headers,
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": host,
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": source,
                "userAgent": "Mozilla/5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "22/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1795338000000,
        },
        "isBase64Encoded": False,
    }
    if query:
        sent["queryStringParameters"] = {k: ",".join(v) for k, v in parse_qs(query).items()}
    if body is not None:
        sent["headers"]["content-type"] = "application/x-www-form-urlencoded"
        sent["body"] = base64.b64encode(body.encode()).decode() if encoded else body
        sent["isBase64Encoded"] = encoded
    return sent


def form(email: str, code: str, **more: Any) -> dict[str, Any]:
    return event("POST", "/", urlencode({"email": email, "code": code}), **more)


@pytest.fixture
def variables(demo: DemoData, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The function's variables, as the template sets them."""
    values = {
        "STUDIO_REGION": demo.region,
        "STUDIO_DOMAIN_ID": demo.domain_id,
        "STUDIO_TABLE_NAME": demo.table_name,
        "STUDIO_EVENT": demo.event,
        "STUDIO_ACCESS": "personal-code",
        "STUDIO_ENDS_ON": "",
        "STUDIO_SENDER": "",
        "STUDIO_LANDING": "",
        "STUDIO_APP_TYPE": "JupyterLab",
        "STUDIO_TRIES_PER_CLIENT": "12",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def function(variables: dict[str, str]) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    loop = asyncio.new_event_loop()  # one for the life of the instance, as mangum keeps one
    asyncio.set_event_loop(loop)
    serverless._adapter.cache_clear()
    yield lambda sent: serverless.handler(sent, object())
    serverless._adapter.cache_clear()
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def code(portal: Maker) -> str:
    return portal().hackathon.codes().personal_code(ON_ROSTER)


def test_the_form_comes_as_text(function: Any) -> None:
    answer = function(event())
    assert answer["statusCode"] == HTTPStatus.OK
    assert answer["isBase64Encoded"] is False
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert answer["headers"]["cache-control"] == "no-store"
    assert answer["headers"]["strict-transport-security"]
    assert "cookies" not in answer
    assert '<form method="post" action=".">' in answer["body"]
    json.dumps(answer)


def test_answers_are_logged_and_a_fault_without_the_request(
    function: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    for name in ("studio_core.portal", "mangum"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
        logging.getLogger(name).manager._clear_cache()  # type: ignore[attr-defined] # as setLevel does
    function(form(ON_ROSTER, code))
    assert [r.message.partition(" ms=")[0] for r in caplog.records if "answer" in r.message] == [
        "portal.answer state=open"
    ]

    def fail(*_: object) -> bool:
        raise RuntimeError("of our own")

    monkeypatch.setattr(app, "name_is_ours", fail)
    answer = function(form(ON_ROSTER, code))
    assert answer["statusCode"] == HTTPStatus.INTERNAL_SERVER_ERROR
    assert [record.name for record in caplog.records if record.levelno >= logging.ERROR] == [
        "studio_core.portal"
    ]


@pytest.mark.parametrize("encoded", [True, False])
def test_a_right_code_is_sent_on_to_studio(function: Any, code: str, encoded: bool) -> None:
    answer = function(form(ON_ROSTER, code, encoded=encoded))
    assert answer["statusCode"] == HTTPStatus.SEE_OTHER
    token = parse_qs(urlsplit(answer["headers"]["location"]).query)["token"][0]
    visit = presign.read(token)
    assert visit
    assert (visit.profile, visit.space) == ("niklas", "team-1")


def test_wrong_codes_are_delayed_by_the_address_that_api_gateway_saw(
    function: Any, code: str
) -> None:
    answers = [
        function(form(f"p{n}@example.com", WRONG, **{"x-forwarded-for": f"10.0.0.{n}"}))
        for n in range(14)
    ]
    assert [a["statusCode"] for a in answers] == [401] * 12 + [429] * 2
    elsewhere = function(form("p@example.com", WRONG, source="192.0.2.77"))
    assert elsewhere["statusCode"] == HTTPStatus.UNAUTHORIZED
    assert function(form(ON_ROSTER, code))["statusCode"] == HTTPStatus.SEE_OTHER


def test_a_waiting_page_comes_back(function: Any, portal: Maker, late: Callable[..., Late]) -> None:
    person = late()
    code = portal().hackathon.codes().personal_code(person.email)
    page = function(form(person.email, code, source="192.0.2.78"))
    assert page["statusCode"] == HTTPStatus.CONFLICT
    path, _, query = ticket_in(page["body"]).partition("?")
    assert function(event("GET", path, query=query))["statusCode"] == HTTPStatus.CONFLICT
    assert function(event("GET", path, query="ticket=x"))["headers"]["location"] == "."


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (event("GET", "/health"), 200),
        (event("GET", "/nothing"), 404),
        (event("DELETE", "/"), 405),
        (event("POST", "/", "email=" + "a" * 5000), 413),
        (event("POST", "/"), 415),
        (event("POST", "/", "code=x", **{"sec-fetch-site": "cross-site"}), 403),
    ],
)
def test_other_requests_get_their_page(function: Any, sent: dict[str, Any], status: int) -> None:
    assert function(sent)["statusCode"] == status


def test_the_event_is_over(function: Any, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setenv("STUDIO_ENDS_ON", "2020-01-01")
    assert function(event())["statusCode"] == HTTPStatus.GONE
    assert function(form(ON_ROSTER, code))["statusCode"] == HTTPStatus.GONE


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the function is made of, but for the packages that pip installs."""
    folder = tmp_path_factory.mktemp("bundle")
    made = ["make", "-s", "build-PortalFunction", "PIP=true", f"ARTIFACTS_DIR={folder}"]
    subprocess.run(made, cwd=ROOT / "web_app", check=True)
    return folder


_ONLY_BUNDLED = """
import importlib.abc, json, os, sys
allowed = set(json.loads(sys.argv[1]))

class Bundle(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in allowed and top not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"{name} is not in the bundle", name=name)
        if name.startswith(("studio_core.sandbox", "studio_core.dashboard", "studio_core.cli")):
            raise ModuleNotFoundError(f"{name} is not in the bundle", name=name)

sys.meta_path.insert(0, Bundle())
import studio_core
assert os.path.samefile(os.path.dirname(studio_core.__file__), "studio_core")
from handler import handler
print(handler(json.loads(sys.argv[2]), None)["statusCode"])
"""


def test_the_bundle_holds_all_that_the_function_imports(
    shared: Shared, variables: dict[str, str], bundle: Path
) -> None:
    pins = re.findall(r"^([\w-]+)==", (ROOT / "web_app/requirements.txt").read_text(), re.MULTILINE)
    bundled = {name.replace("-", "_") for name in pins}
    modules = [
        module
        for module, owners in packages_distributions().items()
        if {owner.replace("-", "_").lower() for owner in owners} & bundled
    ]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            _ONLY_BUNDLED,
            json.dumps([*modules, "handler", "studio_core"]),
            json.dumps(event()),
        ],
        env={**shared.server.environment(), **variables, "STUDIO_CONFIG": "/tmp/none.toml"},
        cwd=bundle,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "200\n", done.stderr
