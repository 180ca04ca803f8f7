"""Answer browsers that follow a presigned URL: a page of Studio, or the sign-in page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs

from moto.core.exceptions import ServiceException
from moto.sagemaker.models import sagemaker_backends

from studio_core.model.studio import EVENT_TAG
from studio_core.sandbox.serving.pages import NotFoundPage, OpenedApp, SignInPage, StudioPage
from studio_core.sandbox.serving.wsgi import respond
from studio_core.sandbox.studio import presign
from studio_core.sandbox.studio.apps import SPACE_APP_TYPES
from studio_core.sandbox.studio.resources import App, app_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio_core.sandbox.serving.wsgi import StartResponse
    from studio_core.sandbox.studio.models import StudioBackend
    from studio_core.sandbox.studio.resources import Domain, Space

HTML = "text/html; charset=utf-8"
SIGN_IN = "/signin"
_HEADERS = {
    "cache_control": "no-store",
    "referrer_policy": "no-referrer",  # the address contains a credential
    "content_security_policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x_content_type_options": "nosniff",
}


class StudioPages:
    """The pages of one server."""

    paths = frozenset({"/auth", SIGN_IN})

    def __init__(self, account: str) -> None:
        self.account = account

    def answer(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer a browser."""
        if environ["PATH_INFO"] == SIGN_IN:
            return respond(start, 200, SignInPage().html(), HTML, **_HEADERS)
        token = (parse_qs(environ.get("QUERY_STRING", "")).get("token") or [""])[0]
        visit = presign.read(token)
        if visit is None or visit.expired or visit.account != self.account:
            # An expired URL leads to the console's sign-in page (botocore's model says so).
            return respond(start, 302, "", HTML, location=SIGN_IN, **_HEADERS)
        page = self.visit(visit)
        return respond(
            start, 200 if isinstance(page, StudioPage) else 404, page.html(), HTML, **_HEADERS
        )

    def visit(self, visit: presign.Visit) -> StudioPage | NotFoundPage:
        """Start the space's app and return the page of the visit."""
        backend = cast("StudioBackend", sagemaker_backends[visit.account][visit.region])
        with backend.lock:
            backend.settle()
            try:
                domain = backend.domain(visit.domain_id)
                profile = backend.profile(domain, visit.profile)
                space = backend.space(domain, visit.space) if visit.space else None
            except ServiceException:
                return NotFoundPage(visit.profile)
            opened = _open(backend, domain, space, visit.landing) if space else None
            return StudioPage(
                profile=profile.name,
                space=space.name if space else None,
                event=profile.tags.get(EVENT_TAG),
                domain=domain.settings["DomainName"],
                domain_id=domain.id,
                region=visit.region,
                opened=opened,
                spaces=tuple(each.name for each in domain.spaces.values()) if not space else (),
                session_hours=visit.session_seconds / 3600,
            )


def _landing_type(landing: str | None) -> str | None:
    parts = (landing or "").split(":")
    return parts[1] if len(parts) > 1 and parts[0] == "app" else None


def _open(backend: StudioBackend, domain: Domain, space: Space, landing: str | None) -> OpenedApp:
    app_type = space.app_type or _landing_type(landing)
    if app_type not in SPACE_APP_TYPES:
        return OpenedApp(app_type, "Not started", "This sandbox opens JupyterLab and Code Editor.")
    running = _live_app(domain, space, app_type)
    if running is None:
        try:
            running = backend.create_app(
                {
                    "DomainId": domain.id,
                    "SpaceName": space.name,
                    "AppType": app_type,
                    "AppName": "default",
                }
            )
        except ServiceException as error:
            return OpenedApp(app_type, "Not started", error.message)
    return OpenedApp(app_type, running.status, instance_type=running.spec.get("InstanceType"))


def _live_app(domain: Domain, space: Space, app_type: str) -> App | None:
    app = domain.apps.get(app_key(None, space.name, app_type, "default"))
    return app if app and app.live else None
