"""Names are legal for AWS, unique without case, independent of order, and stay."""

import json
import random
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_core import naming
from studio_core.errors import SettingsError

# The pattern as the service states it, written out again so that a slip in the module shows.
AWS_NAME = re.compile(r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")

# Names that were given before other scripts were transliterated: letter by letter (as ranges of
# code points, by what `a…z` with the letter between becomes), for addresses and for teams.
LATIN = json.loads(Path(__file__).with_name("latin_names.json").read_text(encoding="utf-8"))

# A few letters only, so that mailbox names collide often.
mailboxes = st.one_of(
    st.text(alphabet="abABéß.+-_'李а́ ", min_size=1, max_size=4),
    st.text(alphabet="ab", min_size=60, max_size=66),
    st.text(min_size=1, max_size=8),
)
emails = st.builds("{}@{}".format, mailboxes, st.sampled_from(["ai.se", "x.com", "Ö.org"]))
teams = st.one_of(
    st.integers(0, 12).map(str),
    st.text(alphabet="aAb B-_é李а́", min_size=1, max_size=5),
    st.text(alphabet="ab", min_size=55, max_size=70),
    st.text(min_size=1, max_size=20),
)


def profile_name(email, taken=()):
    [name] = naming.assign_profiles([email], {}, taken).values()
    return name


def space_name(team):
    return naming.assign_spaces([team], {})[team]


def folded(names):
    return [name.casefold() for name in names]


@given(emails)
def test_a_profile_name_is_legal(email):
    name = profile_name(email)
    assert AWS_NAME.fullmatch(name)
    assert len(name) <= 63


@given(emails, st.lists(emails, max_size=5))
def test_a_profile_name_avoids_all_that_is_taken(email, others):
    taken = [profile_name(other).upper() for other in [email, *others]]
    name = profile_name(email, taken)
    assert name.casefold() not in folded(taken)
    assert AWS_NAME.fullmatch(name)
    assert len(name) <= 63


def test_the_hash_grows_when_its_short_form_is_taken():
    short = profile_name("niklas@ai.se", {"niklas"})
    longer = profile_name("niklas@ai.se", {"niklas", short.upper()})
    assert re.fullmatch(r"niklas-[0-9a-f]{6}", short)
    assert re.fullmatch(rf"{short}[0-9a-f]", longer)


@given(st.lists(emails, max_size=12), st.randoms(use_true_random=False))
def test_profiles_are_unique_legal_and_independent_of_order(people, rng: random.Random):
    names = naming.assign_profiles(people, {})
    assert set(names) == {naming.normalise_email(email) for email in people}
    assert len(set(folded(names.values()))) == len(names)
    assert all(AWS_NAME.fullmatch(name) for name in names.values())
    shuffled = list(people)
    rng.shuffle(shuffled)
    assert naming.assign_profiles(shuffled, {}) == names


@given(st.lists(emails, max_size=8), st.lists(emails, max_size=8))
def test_people_added_later_leave_the_names_of_the_first_alone(first, later):
    known = naming.assign_profiles(first, {})
    names = naming.assign_profiles([*later, *first], known)
    assert {email: names[email] for email in known} == known
    assert len(set(folded(names.values()))) == len(names)


@given(st.lists(emails, min_size=1, max_size=8), st.lists(emails, max_size=8))
def test_the_name_of_somebody_who_left_is_not_given_away(left, stay):
    known = naming.assign_profiles(left, {})
    names = naming.assign_profiles(stay, known)
    for email, name in names.items():
        assert known.get(email) == name or name.casefold() not in folded(known.values())


@given(st.lists(emails, max_size=8), st.lists(emails, max_size=4))
def test_names_of_others_are_never_assigned(people, others):
    taken = [profile_name(other) for other in others]
    names = naming.assign_profiles(people, {}, taken)
    assert not set(folded(names.values())) & set(folded(taken))


def test_the_first_of_two_niklases_in_alphabetical_order_has_the_plain_name():
    names = naming.assign_profiles(["niklas@amazon.com", "Niklas@AI.se"], {})
    assert names["niklas@ai.se"] == "niklas"
    assert re.fullmatch(r"niklas-[0-9a-f]{6}", names["niklas@amazon.com"])


def test_a_participant_cannot_get_the_host_profile():
    host = naming.host_profile("hack")
    names = naming.assign_profiles(["hack-host@ai.se"], {}, [host])
    assert names["hack-host@ai.se"] != host


def test_a_known_address_keeps_its_name_whatever_its_case_and_even_when_taken():
    known = {"Ada@AI.se": "Ada-1"}
    assert naming.assign_profiles(["ada@ai.se"], known, ["ada-1"]) == {"ada@ai.se": "Ada-1"}


def test_two_known_addresses_with_one_name_do_not_share_it():
    names = naming.assign_profiles(["b@x.com", "a@x.com"], {"b@x.com": "Ada", "a@x.com": "ada"})
    assert names == {"a@x.com": "ada", "b@x.com": "b"}


def test_an_empty_known_name_counts_as_none():
    assert naming.assign_profiles(["a@x.com"], {"a@x.com": ""}) == {"a@x.com": "a"}


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("anna.berg@ai.se", "anna-berg"),
        ("Łukasz.Ångström+hack@x.com", "lukasz-angstrom-hack"),
        ("GRÜẞE_øre@x.com", "grusse-ore"),
        ("--a__b--@x.com", "a-b"),
        ("İpek@x.com", "ipek"),
        ("a" * 64 + "@x.com", "a" * 63),
        ("no-at-sign", "no-at-sign"),
    ],
)
def test_mailbox_names_become_readable_profile_names(email, name):
    assert profile_name(email) == name


