#!/usr/bin/env python3
"""What an actor costs to compile: 50 handlers and 50 places that send, over an empty file that
includes <troupe/troupe.hpp>. CPU seconds of the compiler, the best of several runs.

usage: fifty_handlers.py [--compiler clang++-19] [--limit SECONDS] [--ratio-limit N] [FLAG…]

Exits 1 when the difference is over a limit: in seconds, or in times what the header alone takes.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

HANDLERS = 50
RUNS = 3
INCLUDE = Path(__file__).resolve().parents[2] / "runtime/include"
HEADER = "#include <troupe/troupe.hpp>\n"


def program():
    """A third of the messages is told, a third asked of a plain handler, a third of a coroutine."""
    messages, handlers, sends = [], [], []
    for n in range(HANDLERS):
        kind = n % 3
        reply = "" if kind == 0 else "using reply = int; "
        messages.append(f"struct message_{n} {{ {reply}int value; }};")
        if kind == 0:
            handlers.append(f"  void on(message_{n} m) {{ sum_ += m.value; }}")
            sends.append(f"    target_.tell(message_{n}{{{n}}});")
        elif kind == 1:
            handlers.append(f"  int on(message_{n} m) {{ return sum_ += m.value; }}")
        else:
            handlers.append(f"  troupe::task<int> on(message_{n} m) "
                            "{ co_return sum_ += m.value; }")
        if kind != 0:
            sends.append(f"    if (auto r = co_await target_.ask(message_{n}{{{n}}}, seconds)) "
                         "sum_ += *r;")
    newline = "\n"
    return f"""{HEADER}
inline constexpr troupe::duration seconds = std::chrono::seconds(1);
{newline.join(messages)}
class receiver final : public troupe::actor {{
 public:
{newline.join(handlers)}
 private:
  int sum_ = 0;
}};
struct go {{}};
class sender final : public troupe::actor {{
 public:
  explicit sender(troupe::ref<receiver> target) : target_(target) {{}}
  troupe::task<> on(go) {{
{newline.join(sends)}
  }}
 private:
  troupe::ref<receiver> target_;
  int sum_ = 0;
}};
void start(troupe::system& system) {{
  system.spawn<sender>(system.spawn<receiver>()).tell(go{{}});
}}
"""


def cpu_seconds(compiler, flags, text):
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "measured.cpp"
        source.write_text(text)
        command = [compiler, "-std=c++23", f"-I{INCLUDE}", *flags, "-c", str(source),
                   "-o", os.path.join(folder, "measured.o")]
        best = float("inf")
        for _ in range(RUNS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--compiler", default="clang++-19")
    parser.add_argument("--limit", type=float, default=float("inf"))
    parser.add_argument("--ratio-limit", type=float, default=float("inf"))
    options, flags = parser.parse_known_args()
    empty = cpu_seconds(options.compiler, flags, HEADER)
    full = cpu_seconds(options.compiler, flags, program())
    print(f"{options.compiler} {' '.join(flags)}: the header {empty:.2f} s, with {HANDLERS} "
          f"handlers and {HANDLERS} sends {full:.2f} s, so {full - empty:.2f} s over it, "
          f"{(full - empty) / empty:.2f} times the header")
    within = full - empty <= options.limit and full - empty <= options.ratio_limit * empty
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
