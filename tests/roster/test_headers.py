"""Columns are found in the exports organisers have, and asked for where they are not known."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core import roster
from studio_core.roster import Columns
from studio_core.roster.headers import header_index

DEVPOST = (
    "Project Title,Submission Url,Project Status,Judging Status,Highest Step Completed,"
    'Project Created At,About The Project,"""Try it out"" Links",Video Demo Link,Opt-In Prizes,'
    "Built With,Submitter First Name,Submitter Last Name,Submitter Email,Notes,"
    "Team Colleges/Universities,Additional Team Member Count"
)
EVENTBRITE = (
    "Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,"
    "Group,Order Type,Currency,Total Paid,Fees Paid,Eventbrite Fees,"
    "Eventbrite Payment Processing,Attendee Status,Home Address 1,Home City,Home Country"
)
LUMA = (
    "api_id,name,first_name,last_name,email,phone_number,created_at,approval_status,"
    "checked_in_at,custom_source,qr_code_url,amount,amount_tax,amount_discount,currency,"
    "coupon_code,eth_address,solana_address,survey_response_rating,survey_response_feedback,"
    "ticket_type_id,ticket_name"
)
UNSTOP = (
    "Team ID,Team Name,Candidate's Name,Candidate's Email,Candidate's Mobile,"
    "Candidate's Location,User Type,Domain,Course,Course Specialization,Course Type,"
    "Course Duration (years),Year of Graduation,Candidate's Organisation,Differently Abled,Status"
)


def load(*lines, columns=None, encoding="utf-8"):
    return roster.load_roster("\r\n".join(lines).encode(encoding), columns=columns)


def people(checked):
    return [(p.email, p.team, p.row) for p in checked.roster.participants]


def codes(checked):
    return [(finding.code, finding.row) for finding in checked.findings]


def record(header, **values):
    """Write a line with the given values under a header's names, blank elsewhere."""
    names = header.replace('"""', '"').split(",")
    return ",".join(f'"{values.pop(name, "")}"' for name in names) + "".join(values)


def devpost(title, email, count, *further, status="Submitted (Gallery/Visible)"):
    values = {"Project Title": title, "Submitter Email": email, "Project Status": status}
    values |= {"Additional Team Member Count": count, "About The Project": "two\r\nlines, yes"}
    return record(DEVPOST, **values) + "".join(f",{cell}" for cell in further)


MEMBERS = ",".join(
    f"Team Member {n} {part}" for n in (1, 2) for part in ("First Name", "Last Name", "Email")
)
TRIPLETS = ("Bo", "Ek", "bo@x.com", "Cy", "Al", "cy@x.com", "Di", "Ro", "di@x.com")
TEAM_OF_FOUR = [
    ("ann@x.com", "Alpha"),
    ("bo@x.com", "Alpha"),
    ("cy@x.com", "Alpha"),
    ("di@x.com", "Alpha"),
]


@pytest.mark.parametrize(
    "rest",
    [
        "",
        ",...",
        ",…",
        f",{MEMBERS.partition(',Team Member 2')[0]}",
        f",{MEMBERS}",
        f",{MEMBERS},...",
    ],
)
def test_devpost_members_are_found_however_far_the_header_reaches(rest):
    checked = load(
        DEVPOST + rest,
        devpost("Alpha", "ann@x.com", 3, *TRIPLETS),
        devpost("Beta", "eve@x.com", 0),
    )
    assert people(checked) == [(*person, 2) for person in TEAM_OF_FOUR] + [("eve@x.com", "Beta", 3)]
    assert checked.findings == ()


def test_devpost_custom_questions_before_the_members_do_not_shift_them():
    checked = load(
        f"{DEVPOST},T-shirt,{MEMBERS}", devpost("Alpha", "ann@x.com", 3, "XL", *TRIPLETS)
    )
    assert people(checked) == [(*person, 2) for person in TEAM_OF_FOUR]
    assert checked.findings == ()