def test_a_mailbox_name_without_letters_gets_a_name_of_its_own():
    names = naming.assign_profiles(["🎉@x.com", "★@x.com", "_@x.com", "ь@x.com"], {})
    assert len(set(names.values())) == 4
    assert all(re.fullmatch(r"participant-[0-9a-f]{6}", name) for name in names.values())


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("李雷", "lilei"),
        ("佐々木", "zuomu"),
        ("김민수", "gimminsu"),
        ("한글", "hangeul"),
        ("スーパー・ガギグ", "supa-gagigu"),
        ("ольга_щукина", "olga-shchukina"),
        ("їжак", "izhak"),
        ("αθήνα ομάδα", "athina-omada"),
        ("فريق ٣", "fryq-3"),
        ("עידן", "ydn"),
        ("हिन्दी", "hindi"),
        ("ทีมไทย", "thimaithy"),
        ("李-anna★", "li-anna"),
    ],
)
def test_other_scripts_are_transliterated(text, slug):
    for form in ("NFC", "NFD"):
        spelt = unicodedata.normalize(form, text)
        assert profile_name(f"{spelt}@x.com") == slug
        assert space_name(spelt) == f"team-{slug}"


def test_two_spellings_of_one_sound_are_told_apart():
    names = naming.assign_profiles(["李雷@x.com", "李蕾@x.com"], {})
    assert names["李蕾@x.com"] == "lilei"
    assert re.fullmatch(r"lilei-[0-9a-f]{6}", names["李雷@x.com"])
    spaces = naming.assign_spaces(["Команда", "Komanda"], {})
    assert spaces["Komanda"] == "team-komanda"
    assert re.fullmatch(r"team-komanda-[0-9a-f]{6}", spaces["Команда"])


def test_a_transliteration_does_not_take_the_plain_name_of_a_latin_one():
    names = naming.assign_profiles(["анх@x.com", "ạnh@x.com"], {})
    assert names["ạnh@x.com"] == "anh"
    host = naming.assign_profiles(["хост@x.com"], {}, ["Khost"])
    assert re.fullmatch(r"khost-[0-9a-f]{6}", host["хост@x.com"])


def latin_letters():
    for name, ranges in LATIN["letters"].items():
        for block in ranges.split():
            first, _, last = block.partition("-")
            for code in range(int(first, 16), int(last or first, 16) + 1):
                yield chr(code), name


def test_names_in_latin_script_stay_what_they_were():
    letters = list(latin_letters())
    assert len(letters) > 2500
    for letter, name in letters:
        assert profile_name(f"a{letter}z@x.com") == name, letter
        assert space_name(f"a{letter}z") == f"team-{name}", letter
    profiles = LATIN["profiles"]
    assert naming.assign_profiles(profiles, {}, ["anna", "jose"]) == profiles
    assert naming.assign_spaces(LATIN["spaces"], {}) == LATIN["spaces"]


