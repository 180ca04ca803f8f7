"""Demo data: a hackathon with people, teams, spaces and running apps, made through boto3."""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from studio_core import naming
from studio_core.model.studio import EVENT_TAG
from studio_core.sandbox.serving.server import ACCESS_KEY, SECRET_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

EVENT = "demo"
TABLE = "studio-cli-demo"
DOMAIN = "hackathon"
ROLE = "arn:aws:iam::123456789012:role/studio-execution"
INSTRUCTOR = "instructor-grace"
WORKERS = 8
BATCH = 25  # rows a BatchWriteItem takes

# fmt: off
_FIRST = (
    "Ada", "Niklas", "Grace", "Amara", "Linus", "Sofia", "Mateo", "Yuki", "Chidi", "Ingrid",
    "Omar", "Priya", "Lars", "Mei", "Tomas", "Zainab", "Hugo", "Elif", "Kofi", "Nora", "Ravi",
    "Aisha", "Jonas", "Camila", "Arjun", "Freya", "Diego", "Leila", "Emil", "Hana", "Samuel",
    "Noor", "Oskar", "Tala", "Felix", "Imani", "Viktor", "Rosa", "Kenji", "Maja", "Idris",
    "Clara", "Anton", "Salma", "Bruno", "Wren", "Pavel", "Asha", "Nils", "Lucia",
)
_LAST = (
    "Okafor", "Lindqvist", "Haddad", "Tanaka", "Moreau", "Silva", "Novak", "Jensen", "Kaya",
    "Mensah", "Rossi", "Patel", "Berg", "Castillo", "Ivanova", "Nguyen", "Eriksson", "Adeyemi",
    "Fischer", "Rahman", "Costa", "Dahl", "Kowalski", "Suzuki", "Marin",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class DemoData:
    """What was made, and the roster file that would make it again."""

    domain_id: str
    table_name: str
    region: str
    event: str
    roster_csv: str


def roster(participants: int, teams: int) -> list[tuple[str, str]]:
    """Return made-up people: pairs of e-mail address and team, at domains reserved for examples.

    Two of them have the mailbox name `niklas`, at different domains.
    """
    people = [("niklas@example.com", "1"), ("niklas@example.org", str(min(2, teams)))]
    for number in range(max(0, participants - len(people))):
        first = _FIRST[number % len(_FIRST)]
        last = _LAST[(number + number // len(_FIRST)) % len(_LAST)]
        again = number // (len(_FIRST) * len(_LAST))
        mailbox = f"{first}.{last}{again or ''}".lower()
        people.append((f"{mailbox}@example.com", str((number + 2) % teams + 1)))
    return people[:participants]


def roster_csv(people: Iterable[tuple[str, str]]) -> str:
    """Write people as the CSV file that the tool reads."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["email", "team"])
    writer.writerows(people)
    return text.getvalue()


def control(url: str, method: str, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask one of a sandbox's own addresses, such as `faults`.

    Raises:
        urllib.error.URLError: the sandbox cannot be reached or refuses.
    """
    request = urllib.request.Request(  # noqa: S310  # the sandbox's address, given by the caller
        f"{url}/_sandbox/{name}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # the same
        given: dict[str, Any] = json.load(answer)
        return given


@contextmanager
def _undisturbed(url: str, *, waiting: bool = False) -> Iterator[None]:
    """Suspend faults, and waits unless asked, and reset the call counts afterwards."""
    clock, faults = control(url, "GET", "clock"), control(url, "GET", "faults")
    control(url, "PUT", "faults", {})
    if not waiting:
        control(url, "PUT", "clock", {"progression": "immediate"})
    try:
        yield
    finally:
        control(url, "PUT", "clock", clock)
        control(url, "PUT", "faults", faults)
        control(url, "DELETE", "calls")


class _Seeder:
    """Makes the demo data in one region of one sandbox."""

    def __init__(self, url: str, region: str) -> None:
        self.region = region
        settings = {
            "region_name": region,
            "endpoint_url": url,
            "aws_access_key_id": ACCESS_KEY,
            "aws_secret_access_key": SECRET_KEY,
            "config": Config(max_pool_connections=WORKERS, retries={"max_attempts": 0}),
        }
        self.studio = boto3.client("sagemaker", **settings)
        self.table = boto3.client("dynamodb", **settings)
        self.tags = [{"Key": EVENT_TAG, "Value": EVENT}]
        self.domain_id = ""

    def domain(self) -> str:
        """Create the domain and the participants table."""
        created = self.studio.create_domain(
            DomainName=DOMAIN,
            AuthMode="IAM",
            DefaultUserSettings={"ExecutionRole": ROLE, "StudioWebPortal": "ENABLED"},
            DefaultSpaceSettings={"ExecutionRole": ROLE},
            SubnetIds=["subnet-0demo"],
            VpcId="vpc-0demo",
        )
        self.table.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        self.domain_id = created["DomainId"]
        return self.domain_id

    def each(self, work: Callable[..., object], items: Iterable[Any]) -> None:
        """Do something for every item, several at a time, in no order."""
        with ThreadPoolExecutor(WORKERS) as pool:
            for _ in pool.map(work, items):
                pass

    def profile(self, name: str, tags: list[dict[str, str]] | None = None) -> None:
        """Create a profile, ours unless other tags are given."""
        self.studio.create_user_profile(
            DomainId=self.domain_id,
            UserProfileName=name,
            Tags=self.tags if tags is None else tags,
            UserSettings={"ExecutionRole": ROLE},
        )

    def space(self, name: str, owner: str, sharing: str, tags: list[dict[str, str]]) -> None:
        """Create a JupyterLab space."""
        self.studio.create_space(
            DomainId=self.domain_id,
            SpaceName=name,
            Tags=tags,
            OwnershipSettings={"OwnerUserProfileName": owner},
            SpaceSharingSettings={"SharingType": sharing},
            SpaceSettings={
                "AppType": "JupyterLab",
                "JupyterLabAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.t3.medium"}},
                "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}},
            },
        )

    def app(self, space: str) -> None:
        """Start the app of a space, as its people would."""
        self.studio.create_app(
            DomainId=self.domain_id, SpaceName=space, AppType="JupyterLab", AppName="default"
        )

    def rows(self, rows: list[dict[str, str]]) -> None:
        """Write participants."""
        for first in range(0, len(rows), BATCH):
            requests = [
                {"PutRequest": {"Item": {key: {"S": value} for key, value in row.items()}}}
                for row in rows[first : first + BATCH]
            ]
            self.table.batch_write_item(RequestItems={TABLE: requests})

    def people(self, people: list[tuple[str, str]], running_apps: int) -> None:
        """Make the event: host, profiles, spaces, rows and some running apps."""
        names = naming.assign_profiles([email for email, _ in people], {})
        spaces = naming.assign_spaces([team for _, team in people], {})
        host = naming.host_profile(EVENT)
        self.profile(host)
        self.each(self.profile, names.values())
        self.each(
            lambda name: self.space(name, host, "Shared", self.tags), dict.fromkeys(spaces.values())
        )
        self.rows(
            [
                {
                    "pk": email,
                    "team": team,
                    "domain-id": self.domain_id,
                    "profile": names[email],
                    "space": spaces[team],
                    "event": EVENT,
                }
                for email, team in people
            ]
        )
        self.each(self.app, sorted(spaces.values())[:running_apps])

    def others(self) -> None:
        """Make what is not the event's: an instructor's profile with a private space."""
        self.profile(INSTRUCTOR, [{"Key": "team", "Value": "teaching"}])
        self.space(f"{INSTRUCTOR}-notes", INSTRUCTOR, "Private", [])
        self.app(f"{INSTRUCTOR}-notes")


def seed_demo(
    url: str,
    *,
    participants: int = 60,
    teams: int = 12,
    region: str = "eu-west-1",
    running_apps: int = 5,
    empty: bool = False,
) -> DemoData:
    """Fill a sandbox with a hackathon; everything made is InService when this returns.

    Args:
        url: the sandbox's address.
        participants: how many people.
        teams: how many teams they are in, numbered from 1.
        region: where.
        running_apps: how many of the team spaces have an app running.
        empty: make the domain and the table alone.

    Returns:
        Where it is, and the roster of the people (made even when `empty`, to upload).

    Raises:
        urllib.error.URLError: the sandbox cannot be reached.
        botocore.exceptions.ClientError: a name is taken.
    """
    people = roster(participants, teams)
    with _undisturbed(url):
        seeder = _Seeder(url, region)
        domain_id = seeder.domain()
        if not empty:
            seeder.people(people, running_apps)
            seeder.others()
    return DemoData(domain_id, TABLE, region, EVENT, roster_csv(people))


def find_demo(url: str, *, region: str = "eu-west-1") -> DemoData | None:
    """Find the demo's domain in a sandbox that was started from a state file.

    Returns:
        What `seed_demo` returned, with the roster that the table has now; None when the region
        has no domain. Without a domain of the demo's name, the first one.
    """
    with _undisturbed(url, waiting=True):
        seeder = _Seeder(url, region)
        domains = seeder.studio.list_domains()["Domains"]
        if not domains:
            return None
        found = next((d for d in domains if d["DomainName"] == DOMAIN), domains[0])
        people: list[tuple[str, str]] = []
        if TABLE in seeder.table.list_tables()["TableNames"]:
            for page in seeder.table.get_paginator("scan").paginate(TableName=TABLE):
                people += [_person(item) for item in page["Items"] if "@" in item["pk"]["S"]]
    return DemoData(found["DomainId"], TABLE, region, EVENT, roster_csv(sorted(people)))


def _person(item: dict[str, dict[str, str]]) -> tuple[str, str]:
    """Read a row, whose team is a string or a number."""
    team = item["team"]
    return item["pk"]["S"], team.get("S") or team["N"]
