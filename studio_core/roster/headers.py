"""Find the header of a table, and the known names of columns.

The names are those in exports (Devpost, Eventbrite, Luma, Unstop, Google Forms, GitHub
Classroom and its successor) and those that people write by hand in several languages. They
are compared without case, space and punctuation: `E-mail`, `email_` and `EMAIL` are equal.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_core.roster.read import Row

# In order of preference: where a file has several, the first is read.
EMAIL_NAMES = (
    *("email", "emailaddress", "emailid", "mail", "mailaddress", "emails", "youremail"),
    *("submitteremail", "candidatesemail", "candidateemail", "candidateemailaddress"),
    *("attendeeemail", "participantemail", "participantsemail", "studentemail", "useremail"),
    *("memberemail", "contactemail", "workemail", "schoolemail", "universityemail"),
    *("epost", "epostadress", "epostadresse", "mejl", "mejladress", "mailadresse", "mailadress"),
    *("emailadresse", "emailadress", "adresseemail", "courriel", "adressemail", "correo"),
    *("correoelectrónico", "correoelectronico", "email地址", "sähköposti", "indirizzoemail"),
    *("adresemail", "почта", "электроннаяпочта", "メールアドレス", "邮箱", "电子邮件", "이메일"),
)
# Read only when no better column exists, and only if it contains addresses.
EMAIL_LAST = ("buyeremail", "identifier", "rosteridentifier", "username", "login")
TEAM_NAMES = (
    *("team", "teamnumber", "teamno", "teamnr", "teamnum", "teamname", "nameofteam"),
    *("nameoftheteam", "yourteam", "yourteamname", "assignedteam"),
    *("lag", "lagnummer", "lagnr", "lagnamn", "equipo", "équipe", "equipe", "nomdeléquipe"),
    *("mannschaft", "teamnummer", "squadra", "tiimi", "joukkue", "hold", "команда"),
    *("チーム", "チーム名", "团队", "队伍", "팀"),
    *("table", "tablenumber", "tableno", "bord", "bordsnummer", "tisch", "tischnummer"),
    *("group", "groupname", "groupnumber", "groupno", "grupp", "gruppnummer", "gruppe"),
    *("gruppenname", "gruppennummer", "groupe", "grupo", "gruppo", "группа"),
    *("teamid", "groupid", "projecttitle", "submissiontitle", "projectname", "project"),
)
TEAM_ID_NAMES = ("teamid", "groupid")
STATUS_NAMES = (
    *("approvalstatus", "attendeestatus", "registrationstatus", "applicationstatus"),
    *("rsvpstatus", "orderstatus", "ticketstatus", "status"),
)
PROJECT_STATUS_NAMES = ("projectstatus",)
LIST_NAMES = ("teammembers", "members", "teammates", "memberemails", "teammemberemails")
COUNT_NAMES = ("additionalteammembercount",)

_LOOKS_LIKE_ADDRESS = re.compile(r"\s*[^\s@]+@[^\s@]+\s*")
_HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Columns:
    """An organiser's choice of columns: a header's text, or an index from 0.

    None means to find the column by its name.
    """

    email: str | int | None = None
    team: str | int | None = None
    status: str | int | None = None


def key(text: str) -> str:
    """Return the form in which headers are compared: letters and digits only, without case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in unicodedata.normalize("NFC", folded) if c.isalnum())


def letter(index: int) -> str:
    """Return a column's name in a spreadsheet: `column A` for 0, `column AA` for 26."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return f"column {name}"


def looks_like_address(cell: str) -> bool:
    """Return whether a cell is meant as an e-mail address, valid or not."""
    return _LOOKS_LIKE_ADDRESS.fullmatch(cell) is not None


def header_index(rows: Sequence[Row], wanted: Columns | None) -> int | None:
    """Return the index of the header among the first rows, or None when the file has none.

    A row is a header when it has a known name or one that the organiser chose. Otherwise the
    first row is the header, unless it contains an address or a number.
    """
    given = {key(name) for name in _given(wanted)}
    known = {*EMAIL_NAMES, *EMAIL_LAST} | given
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        if any(looks_like_address(cell) for cell in row.cells):
            break
        if known & {key(cell) for cell in row.cells}:
            return index
    first = rows[0].cells
    if any(looks_like_address(cell) or cell.strip().isdecimal() for cell in first):
        return None
    return 0


def _given(wanted: Columns | None) -> list[str]:
    if wanted is None:
        return []
    return [name for name in (wanted.email, wanted.team, wanted.status) if isinstance(name, str)]