def test_devpost_cells_that_are_out_of_step_are_still_found():
    checked = load(DEVPOST, devpost("Alpha", "ann@x.com", 3, "XL", *TRIPLETS))
    assert people(checked) == [(*person, 2) for person in TEAM_OF_FOUR]


def test_devpost_members_without_or_with_a_wrong_address_are_told():
    cells = ("Bo", "Ek", "", "Cy", "Al", "cy@", "Di", "Ro", "di@x.com")
    checked = load(DEVPOST, devpost("Alpha", "ann@x.com", 3, *cells))
    assert codes(checked) == [("member-without-email", 2), ("member-count", 2), ("email-syntax", 2)]
    assert "Bo Ek" in checked.findings[0].sentence
    assert [email for email, *_ in people(checked)] == ["ann@x.com", "di@x.com"]


def test_devpost_members_under_their_own_header_without_an_address_are_told():
    checked = load(f"{DEVPOST},{MEMBERS}", devpost("Alpha", "ann@x.com", 1, "Bo", "Ek", ""))
    assert codes(checked) == [("member-without-email", 2), ("member-count", 2)]


def test_devpost_one_row_per_prize_is_one_team():
    checked = load(
        f"Opt-In Prize,{DEVPOST}",
        "Best use," + devpost("Alpha", "ann@x.com", 3, *TRIPLETS),
        "Best team," + devpost("Alpha", "ann@x.com", 3, *TRIPLETS),
    )
    assert len(checked.roster) == 4
    assert codes(checked) == [("repeated-row", 3)]


def test_devpost_untitled_drafts_are_left_out_and_submitted_ones_want_a_team():
    checked = load(
        DEVPOST,
        devpost("Untitled", "ann@x.com", 0, status="Draft"),
        devpost("Untitled", "bo@x.com", 0),
        devpost("Named draft", "cy@x.com", 0, status="Draft"),
    )
    assert codes(checked) == [("left-out", 2), ("team-missing", 3)]
    assert people(checked) == [("cy@x.com", "Named draft", 4)]


def test_a_team_number_put_into_a_devpost_file_wins_over_the_title():
    checked = load(f"Table Number,{DEVPOST}", "12," + devpost("Alpha", "ann@x.com", 0))
    assert people(checked) == [("ann@x.com", "12", 2)]
    assert codes(checked) == [("several-columns", None)]


def test_devpost_registrants_have_no_team():
    checked = load(
        "First Name,Last Name,Full Name,Email,Portfolio Url,Do you have teammates?",
        "Ann,Berg,Ann Berg,ann@x.com,,Yes",
    )
    assert codes(checked) == [("no-team-column", None)]


def test_eventbrite_keeps_who_attends_and_tells_who_does_not():
    def line(email, status, team):
        return record(EVENTBRITE, **{"Email": email, "Attendee Status": status}) + f",{team}"

    checked = load(
        f"{EVENTBRITE},Team name,Buyer Email",
        line("ann@x.com", "Attending", "Red") + ",boss@x.com",
        line("bo@x.com", "Checked In", "Red") + ",boss@x.com",
        line("cy@x.com", "Refunded", "Red") + ",boss@x.com",
        line("di@x.com", "Not Attending", "Red") + ",boss@x.com",
        line("ed@x.com", "On the moon", "Red") + ",boss@x.com",
    )
    assert people(checked) == [
        ("ann@x.com", "Red", 2),
        ("bo@x.com", "Red", 3),
        ("ed@x.com", "Red", 6),
    ]
    assert codes(checked) == [("left-out", 4), ("left-out", 5), ("status-unknown", 6)]
    assert "'Refunded'" in checked.findings[0].sentence
    assert [row.row for row in checked.rows if row.left_out] == [4, 5]
    assert checked.ok


