"""Random sequences of what organisers, participants and strangers do, each judged at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from studio_core.errors import StudioError
from tests.chaos.cast import PEOPLE
from tests.chaos.choices import (
    DEEDS_ALONE,
    acts,
    events,
    numbers,
    organisers,
    people,
    skews,
    teams,
    weathers,
)
from tests.chaos.deeds import Act, Deeds
from tests.chaos.goals import forgets_spaces, misleads
from tests.chaos.oracle import judge
from tests.chaos.orders import OTHERS, Happened, Order, Shown
from tests.chaos.stage import Stage
from tests.chaos.state import read_rows, read_state
from tests.chaos.world import TABLES

if TYPE_CHECKING:
    from studio_core.engine.run import Proposal
    from tests.chaos.world import World

MOST_PEOPLE = 6


class ViolationError(AssertionError):
    """Something that must always be true was not; the message tells the whole sequence."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A sequence that broke a rule, in words, and how to see it again."""

    wrong: str
    story: tuple[str, ...]
    seed: int | None = None

    def __str__(self) -> str:
        lines = [self.wrong, "The sequence:", *(f"  {line}" for line in self.story)]
        if self.seed is not None:
            lines.append(f"To replay: python -m tests.chaos --replay {self.seed}")
        return "\n".join(lines)


