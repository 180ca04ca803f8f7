"""GetResources of the tagging API, with pages that stay put while things change.

moto's own backends tell what there is; only the paging is ours, because moto keeps open
generators, which a change in between breaks.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any, cast

from moto.core.resource_tagging import iter_taggable_backends, match_resource_type
from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.exceptions import ResourceGroupsTaggingAPIError
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse
from moto.sagemaker.models import sagemaker_backends

from studio_core.sandbox.studio.models import STUDIO_KINDS
from studio_core.sandbox.studio.paging import make_token, read_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio_core.sandbox.studio.models import StudioBackend

PAGE = 100
"""Most resources on a page, and what a page has unless asked otherwise."""


class TaggingResponse(ResourceGroupsTaggingAPIResponse):
    """Handler of Resource Groups Tagging API requests."""

    def get_resources(self) -> ActionResult:
        """GetResources: by tags, types and ARNs."""
        size = self._get_int_param("ResourcesPerPage", PAGE)
        if not 1 <= size <= PAGE:
            raise ResourceGroupsTaggingAPIError(
                "InvalidParameterException", f"ResourcesPerPage must be between 1 and {PAGE}"
            )
        tag_filters = self._get_param("TagFilters", [])
        types = self._get_param("ResourceTypeFilters", [])
        arns = self._get_param("ResourceARNList", [])
        if arns and (tag_filters or types):
            raise ResourceGroupsTaggingAPIError(
                "InvalidParameterException",
                "ResourceARNList cannot be combined with TagFilters or ResourceTypeFilters",
            )
        query = {"operation": "GetResources", "tags": tag_filters, "types": types, "arns": arns}
        after = ""
        if token := self._get_param("PaginationToken"):
            try:
                after = read_token(query, token)
            except ValueError:
                raise ResourceGroupsTaggingAPIError(
                    "PaginationTokenExpiredException", "The pagination token is not valid"
                ) from None
        studio = cast("StudioBackend", sagemaker_backends[self.current_account][self.region])
        with studio.lock:
            studio.settle()
            found = list(self._found(studio, tag_filters, types, arns))
        shown = heapq.nsmallest(size + 1, (each for each in found if each[0] > after))
        token = make_token(query, shown[size - 1][0]) if len(shown) > size else ""
        return ActionResult(
            {
                "ResourceTagMappingList": [
                    {
                        "ResourceARN": arn,
                        "Tags": [{"Key": key, "Value": tag} for key, tag in tags.items()],
                    }
                    for arn, tags in shown[:size]
                ],
                "PaginationToken": token,
            }
        )

    def _found(
        self,
        studio: StudioBackend,
        tag_filters: list[dict[str, Any]],
        types: list[str],
        arns: list[str],
    ) -> Iterator[tuple[str, dict[str, str]]]:
        """Give ARN and tags of all that fits, in no order."""
        wanted = frozenset(arns)
        filters = [(one["Key"], frozenset(one.get("Values") or ())) for one in tag_filters]

        def fits(arn: str, tags: dict[str, str]) -> bool:
            return (not wanted or arn in wanted) and all(
                key in tags and (not values or tags[key] in values) for key, values in filters
            )

        # Studio's resources are many, and are looked through without moto's wrapping of each.
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
