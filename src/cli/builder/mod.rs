//! From arguments, files and selectors to objects. Models `cli-runtime/pkg/resource` (`Builder`, `Info`, `Helper`).

mod args;
mod decode;
mod files;
mod from_files;
mod info;

pub use args::{has_slash_and_plain, split_type_name};
pub use decode::{decode, validate};
pub use files::{read as file, stdin};
pub use info::{Info, name_for_object};

use super::errors::{Error, Result};
use super::factory::Factory;
use super::mapper::Mapping;
use crate::apimachinery::{Object, Value};
use crate::client::{Accept, Request};
use std::rc::Rc;

/// What to find, and how.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    pub namespace: String,
    /// An object of a file must be of `namespace`.
    pub enforce_namespace: bool,
    pub all_namespaces: bool,
    pub accept: Accept,
    pub subresource: String,
    /// Objects named by arguments are fetched; else they are only named.
    pub fetch: bool,
    /// Objects of files are fetched from the server too.
    pub latest: bool,
    /// Rows of tables carry whole objects, not their metadata alone.
    pub whole_rows: bool,
    /// Objects of files are decoded into Go's structs: kinds that Kubernetes does not have cannot be.
    pub typed: bool,
    /// Nothing is asked of the server, types of files are taken as they stand.
    pub local: bool,
    /// Several types are an error.
    pub single_type: bool,
    /// The first error ends the search.
    pub stop_at_error: bool,
    /// `strict`, `warn` or `ignore` for what files hold; "" does not validate here.
    pub validate: String,
    files: Vec<String>,
    /// `-k`; "" where there is none.
    kustomization: String,
    recursive: bool,
    label_selector: Option<String>,
    field_selector: Option<String>,
    select_all: bool,
    types: Vec<String>,
    names: Vec<String>,
    /// Type and name of `type/name` arguments.
    tuples: Vec<(String, String)>,
    errors: Vec<Error>,
}

/// The objects in the order in which they were found, with the errors between them.
pub type Entries = Vec<Result<Info>>;

const MISSING_RESOURCE: &str = "You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'";

const SINGLE_TYPE: &str = "you may only specify a single resource type";

impl Builder {
    /// In the namespace of the command; objects are fetched.
    pub fn new(f: &Factory) -> Result<Self> {
        let (namespace, enforce_namespace) = f.namespace()?;
        Ok(Self { namespace, enforce_namespace, fetch: true, ..Self::default() })
    }

    /// Takes `-f` and `-R`.
    pub fn files(mut self, f: &Factory) -> Self {
        self.files = f.flags.list("filename").to_vec();
        self.recursive = f.flags.bool("recursive");
        self.kustomization = f.flags.str("kustomize").to_owned();
        if !self.kustomization.is_empty() && !self.files.is_empty() {
            (self.files, self.kustomization) = (Vec::new(), String::new());
            self.errors.push(Error::msg("only one of -f or -k can be specified"));
        }
        self
    }

    /// Takes `-l`.
    pub fn selector(mut self, f: &Factory) -> Self {
        if !f.flags.str("selector").is_empty() {
            self.label_selector = Some(f.flags.str("selector").trim().to_owned());
        }
        self
    }

    /// Takes `--field-selector`.
    pub fn field_selector(mut self, f: &Factory) -> Self {
        if !f.flags.str("field-selector").is_empty() {
            self.field_selector = Some(f.flags.str("field-selector").to_owned());
        }
        self
    }

    /// Takes `--all`.
    pub fn all(mut self, f: &Factory) -> Self {
        self.select_all = f.flags.bool("all");
        self
    }

    /// Takes `-A`.
    pub fn all_namespaces(mut self, f: &Factory) -> Self {
        self.all_namespaces = f.flags.bool("all-namespaces");
        if self.all_namespaces {
            self.namespace.clear();
        }
        self
    }

    pub fn has_files(&self) -> bool {
        !self.files.is_empty() || !self.kustomization.is_empty()
    }

    pub fn error(&mut self, error: impl Into<Error>) {
        self.errors.push(error.into());
    }

