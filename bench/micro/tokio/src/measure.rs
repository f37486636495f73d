//! What measure.hpp is to the programs in C++: the same way of measuring, the same command line.
use std::os::raw::{c_char, c_void};
use std::time::Instant;

pub const NO_MAX: u64 = 1 << 40;

/// Operations per second of `run(count)`, over `seconds`; runs of growing length come first and are
/// discarded.
pub fn per_second(mut run: impl FnMut(u64), seconds: f64, first: u64, run_max: u64) -> f64 {
    let mut timed = |count| {
        let began = Instant::now();
        run(count);
        began.elapsed().as_secs_f64()
    };
    let mut count = first;
    let mut took = timed(count);
    while took < seconds / 4.0 && count < run_max {
        count = (count * 2).min(run_max);
        took = timed(count);
    }
    let wanted = (count as f64 * seconds / took.max(1e-9)) as u64;
    let count = (wanted.min(run_max) / first * first).max(first);
    let (mut done, mut total) = (0, 0.0);
    while total < seconds * 0.7 {
        total += timed(count);
        done += count;
    }
    done as f64 / total
}

extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// The allocator's calls per operation; needs count_allocations.c preloaded.
pub fn allocations_per(mut run: impl FnMut(u64), count: u64) -> f64 {
    let found = unsafe { dlsym(std::ptr::null_mut(), "bench_allocation_count\0".as_ptr().cast()) };
    if found.is_null() {
        eprintln!("this workload needs LD_PRELOAD=libcount_allocations.so");
        std::process::exit(2);
    }
    let calls: extern "C" fn() -> u64 = unsafe { std::mem::transmute(found) };
    run(count);
    let before = calls();
    run(count);
    (calls() - before) as f64 / count as f64
}

pub fn resident_bytes() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0
}

pub fn run_command(all: &[(&str, fn(f64) -> f64)]) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => all.iter().for_each(|(name, _)| println!("{name}")),
        [wanted, seconds] => {
            let seconds: f64 = seconds.parse().unwrap_or(0.0);
            match all.iter().find(|(name, _)| *name == wanted && seconds > 0.0) {
                Some((name, value)) => {
                    println!("{{\"workload\": \"{name}\", \"value\": {}}}", value(seconds))
                }
                None => usage(),
            }
        }
        _ => usage(),
    }
}

fn usage() {
    eprintln!("usage: micro list | WORKLOAD SECONDS");
    std::process::exit(2);
}
