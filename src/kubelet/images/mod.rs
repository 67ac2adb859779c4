//! Simulated images: a file tree and small programs, one file per family. An image that is not here cannot be pulled.

mod base;
mod common;
mod idle;
mod kubia;
mod language;
mod net_tools;
mod nginx;
mod redis;
mod reference;
mod release;
mod server;
mod small;
mod stock;
mod web;
mod web_files;

pub use reference::Reference;

use crate::sh::files::Files;
use crate::sh::kernel::Release;
use crate::sh::process::{Loader, Program};
use crate::sh::signal::Signal;
use base::Base;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What a registry knows of an image: its configuration and what its layers hold.
#[derive(Debug)]
pub struct Image {
    /// Normalized, without tag: `docker.io/library/nginx`.
    pub name: &'static str,
    /// Other names of the same image: mirrors, and copies in other registries.
    pub also: &'static [&'static str],
    /// Which tags exist: words, or `*` for any.
    pub tags: &'static str,
    /// Versions, where the tags name them; see [`release::resolve`].
    pub releases: &'static str,
    /// Bytes to pull.
    pub size: u64,
    pub entrypoint: &'static [&'static str],
    pub cmd: &'static [&'static str],
    pub env: &'static [(&'static str, &'static str)],
    pub workdir: &'static str,
    /// `root`, or the name of another user.
    pub user: &'static str,
    /// The numeric user: 0 is root.
    pub uid: i64,
    /// `EXPOSE`d ports.
    pub ports: &'static [u16],
    /// The signal that asks the image to stop: TERM unless its `STOPSIGNAL` says otherwise.
    pub stop_signal: Signal,
    pub base: Base,
    /// Executables besides those of the base: path and program.
    pub programs: &'static [(&'static str, &'static str)],
    /// Files besides those of the base: path and text.
    pub files: &'static [(&'static str, &'static str)],
    /// Symbolic links: path and target.
    pub links: &'static [(&'static str, &'static str)],
    /// Shown on the page's list of images.
    pub about: &'static str,
}

impl Image {
    /// What most images have in common; the constants of the families fill in the rest.
    const EMPTY: Image = Image {
        name: "",
        also: &[],
        tags: "*",
        releases: "",
        size: 10_000_000,
        entrypoint: &[],
        cmd: &[],
        env: &[("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")],
        workdir: "/",
        user: "root",
        uid: 0,
        ports: &[],
        stop_signal: Signal::TERM,
        base: Base::Scratch,
        programs: &[],
        files: &[],
        links: &[],
        about: "",
    };

    /// The release that a tag names, "" where tags name none here; None where the registry has no such tag.
    fn release(&self, tag: &str) -> Option<String> {
        if !self.releases.is_empty() {
            return release::resolve(self.releases, tag);
        }
        (self.tags == "*" || self.tags.split(' ').any(|t| t == tag)).then(String::new)
    }

    /// Finds programs for the kernel of a container: the images' own, then the common tools.
    pub fn loader(&self) -> Loader {
        load
    }
}

/// The families; each is a list of images.
const FAMILIES: &[&[Image]] = &[
    base::IMAGES,
    kubia::IMAGES,
    nginx::IMAGES,
    web::IMAGES,
    web_files::IMAGES,
    redis::IMAGES,
    stock::IMAGES,
    language::IMAGES,
    common::IMAGES,
];

/// The servers of the families.
const FAMILY_APPS: &[&[server::App]] = &[kubia::APPS, nginx::APPS, web::APPS, web_files::APPS, common::APPS];

/// The small programs of the families.
const FAMILY_PROGRAMS: &[&[(&str, language::Run)]] = &[language::PROGRAMS, net_tools::PROGRAMS, small::PROGRAMS];

/// All images, for the page's list.
pub fn all() -> impl Iterator<Item = &'static Image> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The list of images for people: names as one types them, and what they are.
pub fn list() -> String {
    let mut rows: Vec<(&str, &str)> = all().map(|i| (short(i.name), i.about)).collect();
    rows.sort_unstable();
    rows.dedup_by_key(|(name, _)| *name);
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let rows = rows.into_iter().map(|(name, about)| format!("{name:width$}   {about}").trim_end().to_owned() + "\n");
    ["Images are small programs here; nothing is downloaded. These exist:\n\n".to_owned()]
        .into_iter()
        .chain(rows)
        .collect()
}

