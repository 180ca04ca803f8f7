"""What cannot be recorded is not done: every public method of the core that changes something."""

from __future__ import annotations

import json
import threading
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from studio_core.access.roles import Actor, Role
from studio_core.aws.audit import AuditTable
from studio_core.errors import AwsError, GuardError, StudioError
from studio_core.hackathon import Hackathon
from studio_core.model.people import Participant, Roster
from tests.first_generation import OldTool

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.config import Settings
    from studio_core.sandbox.serving.server import SandboxServer

ROSTER = Roster((Participant("ada@example.com", "1"), Participant("bo@example.com", "2")))
MORE = Roster((*ROSTER.participants, Participant("cy@example.com", "3")))
TABLE = "studio-cli-audit"

CHANGES: dict[str, Callable[[Hackathon], object]] = {
    "start setup": lambda h: h.start(h.propose_setup(MORE)),
    "run removal": lambda h: h.run(
        h.propose_setup(Roster(ROSTER.participants[:1]), remove_leaving=True)
    ),
    "run purge": lambda h: h.run(h.propose_purge()),
    "start apps": lambda h: h.start(h.propose_start_apps()),
    "start adopt": lambda h: h.start(h.propose_adopt()),
    "links of all": lambda h: list(h.links()),
    "links of one": lambda h: list(h.links(email="ada@example.com")),
    "rotate_codes": lambda h: h.rotate_codes(),
    "link of the web app": lambda h: h.sign_in.link(_ada(h), h.sign_in.target(_ada(h))),
}
WITHOUT_SECRET: dict[str, Callable[[Hackathon], object]] = {
    "codes": lambda h: h.codes(),
    "rotate_codes": lambda h: h.rotate_codes(),
    "codes of the web app": lambda h: h.sign_in.recent_codes(),
}
READS = {
    "acting_as", "actor", "audit", "check", "close", "current_run", "domain", "domains",
    "from_before", "hourly_cost", "identity", "lease", "note", "note_settings",
    "observe", "participants", "pinned", "propose_adopt", "propose_purge", "propose_setup",
    "propose_start_apps", "propose_stop_apps", "recorded", "settings",
    "sign_in", "status", "table", "verify_audit",
}  # fmt: skip
TRIED = {"start", "run", "stop", "links", "rotate_codes", "codes", "ensure_table"}


def _ada(hackathon: Hackathon) -> Any:
    return hackathon.sign_in.person("ada@example.com")


def test_every_public_method_is_tried_or_only_reads():
    public = {name for name in vars(Hackathon) if not name.startswith("_")}
    assert public == READS | TRIED


def state(sandbox: SandboxServer, settings: Settings) -> tuple[Any, set[str]]:
    """All that is there, and what was called since the last look that can change or mint."""
    studio, dynamodb = boto3.client("sagemaker"), boto3.client("dynamodb")
    tables = set(dynamodb.list_tables()["TableNames"])
    rows = [dynamodb.scan(TableName=name)["Items"] for name in sorted(tables)]
    domain = {"DomainIdEquals": settings.domain_id}
    found = (
        sorted(p["UserProfileName"] for p in studio.list_user_profiles(**domain)["UserProfiles"]),
        sorted(s["SpaceName"] for s in studio.list_spaces(**domain)["Spaces"]),
        sorted(a["AppName"] for a in studio.list_apps(**domain)["Apps"]),
        sorted(json.dumps(row, sort_keys=True) for items in rows for row in items),
        sorted(tables),
        [p["Version"] for p in boto3.client("ssm").describe_parameters()["Parameters"]],
    )
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/calls") as answer:
        calls = set(json.load(answer))
    asked = urllib.request.Request(f"{sandbox.url}/_sandbox/calls", method="DELETE")
    urllib.request.urlopen(asked).close()
    words = ("sagemaker.Create", "sagemaker.Delete", "AddTags", "TransactWrite")
    return found, {c for c in calls if any(word in c for word in words)}


def broken_file(hackathon: Hackathon, patch: pytest.MonkeyPatch) -> None:
    folder = hackathon.audit.path
    folder.unlink(missing_ok=True)
    folder.mkdir(parents=True)


def broken_table(hackathon: Hackathon, patch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AwsError("The table is away.", "Wait.")

    patch.setattr(AuditTable, "write", refuse)


@pytest.mark.parametrize(
    ("breaks", "table"), [(broken_file, ""), (broken_table, TABLE)], ids=["file", "table"]
)
def test_nothing_is_done_that_cannot_be_recorded(
    sandbox: SandboxServer,
    make_hackathon: Callable[..., Hackathon],
    monkeypatch: pytest.MonkeyPatch,
    breaks: Callable[[Hackathon, pytest.MonkeyPatch], None],
    table: str,
):
    hackathon = make_hackathon(audit_table=table)
    settings = hackathon.settings
    hackathon.ensure_table()
    assert hackathon.run(hackathon.propose_setup(ROSTER)).ok
    hackathon.codes()
    old = OldTool(settings.domain_id, settings.region, settings.table_name)
    old.set_up("di@example.com", "4")
    breaks(hackathon, monkeypatch)

    def not_done(name: str, act: Callable[[Hackathon], object]) -> None:
        before, _ = state(sandbox, settings)
        with pytest.raises(StudioError, match=r"cannot be written|takes no entry"):
            act(hackathon)
        after, calls = state(sandbox, settings)
        assert after == before, name
        assert calls == set(), name

    for name, act in CHANGES.items():
        not_done(name, act)
    boto3.client("ssm").delete_parameter(Name=f"/studio-cli/{settings.event}/secret")
    hackathon.sign_in._codes = None
    for name, act in WITHOUT_SECRET.items():
        not_done(name, act)


@pytest.mark.parametrize("audited", [TABLE, ""], ids=["the audit table", "that of people"])
def test_no_table_is_made_that_cannot_be_recorded(
    make_hackathon: Callable[..., Hackathon], monkeypatch: pytest.MonkeyPatch, audited: str
):
    hackathon = make_hackathon(audit_table=audited, table_name="new-people")
    broken_file(hackathon, monkeypatch)
    for act in (hackathon.ensure_table, lambda: hackathon.start(hackathon.propose_setup(ROSTER))):
        with pytest.raises(StudioError, match="cannot be written"):
            act()
        tables = set(boto3.client("dynamodb").list_tables()["TableNames"])
        assert not tables & {TABLE, "new-people"}


def test_a_run_is_not_stopped_unrecorded(
    make_hackathon: Callable[..., Hackathon], monkeypatch: pytest.MonkeyPatch
):
    hackathon = make_hackathon()
    go_on = threading.Event()
    run = hackathon.start(hackathon.propose_setup(ROSTER), on_step=lambda _: go_on.wait(30))
    broken_file(hackathon, monkeypatch)
    with pytest.raises(StudioError, match="cannot be written"):
        hackathon.stop(run)
    go_on.set()
    assert not run.result().cancelled


def test_what_the_core_refuses_is_on_record(hackathon: Hackathon):
    helper = hackathon.acting_as(Actor("bo", Role.HELPER, "dashboard", "10.0.0.7"))
    for act in (helper.rotate_codes, helper.links, helper.recorded, helper.ensure_table):
        with pytest.raises(GuardError):
            act()
    told = [(e.actor.name, e.deed, e.outcome) for e in reversed(hackathon.audit.entries())]
    assert told == [
        ("bo", deed, f"refused: Helpers may not {deed}.")
        for deed in (
            "see or renew access codes",
            "make links for a team or for all",
            "read the audit log",
            "change the settings",
        )
    ]
