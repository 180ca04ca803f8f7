"""GetResources of the tagging API, with pages that stay put while things change.

moto's own backends tell what there is; only the paging is ours, because moto keeps open
generators, which a change in between breaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from moto.core.resource_tagging import iter_taggable_backends, make_tag_matcher, match_resource_type
from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.exceptions import ResourceGroupsTaggingAPIError
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse
from moto.sagemaker.models import sagemaker_backends

from studio_core.sandbox.paging import make_token, read_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio_core.sandbox.models import StudioBackend

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
                (after,) = read_token(query, token)
            except ValueError:
                raise ResourceGroupsTaggingAPIError(
                    "PaginationTokenExpiredException", "The pagination token is not valid"
                ) from None
        fits = make_tag_matcher(tag_filters)
        studio = cast("StudioBackend", sagemaker_backends[self.current_account][self.region])
        with studio.lock:
            studio.settle()
            return self._page(query, after, size, fits)

    def _page(
        self,
        query: dict[str, Any],
        after: str,
        size: int,
        fits: Callable[[dict[str, str]], bool],
    ) -> ActionResult:
        types, arns = query["types"], query["arns"]
        found = sorted(
            (
                resource
                for backend in iter_taggable_backends(self.current_account, self.region)
                for resource in list(backend.iter_tagged_resources())
                if (resource.tags or resource.extra.get("include_untagged"))
                and resource.arn > after
                and match_resource_type(resource.resource_type, types)
                and fits(resource.tags)
                and (not arns or resource.arn in arns)
            ),
            key=lambda resource: resource.arn,
        )
        shown = found[:size]
        return ActionResult(
            {
                "ResourceTagMappingList": [
                    {
                        "ResourceARN": resource.arn,
                        "Tags": [{"Key": key, "Value": tag} for key, tag in resource.tags.items()],
                    }
                    for resource in shown
                ],
                "PaginationToken": (
                    make_token(query, [shown[-1].arn]) if len(found) > size else ""
                ),
            }
        )
