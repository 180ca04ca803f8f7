"""The sandbox as commands start it: options to a server with demo data and its variables."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_core.cli.processes.ports import LOOPBACK, taken
from studio_core.errors import SettingsError, StudioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

REGION = "eu-west-1"


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of sandbox is wanted; `faults` are fields of `sandbox.serving.faults.Faults`.

    `timescale` multiplies every wait. With `empty`, there are a domain and a table and nobody.
    The file `scenario` plays once the demo data is in place.
    """

    port: int = 0
    timescale: float = 1.0
    participants: int = 60
    teams: int = 12
    empty: bool = False
    state_file: Path | None = None
    faults: Mapping[str, float | None] | None = None
    region: str = REGION
    scenario: Path | None = None


@contextmanager
def simulated(wish: Wish) -> Iterator[dict[str, str]]:
    """Run a sandbox with its demo data; give the variables that lead to it.

    Raises:
        SettingsError: The port is taken, or a value cannot be right.
        StudioError: The sandbox is not installed.
    """
    try:
        from studio_core.sandbox import demo  # noqa: PLC0415 - moto is slow to import
        from studio_core.sandbox.serving import faults, scenario, server  # noqa: PLC0415 - the same
    except ImportError as error:
        raise StudioError(
            f"The sandbox is not installed: {error.name or 'a package'} is missing.",
            "Install it with: pip install 'studio-cli[sandbox]'",
        ) from error
    try:
        played = None if wish.scenario is None else scenario.read_scenario(wish.scenario)
    except (OSError, scenario.ScenarioError) as error:
        raise SettingsError(f"{error}.", "Correct the scenario file.") from error
    given = {name: value for name, value in (wish.faults or {}).items() if value is not None}
    saved = wish.state_file is not None and wish.state_file.exists()
    sandbox = server.SandboxServer(
        port=wish.port,
        host=LOOPBACK,
        faults=faults.Faults.from_dict(given),
        timescale=wish.timescale,
        state_file=wish.state_file,
    )
    try:
        sandbox.start()
    except OSError as error:
        if error.filename is not None:
            raise SettingsError(
                f"{error.filename} cannot be read: {error.strerror}.", "Choose another --state."
            ) from error
        raise taken(wish.port, LOOPBACK, error) from error
    except ValueError as error:
        raise SettingsError(f"{error}.", "Correct the option that it names.") from error
    try:
        where = demo.find_demo(sandbox.url, region=wish.region) if saved else None
        if where is None:
            where = demo.seed_demo(
                sandbox.url,
                participants=wish.participants,
                teams=wish.teams,
                region=wish.region,
                empty=wish.empty,
            )
        if played is not None:
            sandbox.play(played)
        yield {
            **sandbox.environment(wish.region),
            "STUDIO_REGION": where.region,
            "STUDIO_DOMAIN_ID": where.domain_id,
            "STUDIO_TABLE_NAME": where.table_name,
            "STUDIO_EVENT": where.event,
            "STUDIO_ACCOUNT": sandbox.account,
        }
    finally:
        sandbox.stop()