/// `docker.io/library/nginx` as one types it: `nginx`.
fn short(name: &'static str) -> &'static str {
    name.strip_prefix("docker.io/library/").or(name.strip_prefix("docker.io/")).unwrap_or(name)
}

/// An image and the tag or digest it was asked for.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub image: &'static Image,
    pub reference: Reference,
    /// `1.27.5`, or "".
    version: String,
}

impl Resolved {
    /// `docker.io/library/nginx:latest`: `status.containerStatuses[].image`
    pub fn full_name(&self) -> String {
        self.reference.to_string()
    }

    /// `docker.io/library/nginx@sha256:…`: `status.containerStatuses[].imageID`
    pub fn image_id(&self) -> String {
        format!("{}@{}", self.reference.name, self.digest())
    }

    /// `sha256:…`, the same for the same name and tag always.
    pub fn digest(&self) -> String {
        self.reference.digest.clone().unwrap_or_else(|| {
            format!("sha256:{}", crate::apimachinery::sha256::hex(self.reference.to_string().as_bytes()))
        })
    }

    /// The tag, for programs whose answer differs by version.
    pub fn tag(&self) -> &str {
        &self.reference.tag
    }

    /// What the image's programs know of themselves.
    pub fn release(&self) -> Release {
        Release { tag: self.tag().to_owned(), version: self.version.clone() }
    }

    /// Environment variables that the image sets.
    pub fn env(&self) -> Vec<(String, String)> {
        let release = self.release();
        self.image.env.iter().map(|(k, v)| ((*k).to_owned(), release.fill(v))).collect()
    }

    /// The system below it.
    pub fn base(&self) -> Base {
        release::base(self.image.base, self.tag())
    }

    /// Bytes to pull. What is built on a smaller system is smaller.
    pub fn size(&self) -> u64 {
        match self.base() == self.image.base {
            true => self.image.size,
            false => self.image.size / 3,
        }
    }

    /// The file tree that a container starts with; shared until it is written to.
    pub fn files(&self) -> Files {
        type Key = (&'static str, Base, String);
        thread_local!(static MADE: RefCell<BTreeMap<Key, Files>> = const { RefCell::new(BTreeMap::new()) });
        let (key, release) = ((self.image.name, self.base(), self.version.clone()), self.release());
        MADE.with(|made| {
            made.borrow_mut().entry(key).or_insert_with(|| base::tree(self.image, self.base(), &release)).clone()
        })
    }
}

/// Finds an image: `nginx`, `nginx:1.27`, `docker.io/library/nginx@sha256:…`. None where no registry has it.
pub fn lookup(reference: &str) -> Option<Resolved> {
    let reference = Reference::parse(reference)?;
    // A digest alone says nothing of a version: the newest.
    let tag = if reference.digest.is_some() { "latest" } else { &reference.tag };
    let (image, version) = named(&reference.name).find_map(|image| Some((image, image.release(tag)?)))?;
    Some(Resolved { image, reference, version })
}

/// True where a registry has a repository of that name.
pub fn is_known(name: &str) -> bool {
    named(name).next().is_some()
}

/// The images of a name without a tag: an image that was built otherwise in the past is a second row.
fn named(name: &str) -> impl Iterator<Item = &'static Image> {
    all().filter(move |image| image.name == name || image.also.contains(&name))
}

fn load(name: &str, argv: &[String]) -> Option<Box<dyn Program>> {
    let serves_files = argv.get(1..3).is_some_and(|a| a == ["-m", "http.server"]);
    match name {
        "python3" if serves_files => return server::load("python-http", argv),
        "stress" => return Some(small::stress(argv)),
        _ => {}
    }
    if let Some((_, run)) = FAMILY_PROGRAMS.iter().flat_map(|rows| rows.iter()).find(|(n, _)| *n == name) {
        return Some(Box::new(small::Once { run: *run, argv: argv.to_vec() }));
    }
    server::load(name, argv)
        .or_else(|| redis::load(name, argv))
        .or_else(|| idle::load(name))
        .or_else(|| crate::sh::tools::load(name, argv))
}

#[cfg(test)]
mod tests;