def test_eventbrite_with_an_empty_group_asks_for_the_team():
    checked = load(EVENTBRITE, record(EVENTBRITE, Email="ann@x.com"))
    [finding] = checked.findings
    assert finding.code == "no-team-column"
    assert "'Group' is empty" in finding.sentence


def test_the_buyers_address_is_taken_only_when_there_is_no_other():
    checked = load("Order no.,Surname,Buyer Email,Team", "7,Berg,ann@x.com,1")
    assert people(checked) == [("ann@x.com", "1", 2)]


def test_luma_keeps_the_approved_alone():
    question = "What is your team called?"

    def line(email, status, team):
        return record(LUMA, email=email, approval_status=status) + f",{team}"

    lines = [
        f"{LUMA},{question}",
        line("ann@x.com", "approved", "Red"),
        line("bo@x.com", "pending_approval", "Red"),
        line("cy@x.com", "", "Red"),
        line("di@x.com", "anything", "Red"),
    ]
    asked = load(*lines, encoding="utf-8-sig")
    assert codes(asked) == [("no-team-column", None)]
    assert question in asked.findings[0].remedy
    checked = load(*lines, columns=Columns(team=question), encoding="utf-8-sig")
    assert people(checked) == [("ann@x.com", "Red", 2)]
    assert codes(checked) == [("left-out", 3), ("left-out", 4), ("left-out", 5)]


@pytest.mark.parametrize("apostrophe", ["'", "\u2019"])
def test_unstop_with_either_apostrophe(apostrophe):
    header = UNSTOP.replace("'", apostrophe)
    line = record(
        header,
        **{"Team ID": "77", "Team Name": "Red", f"Candidate{apostrophe}s Email": "ann@x.com"},
    )
    checked = load(header, line)
    assert people(checked) == [("ann@x.com", "Red", 2)]
    assert checked.findings == ()


def test_two_unstop_teams_of_one_name_are_not_merged():
    lines = [
        record(UNSTOP, **{"Team ID": i, "Team Name": "Red", "Candidate's Email": f"p{i}@x.com"})
        for i in (77, 78, 78)
    ]
    checked = load(UNSTOP, lines[0], lines[1], lines[2].replace("p78", "q78"))
    assert codes(checked) == [("team-name-shared", 3)]
    by_id = load(UNSTOP, *lines[:2], columns=Columns(team="Team ID"))
    assert people(by_id) == [("p77@x.com", "77", 2), ("p78@x.com", "78", 3)]
    assert by_id.ok


def test_github_classroom_identifiers_are_addresses_or_are_not():
    header = "identifier,github_username,github_id,name,group_name"
    checked = load(header, "ann@x.com,ann,1,Ann,red", "bo@x.com,bo,2,Bo,red")
    assert people(checked) == [("ann@x.com", "red", 2), ("bo@x.com", "red", 3)]
    named = load(header, '"Berg, Ann",ann,1,Ann,red')
    assert codes(named) == [("no-email-column", None)]


def test_the_successor_of_github_classroom_has_sections_and_no_teams():
    checked = load(
        "username,first_name,last_name,email,section,github_id,role",
        "ann,Ann,Berg,ann@x.com,A,1,student",
    )
    assert codes(checked) == [("no-team-column", None)]
    mapped = load(
        "username,first_name,last_name,email,section",
        "ann,Ann,Berg,ann@x.com,A",
        columns=Columns(team="section"),
    )
    assert people(mapped) == [("ann@x.com", "A", 2)]


def test_kaggle_leaderboards_have_no_addresses():
    checked = load(
        "Rank,TeamId,TeamName,LastSubmissionDate,Score,SubmissionCount,TeamMemberUserNames",
        '1,9,Red,2026-01-01,0.9,3,"ann,bo"',
    )
    assert codes(checked) == [("no-email-column", None)]
    assert "'TeamMemberUserNames'" in checked.findings[0].sentence


