"""UTF-8 is sure, one bad byte spoils one row, and older encodings are told by their text."""

import subprocess
import sys

import pytest

from studio_core.roster import load_roster
from studio_core.roster.encoding import OLDER, UNREADABLE, decode

NAMES = {
    "cp1250": "Łukasz Wałęsa,Żaneta Gęś,Paweł Zięba,Świt,Dvořák Jiří,Šťastný,Kůň,Řehoř",
    "cp1251": "Ольга Щукина,Иван Чехов,Юрий Жуков,Ёжики,Спутник,Анна Эйхе,Код и чай",
    "cp1253": "Γιώργος Ψαρράς,Ελένη Ρήγα,Άννα Δήμου,Κύκλωπες,Ήλιος,Φως,Ομάδα Ένα",
    "cp1252": "Jürgen Groß,Zoë O\u2019Brien,José Núñez,Été “CAFÉ”,Søren Kjær,Þórður,Niccolò",
    "mac_roman": "François Crépin,Hélène L\u2019Hôte,Été “CAFÉ”,Noël,Benoît,À bientôt,Ça marche",
    "cp932": "佐藤太郎,鈴木花子,高橋さくら,チーム桜,東京ラボ,第一班,ハッカソン",
    "gb18030": "李雷,王小明,张丽娟,刘建国,红队,创新小组,未来之星,北京一队",
    "cp950": "陳雅婷,林志明,黃俊傑,紅隊,創新小組,夜貓子,臺北工坊",
    "cp949": "김민수,이지영,박현우,한글팀,첫눈,코딩왕,호랑이",
}
PEOPLE = [f"Åsa Öberg;p{number}@ai.se;Röda laget" for number in range(9)]


@pytest.mark.parametrize("encoding", NAMES)
def test_older_encodings_are_told_by_their_text(encoding):
    rows = [f"{name};p{n}@ai.se;1" for n, name in enumerate(NAMES[encoding].split(","))]
    text = "\r\n".join(["name;email;team", *rows])
    assert decode(text.encode(encoding)) == (text, OLDER[encoding])


def test_the_finding_names_the_encoding():
    teams = NAMES["cp1251"].split(",")
    text = "\n".join(["email,team", *(f"p{n}@ai.se,{team}" for n, team in enumerate(teams))])
    [finding] = load_roster(text.encode("cp1251")).findings
    assert finding.code == "encoding"
    assert "Windows-1251 (Cyrillic)" in finding.sentence


@pytest.mark.parametrize("text", ["Nerds™,Devs \u2013 East,Zoë", "Zoë Núñez", "Noè Foà,Così è"])
def test_a_few_words_are_too_little_to_leave_windows_1252(text):
    people = "".join(f"\np{number}@ai.se" for number in range(200))
    assert decode((text + people).encode("cp1252")) == (text + people, "Windows-1252")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_bad_byte_in_utf8_spoils_its_own_row_alone(mark):
    lines = [(mark + "name;email;team").encode(), *(line.encode() for line in PEOPLE)]
    lines[3] = PEOPLE[2].replace("Röda", "Rda").encode().replace(b"Rda", b"R\xf6da")
    lines[5] = PEOPLE[4].encode().replace(b"p4@", b"p\xe94@")
    checked = load_roster(b"\n".join(lines))
    assert [(f.severity, f.code, f.row) for f in checked.findings] == [
        ("error", "team-characters", 4),
        ("error", "email-syntax", 6),
    ]
    assert {person.team for person in checked.roster.participants} == {"Röda laget"}
    assert len(checked.roster.participants) == len(PEOPLE) - 2


def test_a_mark_makes_it_utf8_however_few_letters_are_sound():
    assert decode(b"\xef\xbb\xbfemail\nJos\xe9@ai.se") == (f"email\nJos{UNREADABLE}@ai.se", "")


def test_utf8_is_read_without_loading_the_detector():
    program = (
        "import sys; from studio_core.roster import load_roster;"
        "load_roster('email,team\\nå@ai.se,1'.encode());"
        "assert 'charset_normalizer' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
