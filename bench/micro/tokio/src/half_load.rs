//! What open_loop.hpp is to the programs in C++: latency under load that comes whatever has become
//! of the last.
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::workloads::two_workers;

const RECEIVERS: usize = 100;
const BURST_NS: u64 = 50_000;
const BUCKETS: usize = 320;

extern "C" {
    fn prctl(option: i32, value: u64, ...) -> i32;
}

/// Since `base`; never 0, which stands for a message that is not measured.
fn nanoseconds(base: Instant) -> u64 {
    base.elapsed().as_nanos() as u64 + 1
}

fn bucket_of(took: u64) -> usize {
    if took == 0 {
        return 0;
    }
    let power = 63 - took.leading_zeros() as usize;
    (power * 8 + ((took << 3 >> power) & 7) as usize).min(BUCKETS - 1)
}

pub fn half_load(seconds: f64, share: f64) -> f64 {
    let base = Instant::now();
    let runtime = two_workers();
    let counts: Vec<_> = (0..RECEIVERS).map(|_| Arc::new(AtomicU64::new(0))).collect();
    let mut mailboxes = Vec::new();
    let mut measured = Vec::new();
    for count in &counts {
        let (to, mut mailbox) = mpsc::channel::<u64>(1000);
        let count = count.clone();
        mailboxes.push(to);
        measured.push(runtime.spawn(async move {
            let mut buckets = [0u64; BUCKETS];
            while let Some(due) = mailbox.recv().await {
                if due != 0 {
                    buckets[bucket_of(nanoseconds(base) - due)] += 1;
                }
                count.store(count.load(Ordering::Relaxed) + 1, Ordering::Release);
            }
            buckets
        }));
    }
    const SET_TIMER_SLACK: i32 = 29;
    unsafe { prctl(SET_TIMER_SLACK, 1u64) };
    let mut sent = 0u64;
    let put = |sent: &mut u64, due: u64| {
        let to = &mailboxes[*sent as usize % RECEIVERS];
        while to.try_send(due).is_err() {
            std::thread::yield_now();
        }
        *sent += 1;
    };
    let wait_until_handled = |sent: u64| {
        while counts.iter().map(|count| count.load(Ordering::Acquire)).sum::<u64>() < sent {
            std::thread::yield_now();
        }
    };

    let began = nanoseconds(base);
    let half = (seconds / 2.0 * 1e9) as u64;
    while nanoseconds(base) - began < half {
        for _ in 0..10 * RECEIVERS {
            put(&mut sent, 0);
        }
    }
    wait_until_handled(sent);
    let per_ns = sent as f64 / (nanoseconds(base) - began) as f64;

    let already = sent;
    let began = nanoseconds(base);
    let mut due = BURST_NS;
    while due < 2 * half {
        let now = nanoseconds(base);
        if now < began + due {
            std::thread::sleep(Duration::from_nanos(began + due - now));
        }
        let wanted = (due as f64 * per_ns / 2.0) as u64;
        while sent - already < wanted {
            put(&mut sent, began + due);
        }
        due += BURST_NS;
    }
    wait_until_handled(sent);
    drop(mailboxes);

    let mut sum = [0u64; BUCKETS];
    for receiver in measured {
        let buckets = runtime.block_on(receiver).unwrap();
        sum.iter_mut().zip(buckets).for_each(|(into, count)| *into += count);
    }
    let rank = (share * sum.iter().sum::<u64>() as f64) as u64;
    let mut below = 0;
    for (bucket, count) in sum.iter().enumerate() {
        below += count;
        if below > rank {
            let power = (1u64 << (bucket / 8)) as f64;
            return power * (1.0 + (bucket % 8 + 1) as f64 / 8.0) / 1000.0;
        }
    }
    0.0
}