def test_google_forms_with_addresses_of_members_in_one_cell():
    checked = load(
        "Timestamp,Email Address,Team Name,Team Members",
        '2026/01/01,ann@x.com,Red,"bo@x.com, Cy <cy@x.com>; Ann@x.com"',
        '2026/01/01,di@x.com,Blue,"Ed, Flo"',
    )
    red = [(f"{name}@x.com", "Red", 2) for name in ("ann", "bo", "cy")]
    assert people(checked) == [*red, ("di@x.com", "Blue", 3)]
    assert codes(checked) == [("duplicate", 2), ("member-without-email", 3)]


def test_google_forms_with_names_of_members_alone_tells_it_once():
    checked = load(
        "Timestamp,Email Address,Team Name,Team Members",
        '2026/01/01,ann@x.com,Red,"Bo, Cy"',
        '2026/01/01,di@x.com,Blue,"Ed, Flo"',
    )
    assert codes(checked) == [("member-without-email", 2)]
    assert len(checked.roster) == 2


def test_mlh_registrations_ask_for_the_team():
    checked = load(
        "First name,Last name,Age,Email,School,Phone number,Country,Level of study",
        "Ann,Berg,20,ann@x.com,KTH,,SE,Bachelor",
    )
    assert codes(checked) == [("no-team-column", None)]
    assert "'Level of study'" in checked.findings[0].sentence


@pytest.mark.parametrize(
    "header",
    [
        "E-post;Lag",
        "e-mail;Équipe",
        "E-Mail-Adresse;Gruppe",
        "Correo electrónico;Equipo",
        "Электронная почта;Команда",
        "メールアドレス;チーム",
        "EMAIL ; TEAM #",
        "email_address;team_number",
        "EmailAddress;TeamName",
    ],
)
def test_headers_in_other_words(header):
    checked = load(header, "ann@x.com;Red")
    assert people(checked) == [("ann@x.com", "Red", 2)]
    assert checked.findings == ()


def test_a_header_that_is_not_known_is_not_a_person_and_is_asked_about():
    checked = load("Contact;Crew", "ann@x.com;1", "bo@x.com;2")
    assert codes(checked) == [("no-email-column", None), ("no-team-column", None)]
    assert len(checked.roster) == 0
    assert checked.columns is None
    assert checked.names == ("Contact", "Crew")
    assert "'Contact'" in checked.findings[0].remedy
    for finding in checked.findings:
        assert "'Contact', 'Crew'" in finding.sentence


@pytest.mark.parametrize(
    "columns", [Columns("Contact", "Crew"), Columns(0, 1), Columns(" contact", 1)]
)
def test_the_organisers_choice_is_followed(columns):
    checked = load("Contact;Crew", "ann@x.com;1", "bo@x.com;2", columns=columns)
    assert people(checked) == [("ann@x.com", "1", 2), ("bo@x.com", "2", 3)]
    assert checked.columns == Columns(0, 1, None)


def test_the_organisers_choice_of_status_is_followed():
    checked = load(
        "email,team,Coming?", "ann@x.com,1,yes", "bo@x.com,1,no", columns=Columns(status="Coming?")
    )
    assert people(checked) == [("ann@x.com", "1", 2)]
    assert codes(checked) == [("left-out", 3)]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (Columns("Mail", "Team"), "unknown-column"),
        (Columns(7, 1), "unknown-column"),
        (Columns(-1, 1), "unknown-column"),
        (Columns("email", "Extra"), "ambiguous-column"),
    ],
)
def test_a_choice_that_is_not_there_is_an_error(columns, code):
    checked = load("email,Team,Extra,Extra", "ann@x.com,1,a,b", columns=columns)
    assert [finding.code for finding in checked.errors] == [code]
    assert "'email', 'Team'" in checked.findings[0].sentence


def test_two_columns_of_one_name_are_not_chosen_between():
    checked = load("email,team,team", "ann@x.com,1,2")
    assert codes(checked) == [("ambiguous-column", None)]
    assert "column B, column C" in checked.findings[0].sentence