    /// Finds everything. An error here means that nothing was looked for; errors of single objects are among the
    /// entries.
    pub async fn entries(mut self, f: &Factory) -> Result<Entries> {
        self.expand_files(f);
        if !self.errors.is_empty() {
            return Error::all(std::mem::take(&mut self.errors)).map(|()| Vec::new());
        }
        if self.select_all {
            self.label_selector = Some(String::new());
        }
        let mut entries = if !self.files.is_empty() || !self.kustomization.is_empty() {
            self.by_files(f).await?
        } else if self.label_selector.is_some() || self.field_selector.is_some() {
            self.by_selector(f).await?
        } else if !self.tuples.is_empty() {
            self.by_tuples(f).await?
        } else if !self.names.is_empty() {
            self.by_names(f).await?
        } else {
            return Err(self.nothing_named(f).await);
        };
        if !self.stop_at_error {
            // What was not found is said after what went wrong with what was, and as one error.
            entries.sort_by_key(Result::is_err);
            let at = entries.iter().position(Result::is_err).unwrap_or(entries.len());
            let errors: Vec<Error> = entries.drain(at..).filter_map(Result::err).collect();
            entries.extend(Error::all(errors).err().map(Err));
        }
        if self.stop_at_error {
            if let Some(at) = entries.iter().position(Result::is_err) {
                entries.truncate(at + 1);
            }
        }
        Ok(entries)
    }

    /// The objects that were found, and all errors.
    pub async fn infos(self, f: &Factory) -> Result<(Vec<Info>, Vec<Error>)> {
        let (mut infos, mut errors) = (Vec::new(), Vec::new());
        for entry in self.entries(f).await? {
            match entry {
                Ok(info) => infos.push(info),
                Err(Error::Many(several)) => errors.extend(several),
                Err(e) => errors.push(e),
            }
        }
        Ok((infos, errors))
    }

    /// The objects, or the errors if there was any.
    pub async fn all_infos(self, f: &Factory) -> Result<Vec<Info>> {
        let (infos, errors) = self.infos(f).await?;
        Error::all(errors)?;
        Ok(infos)
    }

    async fn nothing_named(&self, f: &Factory) -> Error {
        if self.types.is_empty() {
            return Error::msg(MISSING_RESOURCE);
        }
        match self.mappings(f).await {
            Err(e) => e,
            Ok(_) => Error::msg("resource(s) were provided, but no name was specified"),
        }
    }

    async fn mappings(&self, f: &Factory) -> Result<Vec<Rc<Mapping>>> {
        if self.single_type && self.types.len() > 1 {
            return Err(SINGLE_TYPE.into());
        }
        let mut found: Vec<Rc<Mapping>> = Vec::new();
        for word in &self.types {
            let mapping = mapping_for(f, word).await?;
            if !found.contains(&mapping) {
                found.push(mapping);
            }
        }
        Ok(found)
    }

    async fn by_selector(&self, f: &Factory) -> Result<Entries> {
        if !self.names.is_empty() {
            return Err("name cannot be provided when a selector is specified".into());
        }
        if !self.tuples.is_empty() {
            return Err("selectors and the all flag cannot be used when passing resource/name arguments".into());
        }
        if self.types.is_empty() {
            return Err("at least one resource must be specified to use a selector".into());
        }
        if !self.subresource.is_empty() {
            return Err("subresource cannot be used when bulk resources are specified".into());
        }
        let mut entries = Vec::new();
        for mapping in self.mappings(f).await? {
            match self.list(f, &mapping).await {
                Ok(infos) => entries.extend(infos.into_iter().map(Ok)),
                Err(e) => entries.push(Err(e)),
            }
        }
        Ok(entries)
    }

    /// The request that lists a type with the selectors of this search.
    pub fn list_request(&self, mapping: &Mapping) -> Request {
        let mut request = self.with_rows(Request::get(mapping.url(&self.namespace, "")).accept(self.accept));
        for (name, value) in [("labelSelector", &self.label_selector), ("fieldSelector", &self.field_selector)] {
            if let Some(value) = value.as_ref().filter(|v| !v.is_empty()) {
                request = request.query(name, value.as_str());
            }
        }
        request
    }

    fn with_rows(&self, request: Request) -> Request {
        if self.whole_rows { request.query("includeObject", "Object") } else { request }
    }

    async fn list(&self, f: &Factory, mapping: &Rc<Mapping>) -> Result<Vec<Info>> {
        let mut list = self.page(f, mapping, "").await?;
        let rows = if self.accept == Accept::Table { "rows" } else { "items" };
        loop {
            let token = list["metadata"]["continue"].str().to_owned();
            if token.is_empty() {
                break;
            }
            let mut next = self.page(f, mapping, &token).await?;
            let more = next[rows].items().to_vec();
            list.map_mut().entry(rows).list_mut().extend(more);
            list.set("metadata", std::mem::take(next.map_mut().entry("metadata")));
        }
        if self.accept == Accept::Table {
            return Ok(vec![Info::of_list(mapping, &self.namespace, list)]);
        }
        let kind = list.kind().trim_end_matches("List").to_owned();
        let api_version = list.api_version().to_owned();
        let item = |v: &Value| {
            let mut v = v.clone();
            v.default_to("apiVersion", api_version.as_str());
            v.default_to("kind", kind.as_str());
            Info::of_object(mapping, v)
        };
        Ok(list["items"].items().iter().map(item).collect())
    }

