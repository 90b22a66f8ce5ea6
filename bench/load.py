"""Load from wrk, and what it measured. A wrong answer fails the run."""

import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local thread = 0
function setup(t) thread = thread + 1; t:set("seed", thread) end
function init() math.randomseed(seed) end
local headers = {%s}
function request() return wrk.format("GET", paths[math.random(#paths)], headers) end
function done(summary, latency)
  io.write(string.format("RESULT %%f %%f %%f %%d\\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.errors.status + summary.errors.connect
    + summary.errors.read + summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Measure:
    """Requests a second, and milliseconds of the median and the slowest hundredth."""

    rate: float
    median: float
    p99: float


def measure(
    origin: str,
    paths: list[str],
    headers: Mapping[str, str],
    *,
    seconds: int = 3,
    connections: int = 16,
) -> Measure:
    """One round of GETs of random paths. Raises RuntimeError for any wrong answer."""
    if shutil.which("wrk") is None:
        raise SystemExit("The bench needs wrk: install it with your system's packages.")
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "paths"
        listed.write_text("\n".join(paths))
        script = Path(folder) / "script.lua"
        script.write_text(SCRIPT % (listed, lua(headers)))
        command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "-s", script, origin]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT ([\d.]+) ([\d.]+) ([\d.]+) (\d+)", shown)
    if not found or int(found[4]):
        raise RuntimeError(f"wrong answers from {origin}:\n{shown}")
    return Measure(*(float(number) for number in found.groups()[:3]))


def lua(headers: Mapping[str, str]) -> str:
    return ", ".join(f'["{name}"] = "{value}"' for name, value in headers.items())


def middle(rounds: list[Measure]) -> Measure:
    """The median of each figure."""
    return Measure(
        rate=statistics.median(round.rate for round in rounds),
        median=statistics.median(round.median for round in rounds),
        p99=statistics.median(round.p99 for round in rounds),
    )
