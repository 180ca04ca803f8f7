"""Resource Groups Tagging API: what moto's backends contain, in pages that survive changes.

moto keeps open generators as its pages, which a change in between breaks.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any, cast

from moto.core.exceptions import ServiceException
from moto.core.resource_tagging import iter_taggable_backends, match_resource_type
from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.exceptions import ResourceGroupsTaggingAPIError
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse
from moto.sagemaker.models import sagemaker_backends

from studio_core.sandbox.studio.models import STUDIO_KINDS
from studio_core.sandbox.studio.paging import make_token, read_token
from studio_core.sandbox.studio.protocol import ModelledResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from studio_core.sandbox.studio.models import StudioBackend

Found = tuple[str, dict[str, str]]
"""ARN and tags of a resource."""

PAGE = 100
"""Most resources on a page, and the default."""

TAG_PAGE = range(100, 501, 100)
"""Values of TagsPerPage.

Known: 100 to 500 [API reference, GetResources].
Invented: in steps of 100.
"""

KEYS_PAGE = 128
"""Keys or values on a page.

Invented: the number, which is moto's.
"""

OPERATIONS = frozenset(
    {"GetResources", "GetTagKeys", "GetTagValues", "TagResources", "UntagResources"}
)


class InvalidParameterError(ResourceGroupsTaggingAPIError):
    """A parameter violates the service model.

    Known: the code [botocore].
    Invented: the texts.
    """

    code = "InvalidParameterException"


class TaggingResponse(ModelledResponse, ResourceGroupsTaggingAPIResponse):
    """Handler of Resource Groups Tagging API requests."""

    checked = OPERATIONS
    violation = InvalidParameterError

    @property
    def studio(self) -> StudioBackend:
        """The Studio backend of the request's account and region."""
        return cast("StudioBackend", sagemaker_backends[self.current_account][self.region])

    def get_resources(self) -> ActionResult:
        """GetResources: by tags, types and ARNs."""
        given = self.params
        tag_filters = given.get("TagFilters", [])
        types, arns = given.get("ResourceTypeFilters", []), given.get("ResourceARNList", [])
        size, most_tags = _page_sizes(given)
        if any("Key" not in each for each in tag_filters):
            raise InvalidParameterError("A TagFilter must have a Key")
        if arns and (tag_filters or types):
            raise InvalidParameterError(
                "ResourceARNList cannot be combined with TagFilters or ResourceTypeFilters"
            )
        query = {"operation": "GetResources", "tags": tag_filters, "types": types, "arns": arns}
        after = self._after(query)
        with self.studio.lock:
            self.studio.settle()
            found = list(self._found(tag_filters, types, arns))
        shown = heapq.nsmallest(size + 1, (each for each in found if each[0] > after))
        count = min(size, _fitting(shown, most_tags))
        token = make_token(query, shown[count - 1][0]) if len(shown) > count else ""
        mappings = [
            {
                "ResourceARN": arn,
                "Tags": [{"Key": key, "Value": tag} for key, tag in tags.items()],
            }
            for arn, tags in shown[:count]
        ]
        return ActionResult({"ResourceTagMappingList": mappings, "PaginationToken": token})

    def get_tag_keys(self) -> ActionResult:
        """GetTagKeys: each key once, in order."""
        keys = {key for _, tags in self._everything() for key in tags}
        return self._page_of("TagKeys", keys, {"operation": "GetTagKeys"})

    def get_tag_values(self) -> ActionResult:
        """GetTagValues: each value once, in order."""
        key = self.params["Key"]
        values = {tags[key] for _, tags in self._everything() if key in tags}
        return self._page_of("TagValues", values, {"operation": "GetTagValues", "key": key})

    def tag_resources(self) -> ActionResult:
        """TagResources.

        Known: resources that cannot be tagged are in FailedResourcesMap [API reference].
        Invented: their ErrorCode and text.
        """
        tags = self.params["Tags"]
        return self._each(lambda arns: self.backend.tag_resources(arns, tags))

    def untag_resources(self) -> ActionResult:
        """UntagResources: what cannot be untagged is in the map of failures."""
        keys = self.params["TagKeys"]
        return self._each(lambda arns: self.backend.untag_resources(arns, keys))

    def _each(self, act: Callable[[list[str]], dict[str, Any]]) -> ActionResult:
        failed: dict[str, Any] = {}
        for arn in self.params["ResourceARNList"]:
            try:
                failed.update(act([arn]))
            except ServiceException as error:
                failed[arn] = {
                    "StatusCode": 400,
                    "ErrorCode": "InvalidParameterException",
                    "ErrorMessage": error.message,
                }
        return ActionResult({"FailedResourcesMap": failed})

    def _after(self, query: dict[str, Any]) -> str:
        """Return the sort key that the request's token continues behind.

        Known: the code of a wrong token [botocore].
        Invented: its text, and the order by ARN.
        """
        token = self.params.get("PaginationToken")
        if not token:
            return ""
        try:
            return str(read_token(query, token))
        except ValueError:
            raise ResourceGroupsTaggingAPIError(
                "PaginationTokenExpiredException", "The pagination token is not valid"
            ) from None

    def _page_of(self, member: str, found: Iterable[str], query: dict[str, Any]) -> ActionResult:
        after = self._after(query)
        shown = heapq.nsmallest(KEYS_PAGE + 1, (each for each in found if each > after))
        token = make_token(query, shown[KEYS_PAGE - 1]) if len(shown) > KEYS_PAGE else ""
        return ActionResult({member: shown[:KEYS_PAGE], "PaginationToken": token})

    def _everything(self) -> list[Found]:
        with self.studio.lock:
            self.studio.settle()
            return list(self._found([], [], []))

    def _found(
        self, tag_filters: list[dict[str, Any]], types: list[str], arns: list[str]
    ) -> Iterator[Found]:
        """Yield all resources that fit, in no order."""
        wanted = frozenset(arns)
        filters = [(one["Key"], frozenset(one.get("Values") or ())) for one in tag_filters]

        def fits(arn: str, tags: dict[str, str]) -> bool:
            return (not wanted or arn in wanted) and all(
                key in tags and (not values or tags[key] in values) for key, values in filters
            )

        # Studio's resources are many, and need no wrapper of moto's around each.
        studio = self.studio
        kinds = {kind for kind in STUDIO_KINDS if match_resource_type(f"sagemaker:{kind}", types)}
        for resource in studio.studio_resources() if kinds else ():
            if resource.tags and resource.kind in kinds and fits(resource.arn, resource.tags):
                yield resource.arn, resource.tags
        for backend in iter_taggable_backends(self.current_account, self.region):
            own = backend.iter_tagged_resources if backend is not studio else studio.other_resources
            for other in list(own()):
                if (
                    (other.tags or other.extra.get("include_untagged"))
                    and match_resource_type(other.resource_type, types)
                    and fits(other.arn, other.tags)
                ):
                    yield other.arn, other.tags


def _page_sizes(given: dict[str, Any]) -> tuple[int, int | None]:
    """Return the most resources, and the most tags if any, of a page."""
    size, most_tags = given.get("ResourcesPerPage", PAGE), given.get("TagsPerPage")
    if not 1 <= size <= PAGE:
        raise InvalidParameterError(f"ResourcesPerPage must be between 1 and {PAGE}")
    if most_tags is not None and most_tags not in TAG_PAGE:
        raise InvalidParameterError("TagsPerPage must be 100, 200, 300, 400 or 500")
    return size, most_tags


def _fitting(found: list[Found], most_tags: int | None) -> int:
    """Return how many of the first resources have at most so many tags, at least one."""
    if most_tags is None:
        return len(found)
    count = total = 0
    for _, tags in found:
        total += max(1, len(tags))  # a resource without tags counts as one (API reference)
        if count and total > most_tags:
            break
        count += 1
    return count
