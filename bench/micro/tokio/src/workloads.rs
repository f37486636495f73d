use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

use crate::measure::{allocations_per, per_second, resident_bytes, NO_MAX};

pub fn two_workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

// --- a circle of tasks

struct Circle {
    nodes: Vec<UnboundedSender<u64>>,
    tokens: usize,
    finished: std::sync::mpsc::Receiver<()>,
    _runtime: Runtime,
}

async fn node(
    mut mailbox: UnboundedReceiver<u64>,
    next: UnboundedSender<u64>,
    finish: std::sync::mpsc::Sender<()>,
) {
    while let Some(hops_left) = mailbox.recv().await {
        if hops_left == 0 {
            let _ = finish.send(());
        } else {
            let _ = next.send(hops_left - 1);
        }
    }
}

impl Circle {
    fn new(size: usize, tokens: usize) -> Self {
        let runtime = two_workers();
        let (finish, finished) = std::sync::mpsc::channel();
        let mut ends: Vec<_> = (0..size).map(|_| mpsc::unbounded_channel()).collect();
        let mut random = 1u64;
        for i in (1..size).rev() {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ends.swap(i, (random >> 33) as usize % (i + 1));
        }
        let (nodes, mailboxes): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
        for (i, mailbox) in mailboxes.into_iter().enumerate() {
            runtime.spawn(node(mailbox, nodes[(i + 1) % size].clone(), finish.clone()));
        }
        Circle { nodes, tokens, finished, _runtime: runtime }
    }

    fn run(&mut self, hops: u64) {
        for i in 0..self.tokens {
            let _ = self.nodes[i * self.nodes.len() / self.tokens].send(hops / self.tokens as u64);
        }
        for _ in 0..self.tokens {
            self.finished.recv().unwrap();
        }
    }
}

pub fn hops(size: usize, tokens: usize, seconds: f64) -> f64 {
    let mut all = Circle::new(size, tokens);
    per_second(|count| all.run(count), seconds, 2 * size as u64, NO_MAX)
}

pub fn allocations_per_hop(_: f64) -> f64 {
    let mut two = Circle::new(2, 1);
    allocations_per(|count| two.run(count), 100_000)
}

// --- a hundred to one; the one is the main task, as in a program with #[tokio::main]

const SENDERS: u64 = 100;
const MESSAGES_MAX: u64 = SENDERS * 20_000;

pub fn fan_in(seconds: f64) -> f64 {
    let runtime = two_workers();
    let run = |count: u64| {
        let sink = async move {
            let (to, mut mailbox) = mpsc::unbounded_channel();
            for _ in 0..SENDERS {
                let to = to.clone();
                tokio::spawn(async move {
                    for i in 0..count / SENDERS {
                        let _ = to.send(i);
                    }
                });
            }
            drop(to);
            let mut sum = 0u64;
            while let Some(value) = mailbox.recv().await {
                sum += value;
            }
            sum
        };
        runtime.block_on(sink);
    };
    per_second(run, seconds, SENDERS, MESSAGES_MAX)
}

pub fn fan_in_bounded(seconds: f64) -> f64 {
    let runtime = two_workers();
    let run = |count: u64| {
        let sink = async move {
            let (to, mut mailbox) = mpsc::channel(1000);
            for _ in 0..SENDERS {
                let to = to.clone();
                tokio::spawn(async move {
                    for i in 0..count / SENDERS {
                        let _ = to.send(i).await;
                    }
                });
            }
            drop(to);
            let mut sum = 0u64;
            while let Some(value) = mailbox.recv().await {
                sum += value;
            }
            sum
        };
        runtime.block_on(sink);
    };
    per_second(run, seconds, SENDERS, MESSAGES_MAX)
}

// --- requests

struct Add {
    amount: u64,
    reply: oneshot::Sender<u64>,
}

async fn counter(mut mailbox: mpsc::Receiver<Add>) {
    let mut sum = 0;
    while let Some(m) = mailbox.recv().await {
        sum += m.amount;
        let _ = m.reply.send(sum);
    }
}

struct Askers {
    of: mpsc::Sender<Add>,
    count: u64,
    runtime: Runtime,
}