def test_latin_addresses_are_named_without_loading_the_tables_of_other_scripts():
    program = (
        "import sys; from studio_core import naming; "
        "naming.assign_profiles(['Łukasz-Đặng★@x.com'], {});"
        "assert 'anyascii' not in sys.modules; "
        "assert naming.assign_spaces(['李'], {}) == {'李': 'team-li'}"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@given(st.text(max_size=12))
def test_normalising_an_email_twice_changes_nothing_more(text):
    once = naming.normalise_email(text)
    assert naming.normalise_email(once) == once
    assert once == unicodedata.normalize("NFC", once)


def test_one_address_has_one_form():
    assert naming.normalise_email(" \ufeffJose\u0301@X.com\u200b\n") == "josé@x.com"


@given(teams)
def test_a_space_name_is_legal(team):
    name = space_name(team)
    assert AWS_NAME.fullmatch(name)
    assert name.startswith("team-")


@given(st.lists(teams, max_size=10), st.randoms(use_true_random=False))
def test_spaces_are_unique_per_team_and_independent_of_order(names, rng: random.Random):
    spaces = naming.assign_spaces(names, {})
    assert set(spaces) == set(names)
    assert len(set(spaces.values())) == len({naming.team_key(team) for team in names})
    assert all(AWS_NAME.fullmatch(space) for space in spaces.values())
    shuffled = list(names)
    rng.shuffle(shuffled)
    assert naming.assign_spaces(shuffled, {}) == spaces


@given(st.lists(teams, max_size=6), st.lists(teams, max_size=6))
def test_teams_added_later_leave_the_spaces_of_the_first_alone(first, later):
    known = naming.assign_spaces(first, {})
    spaces = naming.assign_spaces([*later, *first], known)
    assert {team: spaces[team] for team in known} == known


def test_teams_with_one_slug_have_two_spaces():
    spaces = naming.assign_spaces(["A B", "a-b"], {})
    assert spaces["A B"] == "team-a-b"
    assert re.fullmatch(r"team-a-b-[0-9a-f]{6}", spaces["a-b"])


def test_a_team_spelt_in_another_case_keeps_its_space():
    assert naming.assign_spaces(["RED  team"], {"Red team": "team-x"}) == {"RED  team": "team-x"}


def test_a_space_of_somebody_else_is_not_given_to_a_team():
    assert naming.assign_spaces(["1"], {}, ["Team-1"])["1"] != "team-1"


@pytest.mark.parametrize(
    ("team", "name"),
    [("1", "team-1"), ("Röda laget!", "team-roda-laget"), ("x" * 80, "team-" + "x" * 58)],
)
def test_team_names_become_readable_space_names(team, name):
    assert space_name(team) == name


@given(st.lists(emails, max_size=8))
def test_personal_spaces_are_legal_unique_and_no_team_has_them(people):
    profiles = naming.assign_profiles(people, {}).values()
    spaces = {naming.personal_space_name(profile) for profile in profiles}
    assert len(spaces) == len(profiles)
    assert all(AWS_NAME.fullmatch(space) for space in spaces)
    assert not any(space.startswith("team-") for space in spaces)


def test_the_host_profile_fits_even_an_overlong_event():
    assert naming.host_profile("spring-hack") == "spring-hack-host"
    overlong = naming.host_profile("a" * 57 + "-bcdef")
    assert overlong == "a" * 57 + "-host"
    assert AWS_NAME.fullmatch(overlong)


@pytest.mark.parametrize("text", ["a", " Spring-Hack-2026 ", "a--b", "x" * 40])
def test_event_names_are_taken_in_lower_case(text):
    assert naming.check_event_name(text) == text.strip().lower()


@pytest.mark.parametrize("text", ["", "-a", "a-", "a b", "a_b", "å", "x" * 41, "a\nb"])
def test_other_event_names_are_refused_with_a_remedy(text):
    with pytest.raises(SettingsError) as caught:
        naming.check_event_name(text)
    assert "letters" in caught.value.remedy


def test_ten_thousand_namesakes_are_named_apart():
    people = [f"niklas@d{n}.com" for n in range(10_000)]
    assert len(set(naming.assign_profiles(people, {}).values())) == 10_000
