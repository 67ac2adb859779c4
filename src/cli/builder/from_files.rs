//! Objects of files, of standard input and of kustomizations.

use super::super::errors::{Error, Result};
use super::super::factory::Factory;
use super::super::kustomize;
use super::{Builder, Entries, Info, decode, files, text};
use crate::apimachinery::labels::Selector;
use crate::apimachinery::{Object, Value};
use std::rc::Rc;

impl Builder {
    pub(super) async fn by_files(&self, f: &Factory) -> Result<Entries> {
        if !self.types.is_empty() {
            return Err("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as \
                        well"
                .into());
        }
        if !self.names.is_empty() {
            return Err("name cannot be provided when a path is specified".into());
        }
        if !self.tuples.is_empty() {
            return Err("resource/name arguments cannot be provided when a path is specified".into());
        }
        let selector = Selector::parse(text(&self.label_selector)).map_err(Error::Msg)?;
        let mut entries: Entries = Vec::new();
        if !self.kustomization.is_empty() {
            let mut objects = kustomize::build(f, &self.kustomization)?;
            kustomize::legacy_order(&mut objects);
            for object in objects {
                let entry = match self.info_of(f, &self.kustomization, object).await {
                    Ok(info) if self.latest => self.get(f, info).await,
                    other => other,
                };
                entries.push(entry);
            }
        }
        for path in &self.files {
            self.by_file(f, path, &mut entries).await?;
            if self.stop_at_error && entries.iter().any(Result::is_err) {
                break;
            }
        }
        entries.retain(|e| e.as_ref().map_or(true, |info| selector.matches(info.object.labels())));
        Ok(entries)
    }

    async fn by_file(&self, f: &Factory, path: &str, entries: &mut Entries) -> Result {
        let (source, text) = match files::read(f, path).await {
            Ok(read) => read,
            Err(e) => {
                entries.push(Err(e));
                return Ok(());
            }
        };
        for document in decode::documents(&text) {
            let found = document
                .map_err(|e| Error::Msg(format!("error parsing {source}: {e}")))
                .and_then(|value| self.validated(f, &source, value));
            let value = match found {
                Ok(None) => continue,
                Ok(Some(value)) => value,
                Err(e) => {
                    entries.push(Err(e));
                    return Ok(());
                }
            };
            for object in decode::flatten(value) {
                let entry = self.info_of(f, &source, object).await;
                let entry = match entry {
                    Ok(info) if self.latest => self.get(f, info).await,
                    other => other,
                };
                entries.push(entry);
            }
        }
        Ok(())
    }

    /// None for an empty document.
    fn validated(&self, f: &Factory, source: &str, value: Value) -> Result<Option<Value>> {
        if value.is_null() {
            return Ok(None);
        }
        if matches!(self.validate.as_str(), "strict" | "warn") {
            if let Err(why) = decode::validate(&value) {
                let text = format!(
                    "error validating {source:?}: error validating data: {why}; if you choose to ignore these \
                     errors, turn validation off with --validate=false"
                );
                if self.validate == "strict" {
                    return Err(Error::Msg(text));
                }
                f.warn(&text);
            }
        }
        Ok(Some(value))
    }

    async fn info_of(&self, f: &Factory, source: &str, object: Value) -> Result<Info> {
        decode::decode(&object).map_err(|why| Error::Msg(format!("unable to decode {source:?}: {why}")))?;
        if self.typed && crate::cli::typed::kind_of(&object).is_none() {
            let (kind, version) = (object.kind(), object.api_version());
            return Err(Error::Msg(format!(
                "unable to decode {source:?}: no kind {kind:?} is registered for version {version:?} in scheme \
                 \"pkg/scheme/scheme.go:28\""
            )));
        }
        let mapping = match self.local {
            true => Rc::new(decode::local_mapping(&object)),
            false => {
                let gvk = object.gvk();
                let found = f.lookup(|mapper| mapper.for_kind(&gvk.group_version(), &gvk.kind).cloned()).await?;
                found.ok_or_else(|| {
                    Error::Msg(format!(
                        "resource mapping not found for name: {:?} namespace: {:?} from {source:?}: no matches for \
                         kind {:?} in version {:?}\nensure CRDs are installed first",
                        object.name(),
                        object.namespace(),
                        gvk.kind,
                        object.api_version()
                    ))
                })?
            }
        };
        let mut info = Info::of_object(&mapping, object);
        info.source = source.to_owned();
        self.place(info)
    }

    /// Puts an object of a file into the namespace of the command.
    fn place(&self, mut info: Info) -> Result<Info> {
        if self.local {
            return Ok(info);
        }
        if !info.mapping.namespaced {
            info.namespace.clear();
            return Ok(info);
        }
        if info.namespace.is_empty() {
            info.namespace.clone_from(&self.namespace);
            if !self.namespace.is_empty() {
                info.object.set("metadata.namespace", self.namespace.as_str());
            }
        } else if self.enforce_namespace && info.namespace != self.namespace {
            return Err(Error::Msg(format!(
                "the namespace from the provided object {:?} does not match the namespace {:?}. You must pass \
                 '--namespace={}' to perform this operation.",
                info.namespace, self.namespace, info.namespace
            )));
        }
        Ok(info)
    }
}
