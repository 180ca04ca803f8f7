"""The settings page: form, checks, save."""

from __future__ import annotations

from dataclasses import replace

import boto3
import pytest

from studio_core import config
from studio_core.config import Settings

PAGE = "pages/settings.py"


def save(page):
    return page.form_submit_button[0].click().run()


def test_the_first_save_pins_the_account_and_makes_the_table(world, sandbox, visit):
    page = visit(PAGE)
    page.selectbox(key="region").select(world.region).run()
    assert (
        page.selectbox(key=f"domain-{world.region}-").value == world.domain_id
    )  # the only one there is
    page.text_input(key="event").set_value("hack-2026")
    page.text_input(key="table").set_value("new-people")
    save(page)
    assert not page.error, [e.value for e in page.error]
    assert "The table new-people was created." in page.success[0].value
    saved = config.load()
    assert (saved.domain_id, saved.event, saved.account) == (
        world.domain_id,
        "hack-2026",
        sandbox.account,
    )
    assert "new-people" in boto3.client("dynamodb").list_tables()["TableNames"]
    checks = [m.value for m in page.markdown if "**" in m.value]
    assert sum(":green[" in line for line in checks) >= 8
    assert not any(":red[" in line for line in checks)


def test_a_domain_in_sso_mode_is_refused_with_the_reason(sandbox, world, visit):
    made = boto3.client("sagemaker", region_name=world.region).create_domain(
        DomainName="with-sso",
        AuthMode="SSO",
        DefaultUserSettings={"ExecutionRole": "arn:aws:iam::123456789012:role/studio"},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
    )
    page = visit(PAGE)
    page.selectbox(key="region").select(world.region).run()
    labels = page.selectbox(key=f"domain-{world.region}-").options
    assert any("SSO mode" in label for label in labels)
    page.selectbox(key=f"domain-{world.region}-").set_value(made["DomainId"]).run()
    save(page)
    assert "IAM Identity Center" in page.error[0].value
    assert config.load() == Settings()


def test_a_wrong_value_is_named_and_nothing_is_saved(empty, visit):
    page = visit(PAGE)
    page.text_input(key="instance").set_value("large")
    save(page)
    assert "instance" in page.error[0].value
    assert config.load() == empty


def test_what_the_environment_holds_is_shown_and_kept_out_of_the_file(empty, visit, monkeypatch):
    monkeypatch.setenv("STUDIO_EVENT", "other")
    page = visit(PAGE)
    assert "STUDIO_EVENT" in page.info[0].value
    assert page.text_input(key="event").disabled
    assert page.text_input(key="event").value == "other"
    page.number_input(key="ebs").set_value(20)
    save(page)
    assert config.load_file().event == empty.event
    assert config.load_file().ebs_gb == 20
    assert config.load().event == "other"


def test_comments_and_keys_of_others_survive_a_save(empty, visit):
    path = config.config_path()
    path.write_text(f"# Ask Ada first.\n{path.read_text()}\n[notes]\nroom = 'B2' # upstairs\n")
    page = visit(PAGE)
    page.number_input(key="ebs").set_value(20)
    save(page)
    text = path.read_text()
    assert text.startswith("# Ask Ada first.\n")
    assert text.endswith("\n[notes]\nroom = 'B2' # upstairs\n")
    assert config.load_file().ebs_gb == 20


def test_the_form_shows_what_is_saved(demo, visit):
    config.save(replace(demo, app_type="CodeEditor", ends_on="2030-01-31", personal_spaces=True))
    page = visit(PAGE)
    assert page.selectbox(key="app-type").value == "CodeEditor"
    assert str(page.date_input(key="ends-on").value) == "2030-01-31"
    assert page.checkbox(key="personal").value is True


def test_how_participants_sign_in_is_chosen_here(empty, visit):
    page = visit(PAGE)
    page.selectbox(key="access").select("personal-code")
    page.text_input(key="web-app-url").set_value("https://hack.example.org")
    save(page)
    saved = config.load_file()
    assert (saved.access, saved.web_app_url) == ("personal-code", "https://hack.example.org")


@pytest.mark.parametrize("text", ["region = [", 'region = "nowhere"'])
def test_a_broken_file_is_a_sentence(visit, tmp_path, text):
    (tmp_path / "config.toml").write_text(text)
    page = visit(PAGE)
    assert page.error
    assert "Correct" in page.error[0].value


def test_old_settings_that_cannot_be_read_are_reported(world, visit, tmp_path, monkeypatch):
    (tmp_path / ".studio_cli").mkdir()
    (tmp_path / ".studio_cli" / "config").write_text("{ not JSON")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("STUDIO_CONFIG")
    page = visit(PAGE)
    assert "it is not JSON" in page.warning[0].value
