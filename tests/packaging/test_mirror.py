"""Tests mirror the code: what tests a module is found by the module's path."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
APART = {"browser", "chaos", "packaging"}
"""Folders of tests of the whole product."""

CROSS_CUTTING = {
    "access/test_coming_in.py",  # attacks on the dashboard, over all that serves it
    "access/test_every_mode.py",  # the gate by itself, in each mode, with and without a proxy
    "access/test_modes.py",  # the ways in which the dashboard can be started
    "access/test_visits.py",  # what ends with a visit, on the real server
    "access/test_pages_by_role.py",  # every page, as each role sees it
    "access/test_secrets.py",  # what a whole event leaves on disk and screen
    "cli/test_whole_event.py",  # commands in processes of their own, one after another
    "hackathon/test_record_first.py",  # nothing is done that cannot be recorded
    "hackathon/test_people_at_work.py",  # runs while other people act
    "hackathon/test_hard_times.py",  # plans under faults, from observing to the last look
    "hackathon/test_takeover.py",  # from the first generation to a purge
    "pages/test_hostile_names.py",  # every place of every page that shows a name
    "pages/test_home.py",  # streamlit_app.py, which is home
    "portal/test_attacks.py",  # attacks on the web app, over all its modules
    "portal/test_deployment.py",  # web_app/template.yaml
    "portal/test_on_record.py",  # what goes into the audit log, over all modes
    "portal/test_serving.py",  # the web app as a process
    "sandbox/test_awscli.py",  # conformance with a client, as the next two
    "sandbox/test_boto3.py",
    "sandbox/test_sagemaker_core.py",
    "sandbox/test_docs.py",  # docs/sandbox.md
    "sandbox/serving/test_fuzz.py",  # requests made up from the service models
    "sandbox/serving/test_hard_requests.py",  # odd headers and bodies
    "sandbox/serving/test_outside_findings.py",  # what outside clients could tell from AWS
    "sandbox/serving/test_real_account.py",  # `make conformance AWS=1`
    "sandbox/studio/test_provenance.py",  # sources of what is known from AWS
    "sandbox/studio/test_stands_alone.py",  # the backend as a contribution to moto
}
"""Tests of many modules together, each with what they are about."""


def test_every_file_of_tests_names_a_module() -> None:
    files = {p.relative_to(TESTS) for p in TESTS.rglob("test_*.py")}
    lost = []
    for file in sorted(f for f in files if f.parts[0] not in APART):
        module = file.with_name(file.name.removeprefix("test_"))
        package = module.with_suffix("") / "__init__.py"
        homes = (ROOT / module, ROOT / "studio_core" / module, ROOT / "studio_core" / package)
        if file.as_posix() not in CROSS_CUTTING and not any(home.is_file() for home in homes):
            lost.append(file.as_posix())
    assert lost == [], "tests of modules that do not exist"
    assert {f.as_posix() for f in files} >= CROSS_CUTTING
