"""Troupe and its peers: how each is built from the folder of its name, and run."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "bench/micro"
OUT = ROOT / "build/bench"
COUNTER = OUT / "libcount_allocations.so"
BUILD_SECONDS_MAX = 600
RUN_SECONDS_MAX = 60


class CannotRun(Exception):
    """Why a system cannot be built, or a workload of it not be run; for people."""


def call(command, what, seconds_max, **options):
    """What the command prints. Raises CannotRun with the last it said."""
    if shutil.which(command[0]) is None:
        raise CannotRun(f"{what}: {command[0]} is not installed")
    try:
        ran = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                             timeout=seconds_max, **options)
    except subprocess.TimeoutExpired:
        raise CannotRun(f"{what}: not done after {seconds_max} s") from None
    if ran.returncode != 0:
        said = (ran.stderr.strip() or ran.stdout.strip() or "no output").splitlines()
        raise CannotRun(f"{what}: exit code {ran.returncode}, {said[-1]}")
    return ran.stdout


class System:
    """One system. `command` runs its program, before the program's own arguments."""
    name = ""
    command = ()

    def build(self):
        """Makes the program. Raises CannotRun."""

    def arguments(self, *words):
        return [*self.command, *words]

    def workloads(self):
        return call(self.arguments("list"), "list", RUN_SECONDS_MAX).split()

    def run(self, workload, seconds):
        """The measured value. Raises CannotRun."""
        environment = dict(os.environ)
        if workload.startswith("allocations_"):
            environment["LD_PRELOAD"] = str(COUNTER)
        printed = call(self.arguments(workload, str(seconds)), workload, RUN_SECONDS_MAX,
                       env=environment)
        try:
            return float(json.loads(printed)["value"])
        except (ValueError, KeyError, TypeError):
            raise CannotRun(f"{workload}: printed {printed[:80]!r}") from None


class Troupe(System):
    name = "troupe"
    command = (ROOT / "build/release/bench/micro/troupe_bench_micro",)

    def build(self):
        if not (ROOT / "build/release/build.ninja").exists():
            call(["cmake", "--preset", "release"], "configuring", BUILD_SECONDS_MAX, cwd=ROOT)
        call(["cmake", "--build", "build/release", "-j2", "--target", "troupe_bench_micro"],
             "building", BUILD_SECONDS_MAX, cwd=ROOT)


class Caf(System):
    name = "caf"
    command = (OUT / "caf/micro",)

    def build(self):
        if not Path("/usr/include/caf/all.hpp").exists():
            raise CannotRun("building: libcaf-dev is not installed")
        sources = (HERE / "caf/main.cpp", HERE / "measure.hpp", HERE / "open_loop.hpp")
        if self.command[0].exists() and all(
                source.stat().st_mtime < self.command[0].stat().st_mtime for source in sources):
            return  # it takes seconds, and the others have caches of their own
        (OUT / "caf").mkdir(parents=True, exist_ok=True)
        call(["clang++-19", "-std=c++17", "-O3", "-DNDEBUG", HERE / "caf/main.cpp", "-o",
              self.command[0], "-lcaf_core", "-lpthread"], "building", BUILD_SECONDS_MAX)


class Tokio(System):
    """Offline, with the sources of Debian's Rust packages in the place of the usual ones."""
    name = "tokio"
    command = (OUT / "tokio/target/release/micro",)
    sources = Path("/usr/share/cargo/registry")

    def build(self):
        if not list(self.sources.glob("tokio-1.*")):
            raise CannotRun("building: librust-tokio-dev is not installed")
        # Copied, because cargo writes a lock file beside the manifest.
        shutil.copytree(HERE / "tokio", OUT / "tokio", dirs_exist_ok=True)
        call(["cargo", "build", "--release", "--offline",
              "--config", 'source.crates-io.replace-with="debian"',
              "--config", f'source.debian.directory="{self.sources}"'],
             "building", BUILD_SECONDS_MAX, cwd=OUT / "tokio")


class Go(System):
    name = "go"
    command = (OUT / "go/micro",)

    def build(self):
        (OUT / "go").mkdir(parents=True, exist_ok=True)
        call(["go", "build", "-o", self.command[0], "."], "building", BUILD_SECONDS_MAX,
             cwd=HERE / "go", env={**os.environ, "GOCACHE": str(OUT / "go/cache"),
                                   "GOFLAGS": "-mod=mod"})


class Erlang(System):
    name = "erlang"
    command = ("erl", "-noshell", "+S", "2:2", "+P", "2000000", "-pa", OUT / "erlang")

    def build(self):
        (OUT / "erlang").mkdir(parents=True, exist_ok=True)
        call(["erlc", "-o", OUT / "erlang", HERE / "erlang/micro.erl"], "building",
             BUILD_SECONDS_MAX)

    def arguments(self, *words):
        quoted = ",".join(f'"{word}"' for word in words if re.fullmatch(r"[\w.]+", word))
        return [*self.command, "-eval", f"micro:main([{quoted}])."]


SYSTEMS = [Troupe(), Caf(), Tokio(), Go(), Erlang()]


def build_counter():
    """The library that counts allocations; see count_allocations.c."""
    OUT.mkdir(parents=True, exist_ok=True)
    call(["clang-19", "-O2", "-shared", "-fPIC", HERE / "count_allocations.c", "-o", COUNTER],
         "building", BUILD_SECONDS_MAX)
