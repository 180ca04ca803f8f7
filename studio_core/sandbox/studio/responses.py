"""What each Studio operation answers: input checked against the model, then the backend asked."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import camelcase_to_underscores
from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from studio_core.sandbox.studio import presign
from studio_core.sandbox.studio.behaviour import behaviours
from studio_core.sandbox.studio.exceptions import AWSValidationException, SagemakerClientError
from studio_core.sandbox.studio.lifecycle import utcnow
from studio_core.sandbox.studio.paging import make_token, read_token
from studio_core.sandbox.studio.validation import check

if TYPE_CHECKING:
    from moto.core.common_types import TYPE_RESPONSE
    from moto.core.responses import ActionContext

    from studio_core.sandbox.studio.models import StudioBackend

STUDIO_OPERATIONS = frozenset(
    {
        *(
            f"{verb}{noun}"
            for noun in ("Domain", "UserProfile", "Space")
            for verb in ("Create", "Describe", "Update", "Delete")
        ),
        *(f"{verb}App" for verb in ("Create", "Describe", "Delete")),
        *(f"List{noun}" for noun in ("Domains", "UserProfiles", "Spaces", "Apps")),
        "CreatePresignedDomainUrl",
        "AddTags",
        "ListTags",
        "DeleteTags",
    }
)
"""Operations that this extension answers; moto answers the other SageMaker ones."""

TAGS_PAGE = 50


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


_METHODS = {operation: camelcase_to_underscores(operation) for operation in STUDIO_OPERATIONS}


class ListResult(ActionResult):
    """A page of a list, already in the shape of the model: moto's serializer takes its time."""

    def __init__(self, key: str, rows: list[dict[str, Any]], token: str | None) -> None:
        super().__init__({key: rows} if token is None else {key: rows, "NextToken": token})

    def execute_result(self, context: ActionContext) -> TYPE_RESPONSE:
        """Write the page."""
        version = context.service_model.metadata["jsonVersion"]
        headers = {"Content-Type": f"application/x-amz-json-{version}"}
        return 200, headers, json.dumps(self.result, default=_epoch)