def test_an_empty_column_does_not_stand_in_the_way():
    checked = load("email,team,Email Address,group", ",,ann@x.com,1")
    assert people(checked) == [("ann@x.com", "1", 2)]


def test_without_a_header_more_than_two_columns_are_asked_about():
    checked = load("ann@x.com,Ann,1", "bo@x.com,Bo,2")
    assert codes(checked) == [("no-team-column", None)]
    assert checked.names == ("column A", "column B", "column C")
    mapped = load("ann@x.com,Ann,1", "bo@x.com,Bo,2", columns=Columns(team="column C"))
    assert people(mapped) == [("ann@x.com", "1", 1), ("bo@x.com", "2", 2)]


def test_addresses_alone_are_asked_about():
    checked = load("ann@x.com", "bo@x.com")
    assert codes(checked) == [("no-team-column", None)]
    assert "no column beside" in checked.findings[0].sentence


def test_a_team_with_a_comma_and_no_quotation_marks_is_not_cut_quietly():
    checked = load("email,team", "ann@x.com,Rock, paper", "bo@x.com,Red")
    assert codes(checked) == [("extra-cells", 2)]
    headless = load("ann@x.com,Rock, paper", "bo@x.com,Red", "cy@x.com,Red")
    assert codes(headless) == [("extra-cells", 1)]


def test_columns_without_a_name_are_called_by_their_letters():
    checked = load(",".join(["email", "team", *[""] * 25, "x"]), "ann@x.com,1", "bo@x.com,2")
    assert checked.names[2:] == (
        *(f"column {c}" for c in string.ascii_uppercase[2:]),
        "column AA",
        "x",
    )


def test_a_long_question_is_found_by_its_full_text_and_by_what_is_shown():
    question = "Which of the many teams of this hackathon, if any, have you been told to join? " * 2
    lines = [f'email,"{question}"', "ann@x.com,1"]
    shown = load(*lines).names[1]
    assert len(shown) < len(question)
    for column in (question, shown):
        assert people(load(*lines, columns=Columns(team=column))) == [("ann@x.com", "1", 2)]


header_cells = st.one_of(
    st.sampled_from(["email", "team", "Team Name", "Team ID", "Team Members", "status", "..."]),
    st.sampled_from(["Team Member 1 Email", "Team Member 1 First Name", "Submitter Email"]),
    st.sampled_from(["Additional Team Member Count", "Project Title", "Project Status", ""]),
    st.sampled_from(["approval_status", "identifier", "\x1b[1m"]),
)
body_cells = st.one_of(
    st.sampled_from(["a@x.com", "b@x.com", "1", "02", "Red", "red", "", "Draft", "Untitled", "3"]),
    st.sampled_from(["approved", "cancelled", "x, y@x.com", "\x07", "é@ü.de", "\u2028"]),
    st.text(max_size=4),
)
choices = st.sampled_from([None, Columns(0, 1), Columns("email", None, "status"), Columns(None, 5)])


@given(
    st.lists(header_cells, max_size=6),
    st.lists(st.lists(body_cells, max_size=8), max_size=6),
    choices,
)
def test_no_table_breaks_the_check_or_loses_a_row(header, rows, columns):
    numbered = enumerate([header, *rows], start=1)
    table = roster.Table(tuple(roster.Row(n, tuple(cells)) for n, cells in numbered if any(cells)))
    checked = roster.check_table(table, columns=columns)
    for finding in checked.findings:
        assert (finding.sentence + finding.remedy + finding.value).isprintable()
    if any(finding.row is None for finding in checked.errors):
        return
    at = header_index(table.rows, columns)
    told = {p.row for p in checked.roster.participants} | {f.row for f in checked.findings}
    assert {row.number for i, row in enumerate(table.rows) if i != at} <= told
