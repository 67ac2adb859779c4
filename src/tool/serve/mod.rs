//! `podium serve`: the Kubernetes API on loopback, for the real kubectl.
//!
//! The cluster lives on the thread that calls [`run`]; connections have threads of their own and send what they read
//! over a queue. Time follows the wall, times the speed.

mod connection;
mod decode;
mod encode;
mod http;
mod negotiate;
mod protobuf;
mod spdy;
pub mod streams;
mod tunnel;
pub mod wire;

use crate::apimachinery::time::Duration;
use crate::client::Api;
use crate::cluster::{Cluster, ClusterSpec};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use streams::Streams;
use wire::Event;

/// What `podium serve` was asked.
#[derive(Debug)]
pub struct Options {
    /// 0 takes a free port.
    pub port: u16,
    /// Where to write a kubeconfig.
    pub kubeconfig: Option<PathBuf>,
    /// Virtual seconds per second.
    pub speed: f64,
    pub seed: u64,
}

/// The longest the cluster waits for a connection before it lets its own time pass.
const TICK: Duration = Duration::from_millis(15);

/// Serves until the process is stopped.
///
/// # Errors
/// The port is taken, or the kubeconfig could not be written.
pub fn run(options: &Options) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
    let port = listener.local_addr()?.port();
    if let Some(path) = &options.kubeconfig {
        std::fs::write(path, kubeconfig(port))?;
    }
    println!("Serving the Kubernetes API on http://127.0.0.1:{port}");
    let (sender, events) = mpsc::channel();
    std::thread::spawn(move || connection::accept(&listener, &sender));
    serve(Cluster::boot(&ClusterSpec::plain(options.seed)), &events, options.speed)
}

#[expect(clippy::disallowed_types, reason = "serve is the one place where virtual time follows the wall")]
fn serve(mut cluster: Cluster, events: &Receiver<Event>, speed: f64) -> io::Result<()> {
    let (wall, virtual_start) = (std::time::Instant::now(), cluster.now());
    let mut streams = Streams::default();
    loop {
        match events.recv_timeout(TICK) {
            Ok(event) => streams.take(event, &mut cluster),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        while let Ok(event) = events.try_recv() {
            streams.take(event, &mut cluster);
        }
        let now = virtual_start + wall.elapsed().mul_f64(speed);
        cluster.run_until(now).map_err(|spun| io::Error::other(spun.to_string()))?;
        streams.pump(&mut cluster as &mut dyn Api);
    }
}

/// A kubeconfig for the real kubectl.
fn kubeconfig(port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: kubernetes
  cluster:
    server: http://127.0.0.1:{port}
users:
- name: kubernetes-admin
  user: {{}}
contexts:
- name: kubernetes-admin@kubernetes
  context:
    cluster: kubernetes
    user: kubernetes-admin
current-context: kubernetes-admin@kubernetes
"
    )
}
