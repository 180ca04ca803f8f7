"""Sign-in with OIDC: Streamlit talks to the provider, and the gate makes a visit of the answer."""

from __future__ import annotations

import json
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IDENTITY = "_streamlit_user"
"""Streamlit's identity cookie (streamlit/web/server/starlette)."""

CALLBACK = "/oauth2callback"
LOGIN = "/auth/login"
LOGOUT = "/auth/logout"
SIGNING_IN = frozenset({LOGIN, CALLBACK, LOGOUT})
"""Paths of Streamlit that a browser needs before there is a visit."""


def configured() -> bool:
    """Return whether Streamlit's secrets have an `[auth]` section."""
    from streamlit.auth_util import get_secrets_auth_section  # noqa: PLC0415 - slow to import

    return bool(get_secrets_auth_section())


def secret() -> str:
    """Return the secret that signs Streamlit's cookies, the same after a restart."""
    from streamlit.auth_util import get_signing_secret  # noqa: PLC0415 - slow to import

    return get_signing_secret()


def login_address() -> str:
    """Return the address that leads to the provider; it is good for two minutes."""
    from streamlit.user_info import generate_login_redirect_url  # noqa: PLC0415 - the same

    return generate_login_redirect_url("default")


def signed_in(set_cookies: Iterable[str]) -> str | None:
    """Return who signed in by the cookies that the callback sets, or None when nobody did.

    Streamlit has verified the provider's answer. The result is the address in lower or upper
    case as the provider spells it, and empty where it names none or calls it unverified.
    """
    claims = _claims(_cookies(set_cookies))
    if not claims.get("is_logged_in"):
        return None
    verified = str(claims.get("email_verified", True)).casefold() == "true"
    return str(claims.get("email") or "").strip() if verified else ""


def _cookies(set_cookies: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for header in set_cookies:
        try:
            parsed = SimpleCookie(header)
        except CookieError:
            continue
        found.update({name: morsel.value for name, morsel in parsed.items()})
    return found


def _claims(cookies: Mapping[str, str]) -> dict[str, object]:
    """Return the claims in Streamlit's identity cookie; none where it cannot be read.

    Streamlit's own functions verify the signature. If a version has moved them, nobody is
    signed in.
    """
    try:
        from streamlit.auth_util import get_cookie_with_chunks  # noqa: PLC0415 - slow to import
        from streamlit.web.server.starlette.starlette_app_utils import (  # noqa: PLC0415 - the same
            decode_signed_value,
        )

        key = secret()

        def signed(name: str) -> bytes | None:
            return decode_signed_value(key, name, cookies[name]) if name in cookies else None

        claims = json.loads(get_cookie_with_chunks(signed, IDENTITY) or b"{}")
    except Exception:  # noqa: BLE001 - an unreadable cookie identifies nobody
        return {}
    return claims if isinstance(claims, dict) else {}
