// net.rs - a server on Tokio that sends back what it gets, asked by bare system calls, as bench/net/net_bench.cpp has it.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{thread_counts, Case};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const MESSAGE_BYTES: usize = 64;
const BUFFER_BYTES: usize = 256;

async fn echo(mut peer: tokio::net::TcpStream) {
    let mut buffer = [0; BUFFER_BYTES];
    while let Ok(n) = peer.read(&mut buffer).await {
        if n == 0 || peer.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

/// Serves a port of the loopback until the runtime is dropped.
fn serve(threads: usize) -> (Runtime, SocketAddr) {
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_io().build().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a listener");
    let at = listener.local_addr().expect("its address");
    runtime.spawn(async move {
        while let Ok((peer, _)) = listener.accept().await {
            tokio::spawn(echo(peer));
        }
    });
    (runtime, at)
}

/// Connections of which each always has a message under way. A single one blocks.
struct Clients {
    streams: Vec<TcpStream>,
    poll: OwnedFd,
}

impl Clients {
    fn new(at: SocketAddr, count: usize) -> Clients {
        // SAFETY: the call has no preconditions; its result is owned by nobody else.
        let poll = unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) };
        let streams: Vec<_> = (0..count).map(|_| TcpStream::connect(at).expect("a connection")).collect();
        for (i, stream) in streams.iter().enumerate() {
            let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: i as u64 };
            // SAFETY: both descriptors are open, and the event lives through the call.
            let result =
                unsafe { libc::epoll_ctl(poll.as_raw_fd(), libc::EPOLL_CTL_ADD, stream.as_raw_fd(), &mut event) };
            assert_eq!(result, 0);
        }
        Clients { streams, poll }
    }

    fn round_trips(&mut self, total: usize) {
        let message = [0u8; MESSAGE_BYTES];
        let mut answer = [0u8; MESSAGE_BYTES];
        if let [only] = &mut self.streams[..] {
            for _ in 0..total {
                only.write_all(&message).expect("a message goes");
                only.read_exact(&mut answer).expect("an answer comes");
            }
            return;
        }
        let mut to_send = total;
        for stream in self.streams.iter_mut().take(total) {
            stream.write_all(&message).expect("a message goes");
            to_send -= 1;
        }
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 128];
        let mut to_come = total;
        while to_come > 0 {
            // SAFETY: there is room for as many events as are asked for.
            let n = unsafe { libc::epoll_wait(self.poll.as_raw_fd(), events.as_mut_ptr(), events.len() as i32, -1) };
            for event in &events[..n.max(0) as usize] {
                let stream = &mut self.streams[event.u64 as usize];
                stream.read_exact(&mut answer).expect("an answer comes");
                to_come -= 1;
                if to_send > 0 {
                    stream.write_all(&message).expect("a message goes");
                    to_send -= 1;
                }
            }
        }
    }
}

fn clock(which: libc::clockid_t) -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the result has a place.
    unsafe { libc::clock_gettime(which, &mut now) };
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// What the threads of this process have computed, except this one, which plays the clients.
fn processor_time_of_server() -> Duration {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID) - clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

pub fn add(cases: &mut Vec<Case>) {
    const TRIPS: usize = 64;
    for threads in thread_counts() {
        for (name, connections) in [("1 connection", 1), ("32 connections", 32)] {
            for (suffix, by_processor) in [("", false), (", processor", true)] {
                let trips = TRIPS * connections;
                cases.push(Case {
                    name: format!("net/echo, {}{}/tokio/{}", name, suffix, threads),
                    unit: "ns/round trip",
                    per_iteration: trips as f64,
                    version: env!("VERSION_TOKIO"),
                    once: false,
                    run: Box::new(move |n| {
                        let (_runtime, at) = serve(threads);
                        let mut clients = Clients::new(at, connections);
                        clients.round_trips(trips);
                        let (start, processor) = (Instant::now(), processor_time_of_server());
                        for _ in 0..n {
                            clients.round_trips(trips);
                        }
                        if by_processor { processor_time_of_server() - processor } else { start.elapsed() }
                    }),
                });
            }
        }
    }
}
