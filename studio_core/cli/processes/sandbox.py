"""Run the sandbox with demo data."""

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
class SandboxOptions:
    """Options of a sandbox; `faults` are fields of `sandbox.serving.faults.Faults`.

    `timescale` multiplies every wait. `empty` starts with a domain and a table, without people.
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
def running_sandbox(options: SandboxOptions) -> Iterator[dict[str, str]]:
    """Run a sandbox with demo data; yield the environment variables that address it.

    Raises:
        SettingsError: The port is taken, or an option is invalid.
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
        played = None if options.scenario is None else scenario.read_scenario(options.scenario)
    except (OSError, scenario.ScenarioError) as error:
        raise SettingsError(f"{error}.", "Correct the scenario file.") from error
    given = {name: value for name, value in (options.faults or {}).items() if value is not None}
    saved = options.state_file is not None and options.state_file.exists()
    sandbox = server.SandboxServer(
        port=options.port,
        host=LOOPBACK,
        faults=faults.Faults.from_dict(given),
        timescale=options.timescale,
        state_file=options.state_file,
    )
    try:
        sandbox.start()
    except OSError as error:
        if error.filename is not None:
            raise SettingsError(
                f"{error.filename} cannot be read: {error.strerror}.", "Choose another --state."
            ) from error
        raise taken(options.port, LOOPBACK, error) from error
    except ValueError as error:
        raise SettingsError(f"{error}.", "Correct the option that it names.") from error
    try:
        where = demo.find_demo(sandbox.url, region=options.region) if saved else None
        if where is None:
            where = demo.seed_demo(
                sandbox.url,
                participants=options.participants,
                teams=options.teams,
                region=options.region,
                empty=options.empty,
            )
        if played is not None:
            sandbox.play(played)
        yield {
            **sandbox.environment(options.region),
            "STUDIO_REGION": where.region,
            "STUDIO_DOMAIN_ID": where.domain_id,
            "STUDIO_TABLE_NAME": where.table_name,
            "STUDIO_EVENT": where.event,
            "STUDIO_ACCOUNT": sandbox.account,
        }
    finally:
        sandbox.stop()
