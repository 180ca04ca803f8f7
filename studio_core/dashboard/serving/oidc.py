"""Roles of visitors who signed in with OIDC, through Streamlit's `st.login`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from studio_core import config
from studio_core.access.roles import Role, role_of
from studio_core.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Mapping

IDENTITY = "_streamlit_user"
"""Streamlit's identity cookie (streamlit/web/server/starlette)."""


def configured() -> bool:
    """Return whether Streamlit's secrets have an `[auth]` section."""
    from streamlit.auth_util import get_secrets_auth_section  # noqa: PLC0415 - slow to import

    return bool(get_secrets_auth_section())


def role_in(cookies: Mapping[str, str]) -> Role | None:
    """Return the role of the person in Streamlit's identity cookie, or None.

    Streamlit's own functions verify the signature. If a version has moved them, the result
    is None.
    """
    try:
        from streamlit.auth_util import (  # noqa: PLC0415 - slow to import
            get_cookie_with_chunks,
            get_signing_secret,
        )
        from streamlit.web.server.starlette.starlette_app_utils import (  # noqa: PLC0415 - the same
            decode_signed_value,
        )
    except ImportError:
        return None
    try:
        secret = get_signing_secret()

        def signed(name: str) -> bytes | None:
            return decode_signed_value(secret, name, cookies[name]) if name in cookies else None

        claims = json.loads(get_cookie_with_chunks(signed, IDENTITY) or b"{}")
    except Exception:  # noqa: BLE001 - an unreadable cookie identifies nobody
        return None
    return role_by_claims(claims) if isinstance(claims, dict) else None


def role_by_claims(claims: Mapping[str, object]) -> Role | None:
    """Return the role by the claims of an identity token and the saved lists, or None.

    An address that the provider has not verified has no role.
    """
    verified = str(claims.get("email_verified", True)).casefold() == "true"
    if not claims.get("is_logged_in") or not verified:
        return None
    try:
        settings = config.load()
    except StudioError:
        return None
    return role_of(str(claims.get("email") or ""), settings.organisers, settings.helpers)
