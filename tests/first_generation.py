"""What the tool's first generation leaves behind, made through boto3 as it did."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE = "studio-cli-1700000000"
_SPACES = {"-jupyter-space": "JupyterLab", "-ce-space": "CodeEditor"}


class OldTool:
    """The first generation on one domain, with a table of its own."""

    def __init__(self, domain_id: str, region: str, table: str = TABLE) -> None:
        self.domain_id = domain_id
        self.table = table
        self._sagemaker = boto3.client("sagemaker", region_name=region)
        self._dynamodb = boto3.client("dynamodb", region_name=region)
        if table not in self._dynamodb.list_tables()["TableNames"]:
            self._dynamodb.create_table(
                TableName=table,
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
                Tags=[{"Key": "project", "Value": "studio-cli"}],
            )

    def set_up(self, address: str, team: str, *, spaces: bool = False, **more: str) -> None:
        """Do what either generation did for one line of its file."""
        self.row(address, team, **more)
        profile = re.sub("[^A-Za-z0-9]", "", address.split("@", maxsplit=1)[0])
        self.make(self._sagemaker.create_user_profile, UserProfileName=profile)
        if not spaces:
            self.make(self._sagemaker.create_space, SpaceName=team)
            return
        self._settled(profile)
        for suffix, app_type in _SPACES.items():
            self.make(
                self._sagemaker.create_space,
                SpaceName=f"{profile}{suffix}",
                OwnershipSettings={"OwnerUserProfileName": profile},
                SpaceSharingSettings={"SharingType": "Private"},
                SpaceSettings={"AppType": app_type},
            )

    def row(self, address: str, team: str, **more: str) -> None:
        item = {"pk": address, "team": team, "domain-id": self.domain_id, **more}
        self._dynamodb.put_item(
            TableName=self.table, Item={key: {"S": value} for key, value in item.items()}
        )

    def make(self, call: Callable[..., Any], **arguments: Any) -> None:
        """Create something, unless it is there: the old tool went on then."""
        try:
            call(DomainId=self.domain_id, **arguments)
        except self._sagemaker.exceptions.ResourceInUse:
            return

    def rows(self) -> dict[str, dict[str, Any]]:
        """Items by key, without the type of each value; people alone."""
        items = self._dynamodb.scan(TableName=self.table)["Items"]
        plain = [{key: next(iter(value.values())) for key, value in item.items()} for item in items]
        return {item["pk"]: item for item in plain if "@" in item["pk"]}

    def resources(self) -> dict[str, str | None]:
        """The event that each profile and space of the domain is tagged with, by name."""
        found = {}
        listed = self._sagemaker.list_user_profiles(DomainIdEquals=self.domain_id)["UserProfiles"]
        for profile in listed:
            arn = self._sagemaker.describe_user_profile(
                DomainId=self.domain_id, UserProfileName=profile["UserProfileName"]
            )["UserProfileArn"]
            found[profile["UserProfileName"]] = self._event(arn)
        for space in self._sagemaker.list_spaces(DomainIdEquals=self.domain_id)["Spaces"]:
            arn = self._sagemaker.describe_space(
                DomainId=self.domain_id, SpaceName=space["SpaceName"]
            )["SpaceArn"]
            found[space["SpaceName"]] = self._event(arn)
        return found

    def _event(self, arn: str) -> str | None:
        tags = self._sagemaker.list_tags(ResourceArn=arn)["Tags"]
        return next((t["Value"] for t in tags if t["Key"] == "studio-cli:event"), None)

    def _settled(self, profile: str) -> None:
        for _ in range(500):
            seen = self._sagemaker.describe_user_profile(
                DomainId=self.domain_id, UserProfileName=profile
            )
            if seen["Status"] == "InService":
                return
            time.sleep(0.01)
        raise AssertionError(f"{profile} is {seen['Status']}")