impl Askers {
    fn new(count: u64) -> Self {
        let runtime = two_workers();
        let (of, mailbox) = mpsc::channel(1000);
        runtime.spawn(counter(mailbox));
        Askers { of, count, runtime }
    }

    fn run(&mut self, times: u64) {
        let each = times / self.count;
        let tasks: Vec<_> = (0..self.count)
            .map(|_| {
                let of = self.of.clone();
                self.runtime.spawn(async move {
                    for amount in 0..each {
                        let (reply, answer) = oneshot::channel();
                        let _ = of.send(Add { amount, reply }).await;
                        answer.await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            self.runtime.block_on(task).unwrap();
        }
    }
}

pub fn asks(count: u64, seconds: f64) -> f64 {
    let mut all = Askers::new(count);
    per_second(|times| all.run(times), seconds, 100, NO_MAX)
}

pub fn allocations_per_ask(_: f64) -> f64 {
    let mut one = Askers::new(1);
    allocations_per(|times| one.run(times), 100_000)
}

fn run_spawns(runtime: &Runtime, times: u64) {
    let parent = runtime.spawn(async move {
        for amount in 0..times {
            let (child, mut mailbox) = mpsc::unbounded_channel::<Add>();
            tokio::spawn(async move {
                if let Some(m) = mailbox.recv().await {
                    let _ = m.reply.send(m.amount + 1);
                }
            });
            let (reply, answer) = oneshot::channel();
            let _ = child.send(Add { amount, reply });
            answer.await.unwrap();
        }
    });
    runtime.block_on(parent).unwrap();
}

pub fn spawns(seconds: f64) -> f64 {
    let runtime = two_workers();
    per_second(|times| run_spawns(&runtime, times), seconds, 100, NO_MAX)
}

pub fn allocations_per_spawn(_: f64) -> f64 {
    let runtime = two_workers();
    allocations_per(|times| run_spawns(&runtime, times), 20_000)
}

// --- streams and timers

pub fn stream_items(seconds: f64) -> f64 {
    let runtime = two_workers();
    let run = |count: u64| {
        let reader = runtime.spawn(async move {
            let (to, mut items) = mpsc::channel(64);
            tokio::spawn(async move {
                for i in 0..count {
                    if to.send(i).await.is_err() {
                        return;
                    }
                }
            });
            let mut came = 0;
            while items.recv().await.is_some() {
                came += 1;
            }
            assert_eq!(came, count);
        });
        runtime.block_on(reader).unwrap();
    };
    per_second(run, seconds, 100, NO_MAX)
}

pub fn timers(seconds: f64) -> f64 {
    let runtime = two_workers();
    let run = |times: u64| {
        let keeper = runtime.spawn(async move {
            for _ in 0..times / 1000 {
                // A sleep is set when it is first polled, and cancelled when it is dropped.
                let mut set: Vec<_> = (0..1000)
                    .map(|_| Box::pin(tokio::time::sleep(Duration::from_secs(3600))))
                    .collect();
                for each in &mut set {
                    std::future::poll_fn(|context| {
                        assert!(each.as_mut().poll(context).is_pending());
                        Poll::Ready(())
                    })
                    .await;
                }
            }
        });
        runtime.block_on(keeper).unwrap();
    };
    per_second(run, seconds, 1000, NO_MAX)
}

// --- idle

pub fn idle_actor_bytes(seconds: f64) -> f64 {
    let runtime = two_workers();
    let count = (200_000.0 * seconds.min(1.0)) as usize;
    let (finish, finished) = std::sync::mpsc::channel();
    let finish = Arc::new(Mutex::new(finish));
    let mut all = Vec::with_capacity(count);
    let before = resident_bytes();
    for _ in 0..count {
        let (to, mut mailbox) = mpsc::unbounded_channel::<u64>();
        let finish = finish.clone();
        runtime.spawn(async move {
            while mailbox.recv().await.is_some() {
                let _ = finish.lock().unwrap().send(());
            }
        });
        let _ = to.send(1);
        all.push(to);
    }
    for _ in 0..count {
        finished.recv().unwrap();
    }
    (resident_bytes() - before) / count as f64
}
