"""Everything wrong or doubtful is found at once, with its row, and nobody is lost."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from studio_core import roster
from studio_core.model.people import Severity
from studio_core.naming import normalise_email
from studio_core.roster import cells


def load(*lines, columns=None):
    return roster.load_roster("\n".join(lines).encode(), columns=columns)


def people(checked):
    return [(p.email, p.team) for p in checked.roster.participants]


def codes(checked):
    return [(finding.code, finding.row) for finding in checked.findings]


def test_a_right_file_has_no_findings():
    checked = load("email,team", "anna@ai.se,1", "bo@ai.se,2")
    assert people(checked) == [("anna@ai.se", "1"), ("bo@ai.se", "2")]
    assert [p.row for p in checked.roster.participants] == [2, 3]
    assert (checked.ok, checked.findings) == (True, ())
    assert checked.columns == roster.Columns(0, 1, None)


@pytest.mark.parametrize(
    "lines",
    [
        ["anna@ai.se,1", "bo@ai.se,2"],
        ["1,anna@ai.se", "2,bo@ai.se"],
        ["anna@ai.se;1;", "bo@ai.se;2;"],
    ],
)
def test_the_header_may_be_left_out(lines):
    checked = load(*lines)
    assert people(checked) == [("anna@ai.se", "1"), ("bo@ai.se", "2")]
    assert [p.row for p in checked.roster.participants] == [1, 2]
    assert checked.findings == ()


def test_a_first_row_with_a_broken_address_is_no_header():
    checked = load("annaai.se,1", "bo@ai.se,2")
    assert codes(checked) == [("email-syntax", 1)]
    assert people(checked) == [("bo@ai.se", "2")]


def test_all_findings_come_together_in_the_order_of_the_file():
    checked = load(
        "email,team",
        "anna@@ai.se,1",
        "bo@ai.se,",
        ",3",
        "dan@ai.se,4",
        "DAN@ai.se,04",
        "dan@ai.se,5",
        "not an address,n/a",
        "eva@ai.se,a\x01b",
        "fia@ai.se," + "x" * 101,
    )
    assert codes(checked) == [
        ("email-syntax", 2),
        ("team-missing", 3),
        ("email-missing", 4),
        ("duplicate", 6),
        ("duplicate-team", 7),
        ("email-syntax", 8),
        ("team-missing", 8),
        ("team-characters", 9),
        ("team-length", 10),
    ]
    assert not checked.ok
    assert len(checked.errors) == 8
    assert [finding.code for finding in checked.warnings] == ["duplicate"]
    for finding in checked.findings:
        assert finding.sentence
        assert finding.remedy
        assert finding.column in {"email", "team"}
    values = {finding.row: finding.value for finding in checked.findings}
    assert values[2] == "anna@@ai.se"
    assert values[9] == "a\\x01b"


def test_a_person_in_two_teams_is_an_error_that_names_both_rows():
    checked = load("email,team", "anna@ai.se,1", "Anna@AI.se,2")
    [finding] = checked.findings
    assert finding.severity is Severity.ERROR
    assert finding.row == 3
    assert "row 2" in finding.sentence
    assert "'1'" in finding.sentence
    assert "'2'" in finding.sentence


def test_a_second_row_after_one_without_a_team_is_not_taken_quietly():
    checked = load("email,team", "anna@ai.se,", "anna@ai.se,2")
    assert codes(checked) == [("team-missing", 2), ("duplicate-team", 3)]


@pytest.mark.parametrize(
    ("written", "team"),
    [
        ("3", "3"),
        ("3.0", "3"),
        ('"3,0"', "3"),
        ("03", "3"),
        ("\uff13", "3"),
        ("0", "0"),
        (" Röda   laget ", "Röda laget"),
        ("Team #1", "Team #1"),
        ("R&D", "R&D"),
        ("🚀", "🚀"),
        ("\ufeff4\u200b", "4"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
    ],
)
def test_teams_are_stored_in_one_form(written, team):
    checked = load("email,team", f"anna@ai.se,{written}")
    assert people(checked) == [("anna@ai.se", team)]
    assert checked.findings == ()


@pytest.mark.parametrize("team", ["1.5", "-1", "1e3", "50%"])
def test_a_number_that_is_not_whole_is_a_name_with_a_warning(team):
    checked = load("email,team", f"anna@ai.se,{team}")
    assert people(checked) == [("anna@ai.se", team)]
    assert codes(checked) == [("team-number", 2)]


@pytest.mark.parametrize("team", ["", "-", "???", "N/A", "none", "TBD", "nan"])
def test_what_names_no_team_is_missing(team):
    checked = load("email,team", "bo@ai.se,1", f"anna@ai.se,{team}")
    assert codes(checked) == [("team-missing", 3)]


@pytest.mark.parametrize("char", ["\x07", "\x1b", "\ufffd", "\u202e", "\ue000"])
def test_characters_that_cannot_be_printed_are_refused_and_not_repeated(char):
    checked = load("email,team", f"anna@ai.se,Red{char}")
    [finding] = checked.findings
    assert finding.code == "team-characters"
    assert f"U+{ord(char):04X}" in finding.sentence
    assert char == "\ufffd" or char not in finding.sentence + finding.value


def test_spellings_of_a_team_are_merged_with_one_warning_each():
    checked = load(
        "email,team",
        "a@ai.se,Red team",
        "b@ai.se,RED  TEAM",
        "c@ai.se,RED TEAM",
        "d@ai.se,red team",
    )
    assert checked.roster.teams == ("Red team",)
    assert codes(checked) == [("team-spelling", 3), ("team-spelling", 5)]


def test_numbers_among_names_are_one_warning_at_the_fewer_kind():
    checked = load("email,team", "a@ai.se,Red", "b@ai.se,Blue", "c@ai.se,7", "d@ai.se,Pink")
    assert codes(checked) == [("team-mixed", 4)]
    assert checked.ok


def test_a_shared_mailbox_name_is_told_with_the_names_that_are_used():
    checked = load("email,team", "niklas@amazon.com,1", "x@ai.se,1", "niklas@ai.se,2")
    [finding] = checked.findings
    assert (finding.code, finding.severity, finding.row) == ("name-collision", Severity.WARNING, 4)
    assert "niklas@ai.se (niklas)" in finding.sentence
    assert "niklas@amazon.com (niklas-5fbbe3)" in finding.sentence


@pytest.mark.parametrize(
    "email",
    [
        "anna@example.com",
        "anna@team.test",
        "o'brien+hack@sub.ai.se",
        "josé@bücher.example",
        "under_score@ai.se",
        "a--b@ai.se",
    ],
)
def test_addresses_that_are_right(email):
    checked = load("email,team", f"{email},1")
    assert people(checked) == [(email, "1")]
    assert checked.findings == ()


@pytest.mark.parametrize(
    "email",
    [
        "anna",
        "anna@",
        "@ai.se",
        "anna@ai",
        "anna@test",
        "anna@ai..se",
        "an na@ai.se",
        "anna@ai.se bo@ai.se",
        "Anna <anna@ai.se>",
        "anna@-ai.se",
        "anna@[127.0.0.1]",
        "anna@host.local",
        "x" * 65 + "@ai.se",
        "anna@xn--bcher-kva.example",
        "anna@ai\u3002se",
    ],
)
def test_addresses_that_are_wrong(email):
    checked = load("email,team", "bo@ai.se,1", f"{email},1")
    assert codes(checked) == [("email-syntax", 3)]
    assert people(checked) == [("bo@ai.se", "1")]


def test_a_domain_in_another_spelling_is_refused_with_the_usual_one():
    [finding] = load("email,team", "anna@xn--bcher-kva.example,1").findings
    assert finding.remedy == "Write anna@bücher.example."


words = st.text("ab1_", min_size=1, max_size=70)
labels = st.one_of(st.text("ax1-", min_size=1, max_size=5), st.text("a", min_size=60, max_size=66))
endings = st.sampled_from(["se", "test", "local", "onion", "localhost", "c0m", "a", "locale"])


@given(
    st.builds(str.join, st.sampled_from(".+-"), st.lists(words, min_size=1, max_size=3)),
    st.lists(labels, min_size=1, max_size=3),
    endings,
)
def test_the_quick_rule_takes_only_what_the_full_rules_take(mailbox, domain, ending):
    email = f"{mailbox}@{'.'.join(domain)}.{ending}"
    checked = load("email,team", f"{email},1", "bo@ai.se,1")
    try:
        valid = validate_email(
            email, check_deliverability=False, test_environment=True, strict=True
        )
    except EmailNotValidError:
        assert codes(checked) == [("email-syntax", 2)]
    else:
        assert normalise_email(valid.normalized) == email == people(checked)[0][0]


def test_the_quick_rule_takes_its_time_on_no_address():
    # Would take longer than the age of the world if the rule could be matched in many ways.
    assert cells._PLAIN.fullmatch("a_" * 5000 + "!@" + "a-" * 5000) is None


messy = st.sampled_from(
    ["anna@ai.se", "ANNA@ai.se", "bo@ai.se", "bo@x.com", "bad", "", "é@ö.se", "c@d.ee, d@e.ff"]
)
messy_team = st.sampled_from(["1", "01", "2.0", "Red", "red", "", "n/a", "\x07", "1.5", "x" * 200])


@given(st.lists(st.tuples(messy, messy_team), min_size=1, max_size=10))
def test_every_row_is_in_the_roster_or_in_a_finding(rows):
    checked = roster.load_roster(roster.safe_csv(("email", "team"), rows).encode())
    told = {p.row for p in checked.roster.participants} | {f.row for f in checked.findings}
    filled = {n for n, (email, team) in enumerate(rows, 2) if email.strip() or team.strip()}
    # When a whole column is unusable, one finding without a row speaks for all.
    assert filled <= told or any(f.row is None for f in checked.errors)
    emails = [p.email for p in checked.roster.participants]
    assert len(emails) == len(set(emails))
    assert sum(row.kept for row in checked.rows) == len(emails)


@given(st.lists(st.tuples(messy, messy_team), min_size=1, max_size=8))
def test_checking_the_rows_of_an_editor_unchanged_says_the_same(rows):
    first = roster.load_roster(roster.safe_csv(("email", "team"), rows).encode())
    again = roster.roster_from_rows(first.editor_rows(), settled=first.settled)
    if first.columns is not None:
        assert again.roster == first.roster
        # An editor shows teams in their common spelling, so that warning is dealt with.
        kept = [(code, row) for code, row in codes(first) if code != "team-spelling"]
        assert codes(again) == kept


def test_corrections_in_place_keep_their_rows():
    first = load("email,team,status", "anna@@ai.se,1,ok", "bo@ai.se,2,cancelled", "cy@ai.se,,ok")
    assert [row["row"] for row in first.editor_rows()] == [2, 4]
    rows = first.editor_rows()
    rows[0]["email"] = "anna@ai.se"
    rows.append({"row": None, "email": " Dan@ai.se", "team": 3})
    rows.append({"row": float("nan"), "email": None, "team": float("nan")})
    again = roster.roster_from_rows(rows, settled=first.settled)
    assert codes(again) == [("left-out", 3), ("team-missing", 4)]
    assert people(again) == [("anna@ai.se", "1"), ("dan@ai.se", "3")]
    assert [p.row for p in again.roster.participants] == [2, 5]


def test_an_editor_emptied_of_rows_is_an_error():
    assert codes(roster.roster_from_rows([])) == [("no-rows", None)]


def test_rows_carry_their_findings():
    checked = load("email,team", "anna@@ai.se,", "bo@ai.se,2", "cy@ai.se,3,odd")
    bad, good, long = checked.rows
    assert (bad.email, bad.team, bad.kept) == ("anna@@ai.se", "", False)
    assert [finding.code for finding in bad.findings] == ["email-syntax", "team-missing"]
    assert (good.kept, good.findings) == (True, ())
    assert long.kept
    assert [finding.code for finding in long.findings] == ["extra-cells"]


def test_a_header_alone_is_an_error():
    checked = load("email,team")
    assert codes(checked) == [("no-rows", None)]


def test_a_table_without_rows_is_an_error():
    assert codes(roster.check_table(roster.Table(()))) == [("no-rows", None)]


def test_a_header_in_the_middle_is_passed_over():
    checked = load("email,team", "anna@ai.se,1", "Email ,Team", "bo@ai.se,1")
    assert codes(checked) == [("repeated-header", 3)]
    assert len(checked.roster) == 2


def test_rows_above_the_header_are_told():
    checked = load("Spring hackathon", "", "email,team", "anna@ai.se,1")
    assert codes(checked) == [("above-header", 1)]
    assert [p.row for p in checked.roster.participants] == [4]


def test_ten_thousand_rows_are_all_checked():
    rows = [(f"person{n}@ai.se", n // 5) for n in range(10_000)]
    checked = roster.load_roster(roster.safe_csv(("email", "team"), rows).encode())
    assert (len(checked.roster), len(checked.roster.teams), checked.findings) == (10_000, 2000, ())
