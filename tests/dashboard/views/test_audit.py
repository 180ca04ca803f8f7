"""The audit log on the settings page: one line about its chains, malformed entries among others."""

from __future__ import annotations

from datetime import UTC, datetime

from studio_core.access.roles import Actor
from studio_core.audit import AuditEntry
from studio_core.audit.chain import Head, Verdict
from studio_core.audit.entry import read_entry
from studio_core.dashboard import loaders
from studio_core.dashboard.views.audit import chain_state, frame
from studio_core.errors import AwsError
from studio_core.wording import plain

PAGE = "pages/settings.py"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def verdict(entries: int, *problems: str) -> Verdict:
    return Verdict("File x", entries, 0, problems, Head(), frozenset())


def test_one_line_says_whether_the_chain_is_whole():
    entry = AuditEntry(NOW, "deed", Actor("ana"))
    malformed = read_entry({}, "Line 3", NOW)
    assert chain_state([verdict(1200)], [entry]) == (
        "The chain is whole: 1,200 entries, none missing or changed.",
        True,
    )
    told, whole = chain_state([verdict(3, "Number 2 is missing.", "Line 3 …")], [entry, malformed])
    assert not whole
    assert told.startswith("Number 2 is missing. And 1 more. Malformed entries below: 1.")
    told, whole = chain_state([verdict(3), AwsError("The table is away.", "Wait.")], [entry])
    assert (told, whole) == ("The table is away. See `studio audit verify`.", False)


def test_a_malformed_entry_is_a_row_of_its_own():
    rows = frame([AuditEntry(NOW, "deed", Actor("ana")), read_entry({}, "Line 3", NOW)])
    assert list(rows["What"]) == ["deed", "malformed entry"]
    assert rows["Outcome"][1] == "Line 3 cannot be read as an entry"


def test_the_page_shows_the_state_and_all_entries(empty, visit, core):
    core().note("a deed")
    core().note("another")
    page = visit(PAGE)
    said = [m.value for m in page.markdown if "material/link" in m.value]
    assert [text.partition("] ")[2] for text in said] == [
        plain("The chain is whole: 2 entries, none missing or changed.")
    ]
    path = core().audit.path
    path.write_text(path.read_text().replace("a deed", "no deed") + "{\n")
    loaders.look_again()  # as "Check again" does; it is kept for a minute
    page.run()
    [state] = [m.value for m in page.markdown if "link_off" in m.value]
    assert "Line 3 cannot be read" in state
    assert list(page.dataframe[-1].value["What"]) == ["malformed entry", "another", "no deed"]
