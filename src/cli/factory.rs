//! What a running command holds: its flags, its machine, and the way to the server. Models `cmdutil.Factory` and
//! `genericiooptions.IOStreams`.

use super::command::Command;
pub use super::descriptions::Descriptions;
use super::errors::{Error, Result};
use super::flags::Parsed;
use super::kubeconfig::{self, Kubeconfig, Target};
use super::mapper::{Mapping, RestMapper};
use super::system::{Out, System};
use super::traffic::Traffic;
use crate::apimachinery::Value;
use crate::client::request::{Reply, ReplyBody};
use crate::client::{Accept, Client, Request, StreamId, WatchId};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

/// What the shell gives to kubectl.
#[derive(Clone)]
pub struct Context {
    pub client: Client,
    pub system: Rc<dyn System>,
    /// The address at which the cluster answers; any other refuses connections.
    pub server: String,
    /// The prose of `explain`; None where there is none.
    pub descriptions: Option<Rc<dyn Descriptions>>,
    /// What discovery said last, as kubectl keeps it on disk.
    pub discovery: Discovery,
}

/// Which resources a server had when it was last asked, with the server's address.
pub type Discovery = Rc<RefCell<Option<(String, Rc<RestMapper>)>>>;

/// One run of one command.
pub struct Factory {
    pub ctx: Context,
    pub command: &'static Command,
    pub root: &'static Command,
    /// `kubectl get`
    pub path: String,
    pub flags: Parsed,
    mapper: RefCell<Option<Rc<RestMapper>>>,
    warned: RefCell<BTreeSet<String>>,
    pipe_broken: Cell<bool>,
}

impl Factory {
    pub fn new(ctx: Context, root: &'static Command, command: &'static Command, path: String, flags: Parsed) -> Self {
        Self {
            ctx,
            command,
            root,
            path,
            flags,
            mapper: RefCell::default(),
            warned: RefCell::default(),
            pipe_broken: Cell::new(false),
        }
    }

    pub fn args(&self) -> &[String] {
        &self.flags.args
    }
    pub fn arg(&self, at: usize) -> &str {
        self.flags.args.get(at).map_or("", String::as_str)
    }

    pub fn out(&self, text: &str) {
        self.write(Out::Stdout, text.as_bytes());
    }
    pub fn err(&self, text: &str) {
        self.write(Out::Stderr, text.as_bytes());
    }
    pub fn write(&self, to: Out, data: &[u8]) {
        if !data.is_empty() && self.ctx.system.write(to, data).is_err() {
            self.pipe_broken.set(true);
        }
    }
    /// Fails where the reader of the output is gone; what runs on asks now and then.
    pub fn check_pipe(&self) -> Result {
        if self.pipe_broken.get() { Err(Error::BrokenPipe) } else { Ok(()) }
    }
    /// Prints a `Warning:` once.
    pub fn warn(&self, text: &str) {
        if self.warned.borrow_mut().insert(text.to_owned()) {
            self.err(&format!("Warning: {text}\n"));
        }
    }

    /// Tells `log` of the kubeconfig in use, once.
    pub fn config_loaded(&self, log: &dyn Fn(&Factory, &str)) {
        if self.warned.borrow_mut().insert("loader.go".to_owned()) {
            for path in kubeconfig::paths(&*self.ctx.system, &self.flags) {
                log(self, &path);
            }
        }
    }

    /// Writes a text to standard error, once.
    pub fn err_once(&self, key: &str, text: &str) {
        if self.warned.borrow_mut().insert(key.to_owned()) {
            self.err(text);
        }
    }

    /// A wrong use of this command. Models `cmdutil.UsageErrorf`.
    pub fn usage_error(&self, text: impl Into<String>) -> Error {
        Error::Usage { text: text.into(), path: self.path.clone() }
    }

    pub fn kubeconfig(&self) -> Result<Kubeconfig> {
        kubeconfig::load(&*self.ctx.system, &self.flags)
    }
    /// What `kubectl config` shows and changes.
    pub fn starting_config(&self) -> Result<Kubeconfig> {
        kubeconfig::load_to_modify(&*self.ctx.system, &self.flags)
    }
    pub fn target(&self) -> Result<Target> {
        let config = self.kubeconfig()?;
        let target = config.target(&self.flags)?;
        config.check_files(&*self.ctx.system, &target)?;
        self.check_impersonation(&target.user)?;
        Ok(target)
    }
    /// The namespace to work in, and whether the command line named it.
    pub fn namespace(&self) -> Result<(String, bool)> {
        self.target().map(|t| (t.namespace, t.enforce_namespace))
    }