class Chaos(RuleBasedStateMachine):
    """Two events on a domain, two organisers, and everybody else."""

    world: ClassVar[World]
    failures: ClassVar[list[Failure]] = []
    """Every failure seen in this process, those met while shrinking included."""
    sequences: ClassVar[int] = 0
    runs: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.story: list[str] = []
        self.shown: dict[str, Shown] = {}

    def teardown(self) -> None:
        self.world.end()

    @initialize(
        spring=st.dictionaries(people, teams, min_size=1, max_size=4),
        autumn=st.dictionaries(people, teams, max_size=2),
        skew=skews,
        personal=st.booleans(),
    )
    def begin(
        self, spring: dict[str, str], autumn: dict[str, str], skew: float, personal: bool
    ) -> None:
        Chaos.sequences += 1
        self.world.begin({"bo": skew})
        self.stage = Stage(self.world, self.story.append)
        self.deeds = Deeds(self.world, self.story.append)
        for event, roster in (("spring", spring), ("autumn", autumn)):
            self.stage.events[event].roster.update(roster)
            self.tell(f"the roster of {event}: {_listed(roster)}")
        self.stage.events["spring"].personal = personal
        if personal:
            self.tell("spring has personal spaces")
        if skew:
            self.tell(f"the clock of bo is {abs(skew):.0f} s {'fast' if skew > 0 else 'slow'}")

    # What organisers write into their files and settings

    @rule(event=events, email=people, team=teams)
    def joins(self, event: str, email: str, team: str) -> None:
        roster = self.stage.events[event].roster
        if email in roster or len(roster) < MOST_PEOPLE:
            roster[email] = team
            self.tell(f"{email} is now in team {team} of {event}")

    @rule(event=events, number=numbers)
    def leaves(self, event: str, number: int) -> None:
        roster = self.stage.events[event].roster
        if len(roster) > 1:
            gone = sorted(roster)[number % len(roster)]
            del roster[gone]
            self.tell(f"{gone} is no longer in the roster of {event}")

    @rule(event=events, number=numbers, into=teams)
    def merges(self, event: str, number: int, into: str) -> None:
        roster = self.stage.events[event].roster
        found = sorted(set(roster.values()))
        if found:
            old = found[number % len(found)]
            roster.update({email: into for email, team in roster.items() if team == old})
            self.tell(f"the team {old} of {event} is now {into}")

    @rule(event=events, setting=st.sampled_from(("personal", "app type", "table")))
    def changes_setting(self, event: str, setting: str) -> None:
        model = self.stage.events[event]
        if setting == "personal":
            model.personal = not model.personal
            self.tell(f"{event} now has {'personal' if model.personal else 'team'} spaces")
        elif setting == "app type":
            model.app_type = "CodeEditor" if model.app_type == "JupyterLab" else "JupyterLab"
            self.tell(f"{event} now uses {model.app_type}")
        else:
            model.table = TABLES[1 - TABLES.index(model.table)]
            self.tell(f"{event} now uses the table {model.table}")

    @rule(event=events, number=numbers, capitals=st.booleans())
    def has_old_row(self, event: str, number: int, capitals: bool) -> None:
        """A person the first generation of the tool set up: no event, no tags."""
        email = PEOPLE[number % len(PEOPLE)]
        key = email.title() if capitals else email
        model = self.stage.events[event]
        if any(row.person == email for row in read_rows(self.world, model.table)):
            return
        item = {"pk": key, "team": "1", "domain-id": self.world.domain_id}
        self.world.table.put_item(
            TableName=model.table, Item={name: {"S": value} for name, value in item.items()}
        )
        self.tell(f"the first tool left the row {key} in {model.table}")
        profile = "".join(c for c in key.partition("@")[0] if c.isascii() and c.isalnum())
        if profile and ("profile", profile.casefold()) not in read_state(self.world).things:
            self.world.make_profile(profile)
            self.tell(f"  and the profile {profile}, without tags")

    # What people and others do while no run goes on

    @rule(event=events, number=numbers, deed=st.sampled_from(DEEDS_ALONE))
    def somebody_acts(self, event: str, number: int, deed: str) -> None:
        self.deeds.do(deed, event, self.stage.events[event].table, number)
        self.deeds.finish()

    # What organisers run

    @rule(
        who=organisers, event=events, remove=st.booleans(), weather=weathers, doing=acts("sets up")
    )
    def sets_up(
        self, who: str, event: str, remove: bool, weather: str, doing: tuple[Act, ...]
    ) -> None:
        happened = self.run(Order(who, event, "removal" if remove else "setup", weather, doing))
        undisturbed = not (happened.deeds & OTHERS or happened.nested)
        if happened.report is not None and happened.report.ok and undisturbed:
            self.is_settled(happened)

    def is_settled(self, happened: Happened) -> None:
        """Setup applied twice is empty, and forgets nothing."""
        proposal = self.stage.show(happened.order).proposal
        if not proposal.plan.empty:
            first = proposal.plan.changes[0]
            self.fail(f"a second setup would {first.action} {first.kind} {first.name}")
        mentioned = {step.name.casefold() for step in proposal.plan.steps}
        self.check(list(forgets_spaces(happened, mentioned)))

    @rule(who=organisers, event=events, weather=weathers, doing=acts("takes down"))
    def purges(self, who: str, event: str, weather: str, doing: tuple[Act, ...]) -> None:
        self.is_set_up(event)
        self.run(Order(who, event, "purge", weather, doing))

    @rule(who=organisers, event=events, doing=acts("takes down"))
    def purges_domain(self, who: str, event: str, doing: tuple[Act, ...]) -> None:
        self.is_set_up(event)
        self.run(Order(who, event, "domain", "calm", doing))

    @rule(who=organisers, event=events, weather=weathers, doing=acts("starts"))
    def starts_apps(self, who: str, event: str, weather: str, doing: tuple[Act, ...]) -> None:
        self.is_set_up(event)
        self.run(Order(who, event, "start", weather, doing))

    @rule(who=organisers, event=events, weather=weathers, doing=acts("takes down"))
    def stops_apps(self, who: str, event: str, weather: str, doing: tuple[Act, ...]) -> None:
        self.is_set_up(event)
        self.run(Order(who, event, "stop", weather, doing))

    @rule(who=organisers, event=events, purpose=st.sampled_from(("setup", "removal", "purge")))
    def looks(self, who: str, event: str, purpose: str) -> None:
        order = Order(who, event, purpose)
        self.world.settle()
        self.shown[who] = self.stage.show(order)
        self.tell(f"{who} looks at a plan and does not start it yet: {order}")

    @rule(who=organisers, doing=acts("sets up"))
    def starts_what_was_shown(self, who: str, doing: tuple[Act, ...]) -> None:
        if who in self.shown:
            shown = self.shown.pop(who)
            self.run(replace(shown.order, acts=doing), shown)

    @rule(who=organisers, event=events)
    def presses_twice(self, who: str, event: str) -> None:
        """Two tabs of one dashboard start the same thing at once."""
        self.tell(f"{who} sets up {event} from two tabs at once")
        self.world.settle()
        order = Order(who, event, "setup")
        hackathon = self.stage.hackathon(who, event)
        proposals = [self.stage.show(order).proposal for _ in range(2)]
        gate = threading.Barrier(2)
        ended: list[object] = []

        def press(proposal: Proposal) -> None:
            gate.wait()
            try:
                run = hackathon.start(proposal)
                run.join(10)
                ended.append(run.report or run.error)
            except StudioError as error:
                ended.append(error)

        tabs = [threading.Thread(target=press, args=[each]) for each in proposals]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
        reports = [each for each in ended if not isinstance(each, BaseException)]
        current = hackathon.current_run()
        if not reports:
            self.fail(f"both tabs see an error: {ended}")
        if current is None or current.report not in reports:
            self.fail("the run that was refused hides the one that ran")

    @rule(who=organisers, event=events)
    def hands_out_links(self, who: str, event: str) -> None:
        self.is_set_up(event)
        self.tell(f"{who} hands out the links of {event}")
        self.world.settle()
        mark = len(self.world.recorder.calls)
        links = list(self.stage.hackathon(who, event).links())
        calls = self.world.recorder.calls[mark:]
        table = self.stage.events[event].table
        self.check(list(misleads(event, table, links, calls, read_state(self.world))))

    @rule(who=organisers, event=events, wrong=st.sampled_from(("table", "domain")))
    def mistypes_settings(self, who: str, event: str, wrong: str) -> None:
        """A table that is not there must not be purged, a domain that is not there not set up."""
        purpose = {"table": "purge", "domain": "setup"}[wrong]
        self.tell(f"{who} mistypes the {wrong} and runs {purpose} of {event}")
        self.world.settle()
        mark = len(self.world.recorder.calls)
        self.stage.run_mistyped(Order(who, event, purpose), wrong)
        for call in self.world.recorder.calls[mark:]:
            made = call.done and call.operation == "CreateTable"
            if call.who == who and (call.writes or made):
                self.fail(f"with a mistyped {wrong}, {purpose} calls {call.operation}")

    def is_set_up(self, event: str) -> None:
        model = self.stage.events[event]
        if model.roster and not any(
            row.event == event for row in read_rows(self.world, model.table)
        ):
            self.run(Order("ana", event, "setup"))

    def run(self, order: Order, shown: Shown | None = None) -> Happened:
        Chaos.runs += 1
        happened = self.stage.carry_out(order, shown)
        self.check(list(judge(happened)))
        return happened

    def tell(self, line: str) -> None:
        self.story.append(line)

    def check(self, wrong: list[str]) -> None:
        if wrong:
            self.fail(wrong[0], *wrong[1:4])

    def fail(self, wrong: str, *also: str) -> None:
        story = (*self.story, *(f"(also: {each})" for each in also))
        failure = Failure(wrong, story)
        Chaos.failures.append(failure)
        raise ViolationError(str(failure))


def _listed(roster: dict[str, str]) -> str:
    return ", ".join(f"{email} in {team}" for email, team in roster.items()) or "nobody"