    /// One piece of a list, as long as `--chunk-size` says. A sorted list comes at once.
    async fn page(&self, f: &Factory, mapping: &Mapping, token: &str) -> Result<Value> {
        let mut request = self.list_request(mapping);
        let size = f.flags.int("chunk-size");
        if size > 0 && f.flags.str("sort-by").is_empty() {
            request = request.query("limit", size.to_string());
        }
        if !token.is_empty() {
            request = request.query("continue", token);
        }
        let list = f.send(request).await;
        list.map_err(|e| self.enhance(e.of_resource("get", &mapping.group_resource(), ""), mapping))
    }

    /// Models `EnhanceListError`.
    fn enhance(&self, error: Error, mapping: &Mapping) -> Error {
        let Error::Status(mut status) = error else { return error };
        if matches!(status.reason, "BadRequest" | "NotFound") {
            let (label, field) = (text(&self.label_selector), text(&self.field_selector));
            let what = mapping.resource.to_string();
            status.message = if label.is_empty() && field.is_empty() {
                format!("Unable to list {what:?}: {}", status.message)
            } else {
                format!(
                    "Unable to find {what:?} that match label selector {label:?}, field selector {field:?}: {}",
                    status.message
                )
            };
        }
        Error::Status(status)
    }

    async fn by_tuples(&self, f: &Factory) -> Result<Entries> {
        let mut named = Vec::new();
        for (word, name) in &self.tuples {
            named.push((mapping_for(f, word).await?, name.clone()));
        }
        if self.single_type && named.windows(2).any(|w| w.first().map(|n| &n.0) != w.last().map(|n| &n.0)) {
            return Err(SINGLE_TYPE.into());
        }
        self.fetch_all(f, named).await
    }

    async fn by_names(&self, f: &Factory) -> Result<Entries> {
        let mut named = Vec::new();
        for mapping in self.mappings(f).await? {
            named.extend(self.names.iter().map(|n| (mapping.clone(), n.clone())));
        }
        self.fetch_all(f, named).await
    }

    async fn fetch_all(&self, f: &Factory, named: Vec<(Rc<Mapping>, String)>) -> Result<Entries> {
        if self.namespace.is_empty() && named.iter().any(|(m, _)| m.namespaced) {
            return Err(match self.all_namespaces {
                true => "a resource cannot be retrieved by name across all namespaces".into(),
                false => "namespace may not be empty when retrieving a resource by name".into(),
            });
        }
        let mut entries = Vec::new();
        for (mapping, name) in named {
            let info = Info::named(&mapping, &self.namespace, &name);
            let entry = if self.fetch { self.get(f, info).await } else { Ok(info) };
            let stop = self.stop_at_error && entry.is_err();
            entries.push(entry);
            if stop {
                break;
            }
        }
        Ok(entries)
    }

    /// Fetches what an info names.
    async fn get(&self, f: &Factory, mut info: Info) -> Result<Info> {
        if info.name.is_empty() {
            return Err("resource name may not be empty".into());
        }
        let mut url = info.url();
        if !self.subresource.is_empty() {
            url = url + "/" + &self.subresource;
        }
        let object = f.send(self.with_rows(Request::get(url).accept(self.accept))).await;
        let object = match self.subresource.is_empty() {
            true => object.map_err(|e| e.of_resource("get", &info.mapping.group_resource(), &info.name))?,
            false => object?,
        };
        info.refresh(object);
        Ok(info)
    }
}

fn text(selector: &Option<String>) -> &str {
    selector.as_deref().unwrap_or("")
}

/// The error for a word that is no type of the server's.
pub fn no_type(word: &str) -> Error {
    let resource = word.split('.').next().unwrap_or(word);
    Error::Msg(format!("the server doesn't have a resource type {resource:?}"))
}

/// The resource that a word of the command line means.
pub async fn mapping_for(f: &Factory, word: &str) -> Result<Rc<Mapping>> {
    f.lookup(|mapper| mapper.for_arg(word).cloned()).await?.ok_or_else(|| no_type(word))
}
