#!/usr/bin/env python3
"""Broken variants of the runtime's lock-free headers, made from the headers themselves.

usage: broken_variants.py RUNTIME OUTPUT

For each variant writes OUTPUT/broken/NAME/HEADER, in the namespace troupe::model::broken::NAME.
What a variant changes is said as text of the header, white space aside; text that is not there
exactly once is an error, so that no variant outlives the line that it breaks.
"""

import re
import sys
from pathlib import Path

MAILBOX = "include/troupe/detail/mailbox.hpp"
RUN_QUEUE = "src/run_queue.hpp"
WORKER_QUEUES = "src/worker_queues.hpp"

# name: (header, [(text, instead), …])
VARIANTS = {
    # The mailbox
    "link_without_release": (MAILBOX, [
        ("previous->next.store(message, std::memory_order_release);",
         "previous->next.store(message, std::memory_order_relaxed);")]),
    "reservation_without_acquire": (MAILBOX, [
        ("word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,"
         " std::memory_order_relaxed)); if ((old",
         "word_.compare_exchange_weak(old, wanted, std::memory_order_release,"
         " std::memory_order_relaxed)); if ((old")]),
    "link_before_reservation": (MAILBOX, [
        ("std::uint64_t wanted = 0; do {",
         "Message* previous = tail_.exchange(message, std::memory_order_acq_rel);"
         " previous->next.store(message, std::memory_order_release);"
         " old = word_.load(std::memory_order_relaxed);"
         " std::uint64_t wanted = 0; do {"),
        ("if ((old & (active | held | count_mask)) == 0 && !message->type->urgent) {",
         "if (false) {"),
        ("Message* previous = tail_.exchange(message, std::memory_order_acq_rel);"
         " previous->next.store(message, std::memory_order_release); } return",
         "} return")]),
    "first_while_active": (MAILBOX, [
        ("(old & (active | held | count_mask)) == 0", "(old & (held | count_mask)) == 0")]),
    "schedules_twice": (MAILBOX, [
        ("return old & (active | held) ? pushed::accepted : pushed::accepted_first;",
         "return old & held ? pushed::accepted : pushed::accepted_first;")]),
    "parks_without_exchange": (MAILBOX, [
        ("if (word_.compare_exchange_weak(old, wanted, std::memory_order_acq_rel,"
         " std::memory_order_relaxed)) { return {parked",
         "if (word_.store(wanted, std::memory_order_release); true) { return {parked")]),
    "parks_though_signalled": (MAILBOX, [("if (!(old & signalled)) {", "{")]),
    "clears_signalled_last": (MAILBOX, [
        ("word_.fetch_and(~signalled, std::memory_order_acq_rel);"
         " Control* newest = control_.exchange(nullptr, std::memory_order_acq_rel);",
         "Control* newest = control_.exchange(nullptr, std::memory_order_acq_rel);"
         " word_.fetch_and(~signalled, std::memory_order_acq_rel);")]),
    # The queues
    "ring_without_exchange": (RUN_QUEUE, [
        ("if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel,"
         " std::memory_order_acquire)) {",
         "if (head_.store(head + 1, std::memory_order_release); true) {")]),
    "ring_reads_late": (RUN_QUEUE, [
        ("return cell; } } }",
         "cell = cells_[head % capacity].load(std::memory_order_relaxed); return cell; } } }")]),
    "ring_without_release": (RUN_QUEUE, [
        ("tail_.store(tail + 1, std::memory_order_seq_cst);",
         "tail_.store(tail + 1, std::memory_order_relaxed);")]),
    "list_only_released": (RUN_QUEUE, [
        ("any_.store(true, std::memory_order_seq_cst);",
         "any_.store(true, std::memory_order_release);")]),
    "keeps_what_it_stole": (RUN_QUEUE, [
        ("return oldest;", "if (oldest) ring_.push(*oldest); return nullptr;")]),
    # Sleeping and waking
    "parked_only_released": (WORKER_QUEUES, [
        ("parked_.store(true, std::memory_order_seq_cst);",
         "parked_.store(true, std::memory_order_release);")]),
    "parked_only_acquired": (WORKER_QUEUES, [
        ("if (!parked_.load(std::memory_order_seq_cst)) return false;",
         "if (!parked_.load(std::memory_order_acquire)) return false;")]),
    "no_second_look": (WORKER_QUEUES, [
        ("bool work = woken() || !pinned_elsewhere_.empty() || !pinned_.empty() ||"
         " next_.load(std::memory_order_relaxed);", "bool work = woken();"),
        ("work = all_.at(i).has_stealable();", "work = false;")]),
    "wakes_before_it_queues": (WORKER_QUEUES, [
        ("stealable_.push_from_elsewhere(ready); wake_if_parked();",
         "wake_if_parked(); stealable_.push_from_elsewhere(ready);")]),
}


def with_any_space(text):
    return re.compile(r"\s+".join(re.escape(word) for word in text.split()))


def broken(name, text, changes):
    for there, instead in changes:
        text, count = with_any_space(there).subn(lambda _: instead, text)
        if count != 1:
            sys.exit(f"broken_variants.py: {name}: found {count} times, not once: {there}")
    return text


def in_namespace(name, text):
    text, count = re.subn(r"^namespace troupe::detail \{$",
                          f"namespace troupe::model::broken::{name} {{\n"
                          "using troupe::detail::machine_sync;", text, flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"broken_variants.py: {name}: not one namespace troupe::detail")
    return text


def main(runtime, output):
    for name, (header, changes) in VARIANTS.items():
        folder = Path(output) / "broken" / name
        folder.mkdir(parents=True, exist_ok=True)
        # The queues of a worker include the run queue beside them.
        headers = [MAILBOX] if header == MAILBOX else [RUN_QUEUE, WORKER_QUEUES]
        for each in headers:
            text = (Path(runtime) / each).read_text()
            if each == header:
                text = broken(name, text, changes)
            (folder / Path(each).name).write_text(in_namespace(name, text))


if __name__ == "__main__":
    main(*sys.argv[1:])
