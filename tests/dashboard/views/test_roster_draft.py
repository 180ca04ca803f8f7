"""A roster that is being corrected."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_core.dashboard.views import roster_draft
from studio_core.roster import load_roster

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "roster.csv"
BAD = b"email,team\nada@example.com,1\ngrace@@example,1\nalan@example.com,\n"


@pytest.mark.parametrize("edits", [{}, {"edited_rows": {}}, {"edited_rows": {9: {"Team": "1"}}}])
def test_edits_that_change_nothing_leave_the_check_as_it_was(edits):
    draft = roster_draft.read_draft(BAD, "bad.csv")
    assert [f.sentence for f in draft.checked(edits).findings] == [
        f.sentence for f in draft.first.findings
    ]


def test_a_corrected_roster_reads_back_the_same():
    draft = roster_draft.read_draft(EXAMPLE.read_bytes(), "roster.csv")
    text = roster_draft.corrected_csv(draft.first)
    assert load_roster(text.encode()).roster.teams == draft.first.roster.teams
    assert len(load_roster(text.encode()).roster) == 44
