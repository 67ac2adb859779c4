//! Small computers as data: files, processes, a shell and its tools. A container is one, the laptop another.

pub mod env;
pub mod fds;
pub mod files;
pub mod http;
pub mod io;
pub mod kernel;
pub mod net;
pub mod proc_files;
pub mod process;
pub mod sha256;
pub mod signal;
pub mod tools;

pub use env::{Env, NetError, PortInUse, Read, Socket};
pub use files::{FileError, Files};
pub use io::Io;
pub use kernel::{Kernel, Machine, Mount};
pub use net::ConnId;
pub use process::{Chunk, ExitStatus, Loader, Pid, Program, Spawn, SpawnError, Stdin, Step, Stream};
pub use signal::Signal;
