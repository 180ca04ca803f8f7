"""What is looked at before anything is created: account, domain, quotas."""

from __future__ import annotations

import pytest

from studio_core.config import Settings
from studio_core.insight.readiness import (
    CheckState,
    Need,
    check_domain,
    check_identity,
    check_quotas,
    needs,
)
from studio_core.model.people import Participant, Roster
from studio_core.model.studio import Domain, Identity, Ownership, Profile, Snapshot, Space

HERE = Identity("123456789012", "eu-west-1", "d-1", "arn:aws:iam::123456789012:user/ana")
OURS, OTHER = Ownership.OURS, Ownership.OTHER
NAMES = {
    "profiles": "Maximum number of user profiles allowed per account",
    "spaces": "Maximum number of spaces allowed per account",
    "apps": "Maximum number of running Studio apps allowed per account",
    "instance": "Studio JupyterLab Apps running on ml.t3.medium instances",
    "ebs": "Total EBS volume size per account",
}


def roster(people: int, teams: int) -> Roster:
    return Roster(
        tuple(Participant(f"p{n}@example.com", str(n % teams + 1)) for n in range(people))
    )


def snapshot(profiles: tuple[Ownership, ...] = (), spaces: tuple[Ownership, ...] = ()) -> Snapshot:
    return Snapshot(
        HERE,
        "demo",
        tuple(Profile(f"p{n}", "InService", whose) for n, whose in enumerate(profiles)),
        tuple(Space(f"s{n}", "InService", ownership=whose) for n, whose in enumerate(spaces)),
    )


def domain(mode: str = "IAM", status: str = "InService") -> Domain:
    return Domain("d-1", "hack", status, mode)


def test_credentials_of_another_account_are_refused_and_both_are_named():
    check = check_identity(Settings(account="999999999999"), HERE)
    assert check.state is CheckState.ERROR
    assert "123456789012" in check.sentence
    assert "999999999999" in check.sentence
    assert check.title == "Credentials"


@pytest.mark.parametrize("account", ["", "123456789012"])
def test_the_right_account_or_none_in_the_settings_is_well(account: str):
    check = check_identity(Settings(account=account), HERE)
    assert check.state is CheckState.OK
    assert f"{HERE.arn} in eu-west-1" in check.sentence


def test_only_a_domain_in_iam_mode_that_is_ready_will_do():
    assert check_domain(domain()).state is CheckState.OK
    single = check_domain(domain(mode="SSO"))
    assert (single.state, "IAM Identity Center" in single.sentence) == (CheckState.ERROR, True)
    waiting = check_domain(domain(status="Updating"))
    assert (waiting.state, "Updating" in waiting.sentence) == (CheckState.ERROR, True)
    assert {check.title for check in (check_domain(domain()), single, waiting)} == {"Domain"}


def test_a_team_shares_a_space_and_the_host_needs_a_profile():
    need = needs(roster(7, 3), snapshot(), ebs_gb=5, personal=False)
    assert need == Need(profiles=8, spaces=3, ebs_gb=15)


def test_with_personal_spaces_everybody_has_one_and_nobody_hosts():
    need = needs(roster(7, 3), snapshot(), ebs_gb=5, personal=True)
    assert need == Need(profiles=7, spaces=7, ebs_gb=35)


def test_what_the_event_has_is_not_needed_again_and_what_others_have_is():
    seen = snapshot((OURS, OURS, OTHER), (OURS, OTHER))
    assert needs(roster(7, 3), seen, ebs_gb=5, personal=False) == Need(6, 2, 10)


def test_an_event_that_has_more_than_it_needs_needs_nothing():
    seen = snapshot((OURS,) * 9, (OURS,) * 9)
    assert needs(roster(7, 3), seen, ebs_gb=5, personal=False) == Need(0, 0, 0)


def test_each_limit_is_compared_with_what_the_domain_has_and_what_is_added():
    """Everybody's profiles and spaces count, and each space is to run an app on an instance."""
    seen = snapshot((OURS, OTHER), (OURS, OTHER, OTHER))
    need = Need(profiles=10, spaces=4, ebs_gb=20)
    just = {"profiles": 12.0, "spaces": 7.0, "apps": 7.0, "instance": 7.0, "ebs": 20.0}
    checks = check_quotas(need, seen, just, NAMES)
    assert [check.state for check in checks] == [CheckState.OK] * 5
    for key, limit in just.items():
        short = check_quotas(need, seen, {**just, key: limit - 1}, NAMES)
        bad = [check for check in short if check.state is not CheckState.OK]
        assert len(bad) == 1
        assert f"{limit:g} wanted, and the account allows {limit - 1:g}" in bad[0].sentence
        assert f"Ask for {limit:g} in Service Quotas under “{NAMES[key]}”" in bad[0].remedy
        hard = key in {"profiles", "spaces"}
        assert bad[0].state is (CheckState.ERROR if hard else CheckState.WARNING)
        assert ("not all teams can run at once" in bad[0].sentence) is not hard


def test_a_limit_that_cannot_be_read_is_a_warning_with_what_is_wanted():
    checks = check_quotas(Need(3, 2, 10), snapshot(), {"profiles": None, "ebs": 100.0}, NAMES)
    said = {check.title: (check.state, check.sentence.rpartition(" ")[2]) for check in checks}
    assert said["Quota: user profiles"] == (CheckState.WARNING, "3.")
    assert said["Quota: spaces"] == (CheckState.WARNING, "2.")
    assert said["Quota: EBS volume size"][0] is CheckState.OK


def test_titles_are_short_names_of_the_quotas():
    checks = check_quotas(Need(1, 1, 1), snapshot(), {}, {**NAMES, "ebs": "ebs"})
    assert [check.title for check in checks] == [
        "Quota: user profiles",
        "Quota: spaces",
        "Quota: apps",
        "Quota: JupyterLab Apps running on ml.t3.medium instances",
        "Quota: ebs",
    ]
    (renamed, *_) = check_quotas(Need(1, 1, 1), snapshot(), {}, {})
    assert renamed.title == "Quota: profiles"
