"""A record of every call that had an effect on the sandbox: who made it, on what, whose it was."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

EVENT_TAG = "studio-cli:event"
_KEY = re.compile(r"Credential=([^/]+)/")

Answer = Callable[[str, str, dict[str, Any], Any], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that the sandbox carried out.

    `event` is whose its target was just before, `inside` what that target lives in.
    """

    number: int
    at: float
    who: str
    operation: str
    params: Mapping[str, Any]
    status: int
    event: str | None = None
    inside: tuple[tuple[str, ...], ...] = ()

    @property
    def done(self) -> bool:
        return self.status == 200

    @property
    def writes(self) -> bool:
        """True when it changed a profile, space, app, tag or a person's row."""
        if not self.done or self.operation.startswith(("List", "Describe", "Get")):
            return False
        return bool(self.rows) or bool(_STUDIO_WRITE.match(self.operation))

    @property
    def rows(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Rows of people that it wrote: `put` or `delete`, the key, and the item if any."""
        return [row for row in _rows(self.operation, self.params) if "@" in row[1]]

    @property
    def leases(self) -> bool:
        """True when it took, renewed or gave back a lease."""
        return self.done and any(
            "#lease#" in key for _, key, _ in _rows(self.operation, self.params)
        )

    @property
    def target(self) -> tuple[str, ...]:
        """What a Studio call is about: kind and names, folded as AWS compares them."""
        p = self.params
        if "AppName" in p:
            kind = "space" if p.get("SpaceName") else "profile"
            owner = str(p.get("SpaceName") or p.get("UserProfileName"))
            return ("app", kind, owner.casefold(), str(p["AppType"]), str(p["AppName"]).casefold())
        if "SpaceName" in p:
            return ("space", str(p["SpaceName"]).casefold())
        if "UserProfileName" in p:
            return ("profile", str(p["UserProfileName"]).casefold())
        return named_by_arn(str(p.get("ResourceArn", "")))


_STUDIO_WRITE = re.compile(
    r"(Create|Update|Delete)(UserProfile|Space|App|Domain)$|(Add|Delete)Tags$|(Unt|T)agResources$"
)


def named_by_arn(arn: str) -> tuple[str, ...]:
    """Kind and name of a profile or space by its ARN, or an empty tuple."""
    kind, _, path = arn.rpartition(":")[2].partition("/")
    short = {"user-profile": "profile", "space": "space"}.get(kind)
    return (short, path.rpartition("/")[2].casefold()) if short else ()


def _rows(
    operation: str, params: Mapping[str, Any]
) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
    asked: list[tuple[str, Mapping[str, Any]]] = []
    if operation == "BatchWriteItem":
        for requests in params["RequestItems"].values():
            asked += [pair for request in requests for pair in request.items()]
    elif operation == "TransactWriteItems":
        asked += [pair for item in params["TransactItems"] for pair in item.items()]
    elif operation in {"PutItem", "DeleteItem", "UpdateItem"}:
        asked = [(operation, params)]
    for kind, body in asked:
        if "Item" in body:
            yield "put", body["Item"]["pk"]["S"], body["Item"]
        elif "Key" in body:
            verb = "delete" if kind.startswith("Delete") else "put"
            yield verb, body["Key"]["pk"]["S"], {}


@dataclass(frozen=True, slots=True)
class Moment:
    """Just after somebody's `nth` call of an operation was carried out, or before they `look`."""

    operation: str
    nth: int = 1

    def __str__(self) -> str:
        if self == LOOK:
            return "just before the look of"
        return f"after {self.operation} number {self.nth} of"


LOOK = Moment("look")
"""Before the plan is made, with no time to settle in between."""


@dataclass(slots=True)
class _Watch:
    who: str
    moment: Moment
    action: Callable[[], None]
    seen: int = 0


@dataclass(slots=True)
class _Made:
    """What profiles and spaces were created with; a name used again replaces the old entry."""

    tags: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def event(self, target: tuple[str, ...]) -> str | None:
        """Event that a target belongs to: by its tag, else by what it lives in."""
        if not target:
            return None
        if target[0] == "app":
            return self.event((target[1], target[2]))
        own = self.tags.get(target)
        if own is None and target[0] == "space" and (owner := self.owners.get(target[1])):
            return self.event(("profile", owner))
        return own

    def inside(self, target: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """What a target lives in: an app in a space or profile, a space in a profile."""
        if target[:1] == ("app",):
            home = (target[1], target[2])
            return (home, *self.inside(home))
        if target[:1] == ("space",) and (owner := self.owners.get(target[1])):
            return (("profile", owner),)
        return ()

    def learn(self, call: Call) -> None:
        target, tags = call.target, call.params.get("Tags") or ()
        event = next((t["Value"] for t in tags if t["Key"] == EVENT_TAG), None)
        if call.operation in {"CreateUserProfile", "CreateSpace"}:
            self.tags[target] = event
            owner = (call.params.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
            if target[0] == "space":
                self.owners[target[1]] = str(owner or "").casefold()
        elif call.operation == "AddTags" and event:
            self.tags[target] = event


class Recorder:
    """Stands where the sandbox carries calls out, so that lost answers are seen too."""

    def __init__(self, answer: Answer, names: Mapping[str, str]) -> None:
        self._answer = answer
        self._names = names
        self._lock = threading.Lock()
        self.calls: list[Call] = []
        self._made = _Made()
        self._watches: list[_Watch] = []

    def forget(self) -> None:
        with self._lock:
            self.calls, self._made, self._watches = [], _Made(), []

    def watch(self, who: str, moment: Moment, action: Callable[[], None]) -> None:
        """Do something once, at a moment of somebody's calls, before they get their answer."""
        with self._lock:
            self._watches.append(_Watch(who, moment, action))

    def unwatch(self) -> None:
        """End all watches, whether their moments came or not."""
        with self._lock:
            self._watches = []

    def __call__(
        self, service: str, action: str, environ: dict[str, Any], start: Any
    ) -> Iterable[bytes]:
        found = _KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
        who = self._names.get(found.group(1)) if found else None
        if who is None or service not in {"sagemaker", "dynamodb"}:
            return self._answer(service, action, environ, start)
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        statuses: list[int] = []

        def started(status: str, headers: Any, *more: Any) -> Any:
            statuses.append(int(status[:3]))
            return start(status, headers, *more)

        params = json.loads(body or b"{}")
        with self._lock:
            target = Call(0, 0, who, operation, params, 0).target
            event, inside = self._made.event(target), self._made.inside(target)
        answer = self._answer(service, action, environ, started)
        call = Call(0, time.monotonic(), who, operation, params, statuses[-1], event, inside)
        for act in self._log(call):
            act()
        return answer

    def _log(self, call: Call) -> list[Callable[[], None]]:
        with self._lock:
            self.calls.append(replace(call, number=len(self.calls)))
            if not call.done:
                return []
            self._made.learn(call)
            due = []
            for watch in self._watches:
                if watch.who == call.who and watch.moment.operation in _aliases(call):
                    watch.seen += 1
                    if watch.seen == watch.moment.nth:
                        due.append(watch)
            self._watches = [watch for watch in self._watches if watch not in due]
            return [watch.action for watch in due]


def _aliases(call: Call) -> set[str]:
    """Names of moments: rows and leases may be written by any operation of the table."""
    names = {call.operation}
    if call.rows:
        names.add("row written")
    elif call.leases:
        names.add("lease taken")
    return names
