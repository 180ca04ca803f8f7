"""The table of AWS operations: for whom, on which resources, under which condition, and why."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from studio_core.aws.statements import PARTS, Statement, Who, iam_action
from studio_core.model.studio import EVENT_TAG, HOST_TAG

if TYPE_CHECKING:
    from collections.abc import Mapping


_ALL = (Who.ORGANISER, Who.HELPER)
_ORGANISER = (Who.ORGANISER,)
_PORTAL = (Who.PORTAL,)
_EVERYBODY = (Who.ORGANISER, Who.HELPER, Who.PORTAL)
_LIMITED = (Who.HELPER, Who.PORTAL, Who.LINK_ROLE)
_SAGEMAKER = "arn:{partition}:sagemaker:{region}:{account}"
_PROFILE = f"{_SAGEMAKER}:user-profile/{{domain}}"
_PROFILES = f"{_PROFILE}/*"
_SPACES = f"{_SAGEMAKER}:space/{{domain}}/*"
_APPS = f"{_SAGEMAKER}:app/{{domain}}/*"
_TABLE = "arn:{partition}:dynamodb:{region}:{account}:table/{table}"
_AUDIT = "arn:{partition}:dynamodb:{region}:{account}:table/{audit_table}"
_SECRET = "arn:{partition}:ssm:{region}:{account}:parameter/studio-cli/{event}/secret"  # noqa: S105 - a name
_OURS = {"StringEquals": {f"aws:ResourceTag/{EVENT_TAG}": "{event}"}}


STATEMENTS = (
    Statement(
        "SeeTheDomains",
        _ALL,
        ("sagemaker.ListDomains", "sagemaker.ListUserProfiles", "sagemaker.ListSpaces",
         "sagemaker.ListApps", "resourcegroupstaggingapi.GetResources"),
        ("*",),
        "Which resources exist and which carry the event's tag, in pages of a hundred. IAM "
        "knows no smaller resource for these lists than all.",
    ),
    Statement(
        "LookAtTheDomain",
        _ALL,
        ("sagemaker.DescribeDomain", "sagemaker.ListTags"),
        (f"{_SAGEMAKER}:domain/*", _PROFILES, _SPACES),
        "Whether the domain is in IAM mode, to choose it by name, and the tag of a single "
        "profile or space: of whom a link is for, and where the list of tags is not allowed.",
    ),
    Statement(
        "MakeTaggedProfilesAndSpaces",
        _ORGANISER,
        ("sagemaker.CreateUserProfile", "sagemaker.CreateSpace"),
        (_PROFILES, _SPACES),
        "Setup. Nothing can be made without the tag of this event, so nothing that the tool "
        "makes can be mistaken for somebody else's. No iam:PassRole: no role is handed over.",
        condition={"StringEquals": {f"aws:RequestTag/{EVENT_TAG}": "{event}"}},
    ),
    Statement(
        "StartTaggedAppsOnTheInstanceOfTheSettings",
        _ORGANISER,
        ("sagemaker.CreateApp",),
        (_APPS,),
        "Starting apps, on no other instance type; fill in the policy again when the settings "
        "change. What participants start in Studio is up to the domain's execution role.",
        condition={
            "StringEquals": {f"aws:RequestTag/{EVENT_TAG}": "{event}"},
            "ForAnyValue:StringEquals": {"sagemaker:InstanceTypes": ["{instance}"]},
        },
    ),
    Statement(
        "TagWhatIsMade",
        _ORGANISER,
        (),
        (_PROFILES, _SPACES, _APPS),
        "AWS asks for this beside the right to create with a tag; alone it allows no tagging.",
        also=("sagemaker:AddTags",),
        condition={
            "StringEquals": {
                "sagemaker:TaggingAction": ["CreateApp", "CreateSpace", "CreateUserProfile"]
            }
        },
    ),
    Statement(
        "AdoptWhatNoEventHasTagged",
        _ORGANISER,
        ("sagemaker.AddTags",),
        (_PROFILES, _SPACES),
        "Taking over what the tool's first generation made, which carries no tag. Only the tag "
        "of this event can be added, and never to what carries another event's.",
        condition={
            "StringEquals": {f"aws:RequestTag/{EVENT_TAG}": "{event}"},
            "StringEqualsIfExists": {f"aws:ResourceTag/{EVENT_TAG}": "{event}"},
            "ForAllValues:StringEquals": {"aws:TagKeys": [EVENT_TAG]},
        },
    ),
    Statement(
        "DeleteProfilesOfThisEvent",
        _ORGANISER,
        ("sagemaker.DeleteUserProfile",),
        (_PROFILES,),
        "Purge. To purge a whole domain, leave the condition away for that day.",
        condition=_OURS,
    ),
    Statement(
        "DeleteSpacesAndAppsOfTheDomain",
        _ORGANISER,
        ("sagemaker.DeleteSpace", "sagemaker.DeleteApp"),
        (_SPACES, _APPS),
        "Purge and stopping apps. What participants start themselves carries no tag, so a "
        "condition would leave it running; the tool itself deletes only what lives inside the "
        "event's profiles and spaces.",
    ),
    Statement(
        "MintLinksForProfilesOfThisEvent",
        tuple(Who),
        ("sagemaker.CreatePresignedDomainUrl",),
        (_PROFILES,),
        "A link signs in as the profile, so only profiles of this event. AWS applies this "
        "policy to the opened session too: taking it away ends the sessions. Where a link role is "
        "set, it alone needs this.",
        condition=_OURS,
    ),
    Statement(
        "NeverSignInAsTheHost",
        _LIMITED,
        ("sagemaker.CreatePresignedDomainUrl",),
        (f"{_PROFILE}/{{host}}", f"{_PROFILE}/{{other_host}}"),
        "The event's host profile owns the team spaces and is nobody's to sign in as. It carries "
        "the event's tag, so it is named.",
        denies=True,
    ),
    Statement(
        "NeverSignInAsWhatIsTaggedAsHost",
        _LIMITED,
        ("sagemaker.CreatePresignedDomainUrl",),
        (_PROFILES,),
        "The same by the tag that a host is made with: policies compare names with their case, "
        "and whether AWS does so with profiles is not known.",
        condition={"StringEquals": {f"aws:ResourceTag/{HOST_TAG}": "{event}"}},
        denies=True,
    ),
    Statement(
        "AssumeTheLinkRole",
        _EVERYBODY,
        ("sts.AssumeRole",),
        ("arn:{partition}:iam::{account}:role/{link_role}",),
        "Each link is made in a session of that role, which is limited to one person's profile "
        "and bears its name. Leave it out where no link role is set.",
    ),
    Statement(
        "SeeWhetherItIsReady",
        _PORTAL,
        ("sagemaker.DescribeUserProfile", "sagemaker.DescribeSpace", "sagemaker.ListTags"),
        (_PROFILES, _SPACES),
        "To say that a space is still being made instead of opening a broken page, and to open "
        "what is of this event alone, whoever runs the web app.",
        condition=_OURS,
    ),
    Statement(
        "SeeWhyItFailed",
        _ALL,
        ("sagemaker.DescribeUserProfile", "sagemaker.DescribeSpace", "sagemaker.DescribeApp"),
        (_PROFILES, _SPACES, _APPS),
        "AWS's reason for a failed profile, space or app, which no list shows, and the app type "
        "of the space that a single link opens.",
    ),
    Statement(
        "ReadTheParticipants",
        _ALL,
        ("dynamodb.DescribeTable", "dynamodb.Scan", "dynamodb.GetItem"),
        (_TABLE,),
        "Who takes part, and who runs what at the moment.",
    ),
    Statement(
        "KeepTheParticipants",
        _ORGANISER,
        ("dynamodb.CreateTable", "dynamodb.TransactWriteItems", "dynamodb.PutItem",
         "dynamodb.UpdateItem", "dynamodb.DeleteItem", "dynamodb.DescribeTimeToLive",
         "dynamodb.UpdateTimeToLive"),
        (_TABLE,),
        "Rows are written and removed in transactions, each if it is as it was seen; the lease "
        "that keeps two organisers from running at once is put, renewed and given back.",
        also=("dynamodb:TagResource",),
    ),
    Statement(
        "AddToTheAuditLog",
        _EVERYBODY,
        ("dynamodb.TransactWriteItems",),
        (_AUDIT,),
        "Entries of this event and its head, which holds the newest hash. IAM cannot ask for a "
        "put of a new key alone, so an entry can be put over: the chain of hashes shows it. "
        "Leave it out where no audit table is set, as the next.",
        also=("dynamodb:PutItem",),
        condition={
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["{event}", "{event}#head"]}
        },
    ),
    Statement(
        "NeverTakeAwayFromTheAuditLog",
        _EVERYBODY,
        (),
        (_AUDIT,),
        "Whatever another policy allows: no entry is changed, deleted or left to expire, and the "
        "table keeps its protection.",
        also=("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DeleteTable",
              "dynamodb:PartiQLDelete", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate",
              "dynamodb:UpdateItem", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive"),
        denies=True,
    ),
    Statement(
        "KeepTheAuditLog",
        _ORGANISER,
        ("dynamodb.CreateTable", "dynamodb.DescribeTable", "dynamodb.Query"),
        (_AUDIT,),
        "The table is made once, with deletion protection, and read on the settings page and by "
        "`studio audit`.",
        also=("dynamodb:TagResource",),
    ),
    Statement(
        "KeepTheSecretOfTheAccessCodes",
        _ORGANISER,
        ("ssm.GetParameter", "ssm.PutParameter", "ssm.DeleteParameter"),
        (_SECRET,),
        "All codes come from it. It is encrypted with the account's own key for SSM, which "
        "needs no permission of its own.",
        also=("ssm:AddTagsToResource",),
    ),
    Statement(
        "ReadTheSecretOfTheAccessCodes",
        _PORTAL,
        ("ssm.GetParameter",),
        (_SECRET,),
        "To compare what people type.",
    ),
    Statement(
        "ReadOnePersonAtATime",
        _PORTAL,
        ("dynamodb.GetItem",),
        (_TABLE,),
        "No Scan: whoever takes over the web app cannot list the participants.",
    ),
    Statement(
        "NoteWhenSomebodyCameIn",
        _PORTAL,
        ("dynamodb.UpdateItem",),
        (_TABLE,),
        "Only the time of the last link: the web app cannot lead a person into another's "
        "profile or space.",
        condition={
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["last-link", "pk"]},
            "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
        },
    ),
    Statement(
        "CountTriesAndKeepOneTimeCodes",
        _PORTAL,
        ("dynamodb.UpdateItem", "dynamodb.PutItem", "dynamodb.DeleteItem"),
        (_TABLE,),
        "Limits on guessing, and codes sent by e-mail. Never on the row of a person.",
        condition={
            "ForAllValues:StringLike": {
                "dynamodb:LeadingKeys": [
                    "studio-cli#code#{event}#*", "studio-cli#tries#{event}#*"
                ]
            }
        },
    ),
    Statement(
        "MailCodesFromTheSenderAlone",
        _PORTAL,
        ("sesv2.SendEmail",),
        ("arn:{partition}:ses:{region}:{account}:identity/*",),
        "Only where codes are sent by e-mail; leave it out otherwise.",
        condition={"StringEquals": {"ses:FromAddress": "{sender}"}},
    ),
    Statement(
        "ReadQuotasAndPrices",
        _ALL,
        ("service-quotas.GetServiceQuota", "service-quotas.ListServiceQuotas",
         "pricing.GetProducts"),
        ("*",),
        "Whether the roster fits, and what running apps cost. Public or account-wide, and "
        "read-only; without it the checks say that they do not know.",
    ),
    Statement(
        "AskWhatIsAllowed",
        _ORGANISER,
        ("iam.SimulatePrincipalPolicy", "iam.GetRole"),
        ("arn:{partition}:iam::{account}:role/*", "arn:{partition}:iam::{account}:user/*"),
        "So that `studio check` can name a permission that is missing before the event does. "
        "It can be left out; harmless calls are then tried instead.",
    ),
)  # fmt: skip


@cache
def _actions_by_name() -> Mapping[str, tuple[str, ...]]:
    known = {name for statement in STATEMENTS for name in statement.operations}
    return {name.partition(".")[2]: PARTS.get(name, (iam_action(name),)) for name in known}


def actions_of(name: str) -> tuple[str, ...]:
    """Return the IAM actions of an operation by its name alone, as the SDK's errors give it.

    None for an operation that the table does not have; no two services have one of one name.
    """
    return _actions_by_name().get(name, ())
