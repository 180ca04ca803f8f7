"""Handlers of the Studio operations: read the request, ask the backend, serialize the result."""

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
from studio_core.sandbox.studio.protocol import ModelledResponse
from studio_core.sandbox.studio.tags import as_dict

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
    """A page of a list in the shape of the model; moto's serializer is slow on long lists."""

    def __init__(self, key: str, rows: list[dict[str, Any]], token: str | None) -> None:
        super().__init__({key: rows} if token is None else {key: rows, "NextToken": token})

    def execute_result(self, context: ActionContext) -> TYPE_RESPONSE:
        """Serialize the page."""
        version = context.service_model.metadata["jsonVersion"]
        headers = {"Content-Type": f"application/x-amz-json-{version}"}
        return 200, headers, json.dumps(self.result, default=_epoch)


def _epoch(value: object) -> float:
    """Return a time in the protocol's form: seconds, exact to the millisecond."""
    if not isinstance(value, datetime):
        raise TypeError(f"a list cannot contain {type(value).__name__}")
    return int(value.timestamp() * 1000) / 1000


class StudioResponse(ModelledResponse, SageMakerResponse):
    """Handler of SageMaker requests."""

    checked = STUDIO_OPERATIONS

    @property
    def studio(self) -> StudioBackend:
        """The backend of the request's account and region."""
        return cast("StudioBackend", sagemaker_backends[self.current_account][self.region])

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one request while nothing else changes the backend."""
        backend = self.studio
        operation = self._get_action()
        with backend.lock:
            backend.settle()
            method = _METHODS.get(operation)
            if method is None:
                return super().call_action()
            # What moto does, without a search through the class at every call.
            self._authenticate_and_authorize_normal_action("*")
            refusal = behaviours[self.current_account].refusal(f"sagemaker.{operation}")
            if refusal is not None:
                return self.answer(ActionResult(SagemakerClientError(*refusal)))
            try:
                result: ActionResult = getattr(self, method)()
            except ServiceException as error:
                result = ActionResult(error)
            return self.answer(result)

    # Domains

    def create_domain(self) -> ActionResult:
        """CreateDomain."""
        created = self.studio.create_studio_domain(self.params)
        return ActionResult({"DomainArn": created.arn, "DomainId": created.id, "Url": created.url})

    def describe_domain(self) -> ActionResult:
        """DescribeDomain."""
        return ActionResult(self.studio.domain(self.params["DomainId"]).describe())

    def list_domains(self) -> ActionResult:
        """ListDomains."""
        rows, token = self.studio.list_studio_domains(self.params)
        return ListResult("Domains", rows, token)

    def update_domain(self) -> ActionResult:
        """UpdateDomain."""
        return ActionResult({"DomainArn": self.studio.update_studio_domain(self.params).arn})

    def delete_domain(self) -> ActionResult:
        """DeleteDomain."""
        self.studio.delete_studio_domain(self.params["DomainId"])
        return EmptyResult()

    # User profiles

    def create_user_profile(self) -> ActionResult:
        """CreateUserProfile."""
        return ActionResult({"UserProfileArn": self.studio.create_profile(self.params).arn})

    def describe_user_profile(self) -> ActionResult:
        """DescribeUserProfile."""
        params = self.params
        domain = self.studio.domain(params["DomainId"])
        self.studio.touch(self.studio.profile(domain, params["UserProfileName"]))
        found = self.studio.profile(domain, params["UserProfileName"])
        return ActionResult(found.describe())

    def list_user_profiles(self) -> ActionResult:
        """ListUserProfiles."""
        rows, token = self.studio.list_profiles(self.params)
        return ListResult("UserProfiles", rows, token)

    def update_user_profile(self) -> ActionResult:
        """UpdateUserProfile."""
        params = self.params
        params.setdefault("UserSettings", {})
        return ActionResult({"UserProfileArn": self.studio.update_profile(params).arn})

    def delete_user_profile(self) -> ActionResult:
        """DeleteUserProfile."""
        params = self.params
        self.studio.delete_profile(params["DomainId"], params["UserProfileName"])
        return EmptyResult()

    # Spaces

    def create_space(self) -> ActionResult:
        """CreateSpace."""
        return ActionResult({"SpaceArn": self.studio.create_space_for(self.params).arn})

    def describe_space(self) -> ActionResult:
        """DescribeSpace."""
        params = self.params
        domain = self.studio.domain(params["DomainId"])
        self.studio.touch(self.studio.space(domain, params["SpaceName"]))
        return ActionResult(self.studio.space(domain, params["SpaceName"]).describe())

    def list_spaces(self) -> ActionResult:
        """ListSpaces."""
        rows, token = self.studio.list_studio_spaces(self.params)
        return ListResult("Spaces", rows, token)

    def update_space(self) -> ActionResult:
        """UpdateSpace."""
        return ActionResult({"SpaceArn": self.studio.update_space_settings(self.params).arn})

    def delete_space(self) -> ActionResult:
        """DeleteSpace."""
        params = self.params
        self.studio.delete_space_of(params["DomainId"], params["SpaceName"])
        return EmptyResult()

    # Apps

    def create_app(self) -> ActionResult:
        """CreateApp."""
        return ActionResult({"AppArn": self.studio.create_app(self.params).arn})

    def describe_app(self) -> ActionResult:
        """DescribeApp."""
        found = self.studio.find_app(self.params)
        self.studio.touch(found)
        return ActionResult(found.describe(utcnow()))

    def list_apps(self) -> ActionResult:
        """ListApps."""
        rows, token = self.studio.list_studio_apps(self.params)
        return ListResult("Apps", rows, token)

    def delete_app(self) -> ActionResult:
        """DeleteApp."""
        self.studio.delete_app_of(self.params)
        return EmptyResult()

    # Presigned URLs

    def create_presigned_domain_url(self) -> ActionResult:
        """CreatePresignedDomainUrl; a server answers with its own address, for a browser."""
        visit = self.studio.presign(self.params)
        request = self.normalized_request
        if request.from_wsgi_server:
            host = request.host_url.rstrip("/")
        else:
            host = self.studio.domain(visit.domain_id).url
        return ActionResult({"AuthorizedUrl": f"{host}/auth?token={presign.sign(visit)}"})

    # Tags

    def add_tags(self) -> ActionResult:
        """AddTags."""
        found = self.studio.find_tagged(self.params["ResourceArn"])
        if found is None:
            self.studio.check_other(self.params["ResourceArn"])
            return super().add_tags()
        self.studio.tag(found, as_dict(self.params["Tags"]))
        return ActionResult({"Tags": _tag_list(found.tags)})

    def list_tags(self) -> ActionResult:
        """ListTags.

        Invented: code and text of a wrong NextToken.
        """
        found = self.studio.find_tagged(self.params["ResourceArn"])
        if found is None:
            self.studio.check_other(self.params["ResourceArn"])
            return super().list_tags()
        query = {"operation": "ListTags", "arn": found.arn}
        first = 0
        if self.params.get("NextToken") is not None:
            try:
                first = read_token(query, self.params["NextToken"])
            except ValueError:
                raise AWSValidationException("NextToken is not valid for this request.") from None
        last = first + (self.params.get("MaxResults") or TAGS_PAGE)
        tags = _tag_list(found.tags)
        token = make_token(query, last) if len(tags) > last else None
        return ActionResult({"Tags": tags[first:last], "NextToken": token})

    def delete_tags(self) -> ActionResult:
        """DeleteTags."""
        found = self.studio.find_tagged(self.params["ResourceArn"])
        if found is None:
            self.studio.check_other(self.params["ResourceArn"])
            return super().delete_tags()
        self.studio.untag(found, self.params["TagKeys"])
        return EmptyResult()
