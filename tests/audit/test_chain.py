"""The chain: whatever was done to one entry is told, with its number."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from studio_core.audit.chain import Head, Verdict, chained, head_of, judge

Rows = list[dict[str, str]]
texts = st.dictionaries(st.sampled_from(["who", "deed", "outcome"]), st.text(max_size=5))


def chain(contents: list[dict[str, str]]) -> Rows:
    rows: Rows = []
    head = Head()
    for content in contents:
        rows.append(chained(content, head))
        found = head_of(rows[-1])
        assert found is not None
        head = found
    return rows


def judged(rows: list[dict[str, str] | None], newest: Head | None = None) -> Verdict:
    return judge("x", [(f"Line {n}", row) for n, row in enumerate(rows, 1)], newest)


@given(st.lists(texts, max_size=8))
def test_what_was_only_written_is_whole(contents: list[dict[str, str]]):
    verdict = judged(chain(contents))
    assert verdict.problems == ()
    assert verdict.entries == verdict.head.number == len(verdict.hashes) == len(contents)


@given(st.data(), st.lists(texts, min_size=2, max_size=8))
def test_whatever_was_done_to_one_entry_is_told(data: st.DataObject, contents):
    rows: list[dict[str, str] | None] = list(chain(contents))
    at = data.draw(st.integers(0, len(rows) - 1), label="entry")
    row = rows[at]
    assert row is not None
    what = data.draw(st.sampled_from(["gone", "changed", "exchanged", "copied", "garbled"]))
    if what == "gone":
        at = data.draw(st.integers(0, len(rows) - 2), label="but not the last")
        del rows[at]
    elif what == "changed":
        rows[at] = {**row, "deed": row.get("deed", "") + "!"}
    elif what == "exchanged":  # with its own hash computed again
        at = data.draw(st.integers(0, len(rows) - 2), label="but not the last")
        old = rows[at]
        assert old is not None
        rows[at] = chained({"deed": "never"}, Head(at, old["previous"]))
    elif what == "copied":
        rows.insert(data.draw(st.integers(0, len(rows)), label="to"), row)
    else:
        rows[at] = None
    problems = " ".join(judged(rows).problems)
    expected = {"exchanged": f"number {at + 1} that", "garbled": f"Line {at + 1} cannot"}
    assert expected.get(what, f"Number {at + 1} ") in problems


def test_the_end_is_known_from_a_head_kept_elsewhere():
    rows = chain([{"deed": "a"}, {"deed": "b"}, {"deed": "c"}])
    newest = head_of(rows[-1])
    assert judged(rows, newest).problems == ()
    cut = judged(rows[:1], newest)
    assert cut.problems == ("Numbers 2 to 3 are missing at the end.",)
    assert newest is not None
    assert newest.hash not in cut.hashes


def test_entries_from_before_the_chain_are_told_apart_from_added_ones():
    old = {"deed": "old"}
    rows = chain([{"deed": "a"}])
    verdict = judged([old, old, *rows])
    assert (verdict.before, verdict.entries, verdict.problems) == (2, 1, ())
    assert "in no chain" in judged([*rows, old]).problems[0]


def test_odd_numbers_cost_nothing():
    rows = chain([{"deed": "a"}])
    far = chained({"deed": "b"}, replace(Head(), number=10**17 - 1))
    assert judged([*rows, far]).problems == (f"Numbers 2 to {10**17 - 1} are missing.",)
    for number in ("", "0", "-1", "x", "٣", "9" * 5000):
        assert head_of({**rows[0], "number": number}) is None
