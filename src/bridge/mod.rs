//! The wire over HTTP, for clients outside the process: the real kubectl, for one.
//!
//! A border: it holds the clock, the sockets and the text; what is answered is decided by [`apiserver::rest`]. One
//! thread drives everything, so that requests meet the world one after another. Left out: TLS,
//! authentication, `port-forward`.
//!
//! [`apiserver::rest`]: crate::apiserver::rest

mod absent;
mod container;
mod discovery;
pub mod dns;
mod http;
mod openapi;
mod protobuf;
mod review;
mod swagger;

pub use http::{Unreadable, read_body};

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Duration, Instant, interval, sleep};

use crate::config::Config;
use crate::sim::{Input, World};
use crate::time::{self, Time};
use crate::value::Text;

/// How often virtual time follows the clock on the wall.
const TICK: Duration = Duration::from_millis(20);
/// An hour in a second: what a tick brings is done before the next one.
pub const SPEED_MAX: u32 = 3600;

/// A cluster that answers on a socket.
#[derive(Clone, Debug)]
pub struct Bridge {
    world: Arc<Mutex<World>>,
    /// How long the store's log is: watches wake when it grows.
    changes: watch::Sender<usize>,
    /// Where it answers DNS, if it does.
    dns: Option<dns::Sockets>,
}

impl Bridge {
    /// A cluster with nothing in it yet, whose clock shows `now`: clients count ages from their own.
    pub fn new(config: Config, now: Time) -> Self {
        let mut world = World::new(config);
        world.wait_until(now);
        let changes = watch::Sender::new(world.store.log.len());
        Self {
            world: Arc::new(Mutex::new(world)),
            changes,
            dns: None,
        }
    }

    /// Lets the cluster's DNS be asked at that address, over UDP and TCP; gives it back with its port.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub fn listen_dns(&mut self, address: SocketAddr) -> io::Result<SocketAddr> {
        let (sockets, address) = dns::Sockets::bind(address)?;
        self.dns = Some(sockets);
        Ok(address)
    }

    /// The reader applies manifests.
    pub fn apply(&self, manifests: &str) {
        let path: Text = "manifest.yaml".into();
        let text = manifests.into();
        self.with_world(|world| {
            world.apply(Input::WriteFile { path, text });
            world.apply(Input::Type("kubectl apply -f manifest.yaml".into()));
        });
    }

    /// Serves until the process ends; `told` hears the address once it is bound.
    ///
    /// `speed` seconds of virtual time go by in a second; with 0 it stands still.
    ///
    /// # Errors
    /// The address cannot be bound, or the runtime cannot start.
    pub fn serve(
        self,
        address: SocketAddr,
        speed: u32,
        told: impl FnOnce(SocketAddr),
    ) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async move {
            let listener = TcpListener::bind(address).await?;
            told(listener.local_addr()?);
            tokio::task::spawn_local(self.clone().follow_clock(speed));
            if let Some(dns) = &self.dns {
                dns.serve(&self)?;
            }
            loop {
                // Too many open connections, say: those that are there go on.
                let Ok((stream, _)) = listener.accept().await else {
                    sleep(TICK).await;
                    continue;
                };
                let bridge = self.clone();
                tokio::task::spawn_local(async move {
                    let answer = |request| {
                        let bridge = bridge.clone();
                        async move { Ok::<_, Infallible>(bridge.answer(request).await) }
                    };
                    // A client that hangs up is no error of ours.
                    let _gone = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service_fn(answer))
                        .with_upgrades()
                        .await;
                });
            }
        })
    }

    async fn follow_clock(self, speed: u32) {
        let (begun, start) = (Instant::now(), self.lock().now);
        let mut ticks = interval(TICK);
        loop {
            ticks.tick().await;
            let gone = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let span = time::Duration::ms(gone.saturating_mul(speed.into()));
            self.with_world(|it| it.wait_until(start + span));
        }
    }

    /// Does something with the world, and wakes the watches if that changed anything.
    fn with_world<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.lock();
        let done = act(&mut world);
        let length = world.store.log.len();
        drop(world);
        self.changes.send_if_modified(|it| {
            let grew = *it != length;
            *it = length;
            grew
        });
        done
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