    /// Which resources the server had when it was last asked: what is found here need not be there any more, what is
    /// missing is to be looked for in [`Self::mapper`].
    pub async fn known(&self) -> Result<Rc<RestMapper>> {
        let server = self.target()?.server;
        let known = self.ctx.discovery.borrow().as_ref().filter(|(of, _)| *of == server).map(|(_, m)| m.clone());
        match known {
            Some(mapper) => Ok(mapper),
            None => self.mapper().await,
        }
    }

    /// The resource that `find` finds, looked for again where what is known does not have it.
    pub async fn lookup(&self, find: impl Fn(&RestMapper) -> Option<Rc<Mapping>>) -> Result<Option<Rc<Mapping>>> {
        match find(&*self.known().await?) {
            Some(mapping) => Ok(Some(mapping)),
            None => Ok(find(&*self.mapper().await?)),
        }
    }

    /// Which resources the server has; asked for once.
    pub async fn mapper(&self) -> Result<Rc<RestMapper>> {
        if let Some(mapper) = &*self.mapper.borrow() {
            return Ok(mapper.clone());
        }
        let mut documents = Vec::new();
        for path in ["/api", "/apis"] {
            documents.push(self.send(Request::get(path).accept(Accept::Discovery)).await?);
        }
        let mapper = Rc::new(RestMapper::read(&documents));
        *self.ctx.discovery.borrow_mut() = Some((self.target()?.server, mapper.clone()));
        *self.mapper.borrow_mut() = Some(mapper.clone());
        Ok(mapper)
    }

    /// Sends a request as the user of the kubeconfig and prints the warnings that come back.
    pub async fn reply(&self, request: Request) -> Result<Reply> {
        let target = self.target()?;
        if target.server.trim_end_matches('/') != self.ctx.server {
            let host = target.server.split("://").last().unwrap_or("").trim_end_matches('/');
            return Err(Error::Refused(host.to_owned()));
        }
        let request = self.impersonate(request).user_agent("kubectl");
        let traffic = Traffic::begin(self, &target.server, &request);
        let reply = self.ctx.client.request(request).await;
        if let Some(traffic) = traffic {
            traffic.end(self, &reply);
        }
        for warning in &reply.warnings {
            self.warn(warning);
        }
        Ok(reply)
    }

    /// Who acts as a member of a group acts as somebody. Models `transport.HTTPWrappersForConfig`.
    fn check_impersonation(&self, user: &str) -> Result {
        let more = ["as-group", "as-user-extra"].iter().any(|flag| !self.flags.list(flag).is_empty());
        if self.flags.str("as").is_empty() && (more || !self.flags.str("as-uid").is_empty()) {
            return Err(Error::Msg(format!(
                "requesting uid, groups or user-extra for {user} without impersonating a user"
            )));
        }
        Ok(())
    }

    fn impersonate(&self, request: Request) -> Request {
        Request { as_user: self.flags.str("as").to_owned(), as_groups: self.flags.list("as-group").to_vec(), ..request }
    }

    /// Sends a request and takes the object, or fails with the server's Status.
    pub async fn send(&self, request: Request) -> Result<Value> {
        Ok(self.reply(request).await?.into_result()?)
    }

    /// Opens a watch. It is closed when the guard is dropped.
    pub async fn watch(&self, request: Request) -> Result<Watch> {
        match self.reply(request).await?.body {
            ReplyBody::Watch(id) => Ok(Watch { client: self.ctx.client.clone(), id }),
            ReplyBody::Status(status) => Err(status.into()),
            _ => Err(Error::msg("the server did not open a watch")),
        }
    }

    /// Opens a stream (exec, attach, port-forward). It is closed when the guard is dropped.
    pub async fn stream(&self, request: Request) -> Result<Stream> {
        self.stream_or_nothing(request).await?.ok_or_else(|| Error::msg("the server did not open a stream"))
    }

    /// Opens a stream (logs); None where the server answers without content.
    pub async fn stream_or_nothing(&self, request: Request) -> Result<Option<Stream>> {
        match self.reply(request).await?.body {
            ReplyBody::Stream(id) => Ok(Some(Stream { client: self.ctx.client.clone(), id })),
            ReplyBody::Status(status) => Err(status.into()),
            _ => Ok(None),
        }
    }
}

/// An open watch.
pub struct Watch {
    client: Client,
    pub id: WatchId,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.client.close_watch(self.id);
    }
}

/// An open stream.
pub struct Stream {
    client: Client,
    pub id: StreamId,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.client.close_stream(self.id);
    }
}
