//! Small computers as data: files, processes, a shell and its tools. A container is one, the laptop another.

pub mod arith;
pub mod ast;
mod braces;
pub mod builtins;
mod cond;
pub mod env;
pub mod escape;
mod exec;
pub mod expand;
pub mod fds;
pub mod files;
pub mod glob;
pub mod http;
pub mod interp;
pub mod io;
pub mod kernel;
pub mod net;
pub mod parser;
pub mod proc_files;
pub mod process;

pub mod signal;
pub mod tools;
pub mod vars;
mod words;

#[cfg(test)]
mod tests;

pub use crate::apimachinery::regex;

pub use env::{Env, NetError, PortInUse, Read, Socket};
pub use files::{FileError, Files};
pub use io::Io;
pub use kernel::{Kernel, Machine, Mount};
pub use net::ConnId;
pub use process::{Chunk, ExitStatus, Loader, Pid, Program, Spawn, SpawnError, Stdin, Step, Stream};
pub use signal::Signal;
