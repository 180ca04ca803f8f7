"""AWS JSON 1.1, common to the services answered here: targets, bodies, request ids."""

from __future__ import annotations

import json
import uuid
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model

from studio_core.sandbox.studio.exceptions import (
    AWSValidationException,
    CommonError,
    SerializationError,
    UnknownOperationError,
)
from studio_core.sandbox.studio.validation import check, convert

if TYPE_CHECKING:
    from moto.core.common_types import TYPE_RESPONSE
    from moto.core.model import ServiceModel
    from moto.core.request import Request


NOT_JSON = "Unable to parse the request body as JSON"
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
"""Content types of which the body is no JSON.

Invented: that they are answered as an unknown operation.
"""


class ModelledResponse(BaseResponse):
    """Mixin that refuses every request the service model does not allow.

    Put it before moto's response class of the service.
    """

    use_raw_body = True
    checked: ClassVar[frozenset[str]] = frozenset()
    """Operations of which every constraint is checked; of others, types and required members."""
    violation: ClassVar[type[ServiceException]] = AWSValidationException
    """The error of a violated constraint."""

    def _dispatch(
        self, request: Request, full_url: str | None = None, headers: Any = None
    ) -> TYPE_RESPONSE:
        self.automated_parameter_parsing = True
        self.response_headers = {"server": "amazon.com"}
        if request.mimetype in FORMS:
            return self._answer_common(UnknownOperationError())
        try:
            self.setup_class(request, full_url, headers)
        except CommonError as error:
            return self._answer_common(error)
        except (EOFError, OSError, zlib.error):  # a body that only says that it is compressed
            return self._answer_common(SerializationError(NOT_JSON))
        except ServiceException as error:
            return self.answer(ActionResult(error))
        return self.call_action()

    def determine_response_protocol(self, service_model: ServiceModel) -> str:  # noqa: ARG002
        """Return the one protocol of these services that moto can serialize."""
        return "json"

    def _get_action(self) -> str:
        """Return the operation that X-Amz-Target names, and nothing else can."""
        prefix, _, operation = self.headers.get("X-Amz-Target", "").partition(".")
        model = get_service_model(self.boto3_service_name)
        if prefix != model.metadata["targetPrefix"] or operation not in model.operation_names:
            raise UnknownOperationError
        return str(operation)

    def parse_parameters(self, request: Request) -> None:
        """Read the members of the request; types first, then constraints.

        Raises:
            ServiceException: the operation or a member is not what the model says.
        """
        operation, service = self._get_action(), self.boto3_service_name
        checked = operation in self.checked
        self.params = convert(operation, read_body(request.data), service)
        try:
            check(operation, self.params, service, required_only=not checked)
        except AWSValidationException as error:
            raise type(self).violation(error.message) from None
        if checked:
            return
        try:
            super().parse_parameters(request)  # moto reads times and bytes
        except ValueError:
            raise SerializationError("Unexpected field type") from None

    def answer(self, result: ActionResult) -> TYPE_RESPONSE:
        """Serialize a result, with a request id as AWS gives every answer."""
        status, headers, body = self.serialized(result)
        headers["x-amzn-RequestId"] = str(uuid.uuid4())
        return status, headers, body

    def _answer_common(self, error: CommonError) -> TYPE_RESPONSE:
        body = {"__type": error.code}
        if error.message:
            body["Message"] = error.message
        headers = {
            **self.response_headers,
            "Content-Type": "application/x-amz-json-1.1",
            "x-amzn-ErrorType": error.code,
            "x-amzn-RequestId": str(uuid.uuid4()),
        }
        return 400, headers, json.dumps(body)


def read_body(body: bytes) -> Any:
    """Read a JSON body; an empty one is an empty structure.

    Raises:
        SerializationError: it is not JSON, or its text is not Unicode.
    """
    try:
        read = json.loads(body or b"{}", parse_constant=_refuse_constant)
        if b"\\ud" in body.lower():
            json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise SerializationError(NOT_JSON) from None
    return read


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
