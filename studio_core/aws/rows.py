"""Rows of the participants table: items from and to `Record`s, and conditional changes.

`pk`, `team` and `domain-id` are as the first generation of the tool wrote them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from studio_core.model.people import Record
from studio_core.naming import normalise_email

if TYPE_CHECKING:
    from collections.abc import Mapping

_OURS = {"pk", "team", "domain-id", "event", "profile", "space", "last-link"}
_SAFE_INTEGER = 15

serialise = TypeSerializer().serialize
deserialise = TypeDeserializer().deserialize


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row as it was seen (None: there was none) and as it is to be (None: gone)."""

    before: Record | None
    after: Record | None

    @property
    def pk(self) -> str:
        """Key of the row that is left, or that goes."""
        record = self.after or self.before
        return record.pk if record else ""


def transaction(table: str, change: RowChange) -> list[dict[str, Any]]:
    """Return the actions of TransactWriteItems that make one change, two when its key changes.

    Each has a condition: the row is as it was seen, or already as it is to be.
    """
    before, after = change.before, change.after
    if after is None:
        return [_delete(table, before)] if before else []
    if before is not None and before.pk != after.pk:
        created = replace(
            after,
            last_link_at=before.last_link_at or after.last_link_at,
            extra={**before.extra, **after.extra},
        )
        return [_put(table, created), _delete(table, before)]
    return [_put(table, after) if before is None else _update(table, before, after)]


def _put(table: str, record: Record) -> dict[str, Any]:
    condition = _Condition()
    text = f"attribute_not_exists(pk) OR ({condition.same(record)})"
    ours = {"pk": record.pk, **_values(record), "last-link": _last_link(record)}
    item = {**record.extra, **{key: value for key, value in ours.items() if value is not None}}
    shown = {key: serialise(value) for key, value in item.items()}
    return {"Put": {"TableName": table, "Item": shown, **condition.arguments(text)}}


def _update(table: str, before: Record, after: Record) -> dict[str, Any]:
    """Change what the tool wrote; foreign attributes stay, and what `after` adds to them comes.

    When somebody last got a link stays too, where it is known.
    """
    condition = _Condition()
    text = f"({condition.same(before)}) OR ({condition.same(after)})"
    written = _values(after)
    sets = [
        f"{condition.name(k)} = {condition.value(v)}" for k, v in written.items() if v is not None
    ]
    sets += [
        f"{condition.name(key)} = {condition.value(value)}"
        for key, value in after.extra.items()
        if key not in before.extra or before.extra[key] != value
    ]
    if after.last_link_at and not before.last_link_at:
        name, value = condition.name("last-link"), condition.value(_last_link(after))
        sets.append(f"{name} = if_not_exists({name}, {value})")
    removes = [condition.name(key) for key, value in written.items() if value is None]
    update = "SET " + ", ".join(sets) + (" REMOVE " + ", ".join(removes) if removes else "")
    return {
        "Update": {
            "TableName": table,
            "Key": {"pk": {"S": after.pk}},
            "UpdateExpression": update,
            **condition.arguments(text),
        }
    }


def _delete(table: str, record: Record) -> dict[str, Any]:
    condition = _Condition()
    # What somebody added since is not to go with it, nor to be lost when its key changes.
    same = " AND ".join([condition.same(record), *condition.equal(record.extra)])
    text = f"attribute_not_exists(pk) OR ({same})"
    key = {"pk": {"S": record.pk}}
    return {"Delete": {"TableName": table, "Key": key, **condition.arguments(text)}}


class _Condition:
    """Builds the names and values of one expression."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def name(self, key: str) -> str:
        return self._names.setdefault(key, f"#n{len(self._names)}")

    def value(self, value: object) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = serialise(value)
        return placeholder

    def same(self, record: Record) -> str:
        """Return the condition that a row is as in the record."""
        return " AND ".join(self._equal(key, value) for key, value in _values(record).items())

    def equal(self, attributes: Mapping[str, object]) -> list[str]:
        """Return one condition for each attribute."""
        return [f"{self.name(key)} = {self.value(value)}" for key, value in attributes.items()]

    def _equal(self, key: str, value: object) -> str:
        if value is None or value == "":
            # Rows of the first generation lack attributes; some wrote them empty.
            return (
                f"(attribute_not_exists({self.name(key)}) OR {self.name(key)} = {self.value('')})"
            )
        if key == "team":  # stored versions of the first generation wrote numbers as text
            return f"{self.name(key)} IN ({self.value(value)}, {self.value(str(value))})"
        return f"{self.name(key)} = {self.value(value)}"

    def arguments(self, condition: str) -> dict[str, Any]:
        return {
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {short: key for key, short in self._names.items()},
            "ExpressionAttributeValues": self._values,
        }


def _values(record: Record) -> dict[str, object]:
    """Return what the tool writes of a record, by attribute; None where there is nothing."""
    number = record.team.isdecimal() and len(record.team) <= _SAFE_INTEGER
    return {
        # A name such as 01 must come back as it was.
        "team": int(record.team)
        if number and str(int(record.team)) == record.team
        else record.team,
        "domain-id": record.domain_id,
        "event": record.event,
        "profile": record.profile,
        "space": record.space,
    }


def _last_link(record: Record) -> str | None:
    return record.last_link_at.astimezone(UTC).isoformat() if record.last_link_at else None


def record_of(raw: Mapping[str, Any]) -> Record | None:
    """Return the person of an item, or None where it is not a person's: its key has no @."""
    item = {key: deserialise(value) for key, value in raw.items()}
    pk = str(item.get("pk", ""))
    if "@" not in pk:
        return None
    email = normalise_email(pk)
    last_link = _time(item.get("last-link"))
    known = _OURS if last_link else _OURS - {"last-link"}
    return Record(
        email=email,
        team=str(item.get("team", "")),
        domain_id=str(item.get("domain-id", "")),
        event=_text(item.get("event")),
        profile=_text(item.get("profile")),
        space=_text(item.get("space")),
        last_link_at=last_link,
        extra={key: value for key, value in item.items() if key not in known},
        key=pk if pk != email else None,
    )


def _text(value: object) -> str | None:
    return str(value) if value else None


def _time(value: object) -> datetime | None:
    """Return a time, or None for what cannot be read as one: it stays as it is in the row."""
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
