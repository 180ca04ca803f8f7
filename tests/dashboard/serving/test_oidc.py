"""Who signed in with a provider, by the cookies of Streamlit's answer."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import Response
from streamlit import auth_util
from streamlit.web.server.starlette.starlette_auth_routes import _set_auth_cookie

from studio_core.dashboard.serving.oidc import configured, signed_in

ANA = {"is_logged_in": True, "email": "Ana@Example.com", "email_verified": True}


def cookies(claims):
    answer = Response()
    asyncio.run(_set_auth_cookie(answer, claims, {}))
    return answer.headers.getlist("set-cookie")


def test_the_address_is_as_the_provider_spells_it():
    assert signed_in(cookies(ANA)) == "Ana@Example.com"
    assert signed_in(cookies({**ANA, "email": " Ana@Example.com "})) == "Ana@Example.com"
    assert signed_in(["theme=dark; Path=/", *cookies(ANA), "no cookie\x00;="]) == "Ana@Example.com"


@pytest.mark.parametrize("verified", [True, "true", "True"])
def test_an_address_counts_as_verified_where_the_provider_says_so_or_nothing(verified):
    assert signed_in(cookies({**ANA, "email_verified": verified})) == "Ana@Example.com"
    without = {name: value for name, value in ANA.items() if name != "email_verified"}
    assert signed_in(cookies(without)) == "Ana@Example.com"


@pytest.mark.parametrize("verified", [False, "false", "no", 0, None, ""])
def test_an_address_that_is_not_verified_is_nobodys(verified):
    assert signed_in(cookies({**ANA, "email_verified": verified})) == ""


def test_a_cookie_that_is_taken_away_or_changed_signs_nobody_in():
    made = cookies(ANA)
    assert signed_in([]) is None
    assert signed_in([*made, "_streamlit_user=; Max-Age=0; Path=/"]) is None
    assert signed_in([cookie.replace(";", "x;", 1) for cookie in made]) is None
    assert signed_in(["_streamlit_user=x"]) is None
    assert signed_in(cookies({**ANA, "is_logged_in": False})) is None


def test_a_provider_is_configured_by_streamlits_own_secrets(monkeypatch):
    for section, there in (({"client_id": "x"}, True), ({}, False)):
        monkeypatch.setattr(auth_util, "get_secrets_auth_section", lambda found=section: found)
        assert configured() is there
