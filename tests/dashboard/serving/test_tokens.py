"""Where the dashboard may listen, under which names, and how the way in is chosen."""

from __future__ import annotations

import pytest

from studio_core.config import Settings
from studio_core.dashboard.serving.tokens import (
    GateSettings,
    Mode,
    check_binding,
    choose_access,
    from_environ,
    host_allowed,
    is_loopback,
    new_token,
    origin_allowed,
)
from studio_core.errors import GuardError, SettingsError

LONG = "x" * 32


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]", "127.9.9.9"])
def test_loopback_may_be_open(address):
    assert is_loopback(address)
    check_binding(address, GateSettings(Mode.OPEN))
    check_binding(address, GateSettings(Mode.TOKEN, "short"))


@pytest.mark.parametrize("address", ["", "0.0.0.0", "::", "192.168.1.5", "example.com", "10.0.0.1"])
def test_anywhere_else_needs_a_token_or_a_sign_in(address):
    assert not is_loopback(address)
    with pytest.raises(GuardError, match="this machine alone") as refused:
        check_binding(address, GateSettings(Mode.OPEN))
    assert "--open" in refused.value.remedy
    with pytest.raises(GuardError, match="too short"):
        check_binding(address, GateSettings(Mode.TOKEN, "short"))
    with pytest.raises(GuardError, match="STUDIO_HELPER_TOKEN"):
        check_binding(address, GateSettings(Mode.TOKEN, LONG, "short"))
    check_binding(address, GateSettings(Mode.TOKEN, LONG))
    check_binding(address, GateSettings(Mode.OIDC))


def test_a_name_in_studio_hosts_is_anywhere_else():
    """A proxy brings others here, though the server listens on loopback."""
    hosts = {"STUDIO_HOSTS": "dash.example.org"}
    with pytest.raises(GuardError, match=r"dash\.example\.org can be reached") as refused:
        choose_access(Settings(), open_access=True, environ=hosts)
    assert "STUDIO_HOSTS" in refused.value.remedy
    for short in ({"STUDIO_TOKEN": "a"}, {"STUDIO_TOKEN": LONG, "STUDIO_HELPER_TOKEN": "b"}):
        with pytest.raises(GuardError, match="too short"):
            choose_access(Settings(), environ={**hosts, **short})
        with pytest.raises(GuardError, match="too short"):
            from_environ({**hosts, **short})
    with pytest.raises(GuardError, match="this machine alone"):
        from_environ({**hosts, "STUDIO_DASHBOARD_ACCESS": "open"})
    assert choose_access(Settings(), environ=hosts).hosts == ("dash.example.org",)


def test_the_safe_way_is_the_default():
    access = choose_access(Settings(), environ={})
    assert access.mode is Mode.TOKEN
    assert len(access.token) >= 43
    assert access.token != choose_access(Settings(), environ={}).token
    assert access.token not in repr(access)


def test_oidc_needs_a_provider_and_a_list_and_yields_to_a_token():
    listed = Settings(organisers="ana@example.com")
    assert choose_access(listed, oidc_configured=True, environ={}).mode is Mode.OIDC
    assert choose_access(listed, oidc_configured=False, environ={}).mode is Mode.TOKEN
    assert choose_access(Settings(), oidc_configured=True, environ={}).mode is Mode.TOKEN
    given = {"STUDIO_TOKEN": LONG}
    assert choose_access(listed, oidc_configured=True, environ=given).token == LONG


def test_open_is_only_on_request_and_then_has_no_token():
    access = choose_access(Settings(), open_access=True, token=LONG, environ={})
    assert access.mode is Mode.OPEN
    assert "STUDIO_TOKEN" not in access.environment()


def test_helpers_and_organisers_cannot_share_a_token():
    both = {"STUDIO_TOKEN": LONG, "STUDIO_HELPER_TOKEN": LONG}
    with pytest.raises(SettingsError, match="the same"):
        choose_access(Settings(), environ=both)
    with pytest.raises(SettingsError, match="the same"):
        from_environ(both)


@pytest.mark.parametrize(
    "access",
    [
        GateSettings(Mode.TOKEN, LONG, "y" * 32, ("studio.example.org",)),
        GateSettings(Mode.OPEN),
        GateSettings(Mode.OIDC, hosts=("a.example", "b.example")),
    ],
)
def test_access_survives_the_way_to_another_process(access):
    assert from_environ(access.environment()) == access


def test_a_server_without_a_launcher_has_a_token_that_nobody_knows():
    access = from_environ({})
    assert access.mode is Mode.TOKEN
    assert len(access.token) >= 43
    with pytest.raises(SettingsError, match="STUDIO_DASHBOARD_ACCESS"):
        from_environ({"STUDIO_DASHBOARD_ACCESS": "none"})


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8501", "LocalHost:1", "127.0.0.1:8501", "[::1]:8501", "10.1.2.3",
     "dash.example.org", "dash.example.org:443", "dash.example.org."],
)  # fmt: skip
def test_known_names_and_plain_addresses_pass(host):
    assert host_allowed(host, GateSettings(hosts=("dash.example.org",)))


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:8501",
     "localhost:8501@evil.example", "dash.example.org.evil", "[::1", "[::1]x", ":8501", "a b"],
)  # fmt: skip
def test_any_other_name_is_refused(host):
    assert not host_allowed(host, GateSettings(hosts=("dash.example.org",)))


def test_a_name_with_other_letters_is_itself_as_browsers_send_it_and_no_other():
    access = GateSettings(hosts=("Straße.example", "bücher.example"))
    for host in ("xn--strae-oqa.example", "xn--bcher-kva.example:443"):
        assert host_allowed(host, access)
        assert origin_allowed(f"https://{host}", "127.0.0.1:8501", access)
    assert not host_allowed("strasse.example", access)
    assert not origin_allowed("https://strasse.example", "127.0.0.1:8501", access)


@pytest.mark.parametrize("origin", [None, "http://localhost:8501", "https://LOCALHOST:8501"])
def test_our_own_pages_may_ask(origin):
    assert origin_allowed(origin, "localhost:8501", GateSettings())


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://evil.example", "http://localhost:9999", "http://localhost:8501.evil",
     "http://127.0.0.1:8501", "file://", "chrome-extension://localhost:8501"],
)  # fmt: skip
def test_other_pages_may_not_ask(origin):
    assert not origin_allowed(origin, "localhost:8501", GateSettings())


def test_the_entrance_is_an_address_to_open():
    token = new_token()
    access = GateSettings(Mode.TOKEN, token, "help")
    assert access.entrance("0.0.0.0", 8501) == f"http://127.0.0.1:8501/?token={token}"
    assert access.entrance("::1", 1, helper=True) == "http://[::1]:1/?token=help"
    assert GateSettings(Mode.OIDC).entrance("localhost", 80) == "http://localhost:80/"


def test_a_token_that_is_given_counts_before_that_of_the_environment():
    other = {"STUDIO_TOKEN": "y" * 32}
    for environ in ({}, other):
        assert choose_access(Settings(), token=LONG, environ=environ).token == LONG
    assert choose_access(Settings(), environ=other).token == "y" * 32
