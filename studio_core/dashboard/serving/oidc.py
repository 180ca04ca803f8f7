"""Who is signed in with OIDC: Streamlit's own `st.login`, and the lists of the settings."""

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
    """True when Streamlit's secrets have an `[auth]` section."""
    from streamlit.auth_util import get_secrets_auth_section  # noqa: PLC0415 - slow to import

    return bool(get_secrets_auth_section())


def role_in(cookies: Mapping[str, str]) -> Role | None:
    """Role of the person in Streamlit's identity cookie, or None when it says nobody we know.

    The signature is checked with Streamlit's own functions. When a version of it has moved
    them, nobody is known.
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
    except Exception:  # noqa: BLE001 - whatever cannot be read is nobody
        return None
    return role_by_claims(claims) if isinstance(claims, dict) else None


def role_by_claims(claims: Mapping[str, object]) -> Role | None:
    """Role by the claims of an identity token and the lists that are saved now.

    An address that the provider says is not verified counts for nothing.
    """
    verified = str(claims.get("email_verified", True)).casefold() == "true"
    if not claims.get("is_logged_in") or not verified:
        return None
    try:
        settings = config.load()
    except StudioError:
        return None
    return role_of(str(claims.get("email") or ""), settings.organisers, settings.helpers)