def _epoch(value: object) -> float:
    """Write a time as the protocol has it: seconds, exact to the millisecond."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} does not belong in a list")
    return int(value.timestamp() * 1000) / 1000


class StudioResponse(SageMakerResponse):
    """Handler of SageMaker requests."""

    @property
    def studio(self) -> StudioBackend:
        """The backend of the request's account and region."""
        return cast("StudioBackend", sagemaker_backends[self.current_account][self.region])

    @property
    def given(self) -> dict[str, Any]:
        """The request's members."""
        return dict(self.params)

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one request while nothing else changes the backend."""
        backend = self.studio
        with backend.lock:
            backend.settle()
            method = _METHODS.get(self._get_action())
            if method is None:
                return super().call_action()
            # What moto does, without looking through the class at every call.
            self._authenticate_and_authorize_normal_action("*")
            try:
                answer: ActionResult = getattr(self, method)()
            except ServiceException as error:
                answer = ActionResult(error)
            status, headers, body = self.serialized(answer)
            headers, body = self._enrich_response(headers, body)
            return status, headers, body

    def _checked(self) -> dict[str, Any]:
        operation = self._get_action()
        refusal = behaviours[self.current_account].refusal(f"sagemaker.{operation}")
        if refusal is not None:
            raise SagemakerClientError(*refusal)
        given = self.given
        check(operation, given)
        return given

    # Domains

    def create_domain(self) -> ActionResult:
        """CreateDomain."""
        created = self.studio.create_studio_domain(self._checked())
        return ActionResult({"DomainArn": created.arn, "DomainId": created.id, "Url": created.url})

    def describe_domain(self) -> ActionResult:
        """DescribeDomain."""
        return ActionResult(self.studio.domain(self._checked()["DomainId"]).describe())

    def list_domains(self) -> ActionResult:
        """ListDomains."""
        rows, token = self.studio.list_studio_domains(self._checked())
        return ListResult("Domains", rows, token)

    def update_domain(self) -> ActionResult:
        """UpdateDomain."""
        return ActionResult({"DomainArn": self.studio.update_studio_domain(self._checked()).arn})

    def delete_domain(self) -> ActionResult:
        """DeleteDomain."""
        self.studio.delete_studio_domain(self._checked()["DomainId"])
        return EmptyResult()

    # User profiles

    def create_user_profile(self) -> ActionResult:
        """CreateUserProfile."""
        return ActionResult({"UserProfileArn": self.studio.create_profile(self._checked()).arn})

    def describe_user_profile(self) -> ActionResult:
        """DescribeUserProfile."""
        params = self._checked()
        domain = self.studio.domain(params["DomainId"])
        self.studio.touch(self.studio.profile(domain, params["UserProfileName"]))
        found = self.studio.profile(domain, params["UserProfileName"])
        return ActionResult(found.describe())

    def list_user_profiles(self) -> ActionResult:
        """ListUserProfiles."""
        rows, token = self.studio.list_profiles(self._checked())
        return ListResult("UserProfiles", rows, token)

    def update_user_profile(self) -> ActionResult:
        """UpdateUserProfile."""
        params = self._checked()
        params.setdefault("UserSettings", {})
        return ActionResult({"UserProfileArn": self.studio.update_profile(params).arn})

    def delete_user_profile(self) -> ActionResult:
        """DeleteUserProfile."""
        params = self._checked()
        self.studio.delete_profile(params["DomainId"], params["UserProfileName"])
        return EmptyResult()

    # Spaces

    def create_space(self) -> ActionResult:
        """CreateSpace."""
        return ActionResult({"SpaceArn": self.studio.create_space_for(self._checked()).arn})

    def describe_space(self) -> ActionResult:
        """DescribeSpace."""
        params = self._checked()
        domain = self.studio.domain(params["DomainId"])
        self.studio.touch(self.studio.space(domain, params["SpaceName"]))
        return ActionResult(self.studio.space(domain, params["SpaceName"]).describe())

    def list_spaces(self) -> ActionResult:
        """ListSpaces."""
        rows, token = self.studio.list_studio_spaces(self._checked())
        return ListResult("Spaces", rows, token)

    def update_space(self) -> ActionResult:
        """UpdateSpace."""
        return ActionResult({"SpaceArn": self.studio.update_space_settings(self._checked()).arn})

    def delete_space(self) -> ActionResult:
        """DeleteSpace."""
        params = self._checked()
        self.studio.delete_space_of(params["DomainId"], params["SpaceName"])
        return EmptyResult()

    # Apps

    def create_app(self) -> ActionResult:
        """CreateApp."""
        return ActionResult({"AppArn": self.studio.create_app(self._checked()).arn})

    def describe_app(self) -> ActionResult:
        """DescribeApp."""
        found = self.studio.find_app(self._checked())
        self.studio.touch(found)
        return ActionResult(found.describe(utcnow()))

    def list_apps(self) -> ActionResult:
        """ListApps."""
        rows, token = self.studio.list_studio_apps(self._checked())
        return ListResult("Apps", rows, token)

    def delete_app(self) -> ActionResult:
        """DeleteApp."""
        self.studio.delete_app_of(self._checked())
        return EmptyResult()

    # Presigned URLs

    def create_presigned_domain_url(self) -> ActionResult:
        """CreatePresignedDomainUrl; the host is the sandbox's own, for a browser to reach."""
        visit = self.studio.presign(self._checked())
        request = self.normalized_request
        if request.from_wsgi_server:
            host = request.host_url.rstrip("/")
        else:
            host = self.studio.domain(visit.domain_id).url
        return ActionResult({"AuthorizedUrl": f"{host}/auth?token={presign.sign(visit)}"})

    # Tags

    def add_tags(self) -> ActionResult:
        """AddTags."""
        params = self._checked()
        found = self.studio.find_by_arn(params["ResourceArn"])
        if found is None:
            return super().add_tags()
        self.studio.tag(found, {tag["Key"]: tag["Value"] for tag in params["Tags"]})
        return ActionResult({"Tags": _tag_list(found.tags)})

    def list_tags(self) -> ActionResult:
        """ListTags."""
        params = self._checked()
        found = self.studio.find_by_arn(params["ResourceArn"])
        if found is None:
            return super().list_tags()
        query = {"operation": "ListTags", "arn": found.arn}
        first = 0
        if params.get("NextToken") is not None:
            try:
                first = read_token(query, params["NextToken"])
            except ValueError:
                raise AWSValidationException("NextToken is not valid for this request.") from None
        last = first + (params.get("MaxResults") or TAGS_PAGE)
        tags = _tag_list(found.tags)
        token = make_token(query, last) if len(tags) > last else None
        return ActionResult({"Tags": tags[first:last], "NextToken": token})

    def delete_tags(self) -> ActionResult:
        """DeleteTags."""
        params = self._checked()
        found = self.studio.find_by_arn(params["ResourceArn"])
        if found is None:
            return super().delete_tags()
        found.tags = {k: v for k, v in found.tags.items() if k not in params["TagKeys"]}
        return EmptyResult()
