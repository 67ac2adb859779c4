//! Arguments that name resources: `pods`, `pod web`, `pod/web svc/web`, `po,svc`, `all`.

use super::Builder;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;

const MIXED: &str = "there is no need to specify a resource type as a separate argument when passing arguments in \
                     resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource \
                     resource/<resource_name>'";

/// Some of the words are of the form `type/name`, and whether others are not.
pub fn has_slash_and_plain(words: &[String]) -> (bool, bool) {
    let slashes = words.iter().filter(|w| w.contains('/')).count();
    (slashes > 0, slashes < words.len())
}

/// `type/name` as a pair; None for a word without a slash.
pub fn split_type_name(word: &str) -> Result<Option<(String, String)>> {
    let parts: Vec<&str> = word.split('/').collect();
    match parts.as_slice() {
        [_] => Ok(None),
        [kind, name] if !kind.is_empty() && !name.is_empty() && !kind.contains(',') => {
            Ok(Some(((*kind).to_owned(), (*name).to_owned())))
        }
        [_, _] => Err("arguments in resource/name form must have a single resource and name".into()),
        _ => Err("arguments in resource/name form may not have more than one slash".into()),
    }
}

impl Builder {
    /// Reads types and names. A type alone selects everything of it where `allow_empty_selector` is set.
    pub async fn args(mut self, f: &Factory, allow_empty_selector: bool, words: &[String]) -> Result<Self> {
        let (slash, plain) = has_slash_and_plain(words);
        if slash && plain {
            self.errors.push(Error::msg(MIXED));
            return Ok(self);
        }
        if slash {
            for word in words {
                match split_type_name(word) {
                    Ok(tuple) => self.tuples.extend(tuple),
                    Err(e) => {
                        self.errors.push(e);
                        return Ok(self);
                    }
                }
            }
            return Ok(self);
        }
        let Some((types, names)) = words.split_first() else { return Ok(self) };
        if types.split(',').any(str::is_empty) {
            return Err(super::no_type(""));
        }
        self.types = self.replace_categories(f, types).await?;
        self.names = names.to_vec();
        // Several types are written out, or have no names.
        if self.types.len() > 1 && !types.contains(',') && !names.is_empty() {
            self.errors.push(Error::msg("you must specify only one resource"));
        }
        if names.is_empty() && self.label_selector.is_none() && allow_empty_selector {
            self.label_selector = Some(String::new());
        }
        Ok(self)
    }

    /// Replaces words such as `all` by the types of that category.
    async fn replace_categories(&self, f: &Factory, words: &str) -> Result<Vec<String>> {
        let mut types: Vec<String> = Vec::new();
        for word in words.split(',').filter(|w| !w.is_empty()) {
            let expanded = match f.known().await {
                Ok(mapper) => mapper.category(word).iter().map(|m| m.group_resource()).collect(),
                // Without a server the same failure shows when the type is looked up.
                Err(e) => return Err(e),
            };
            let expanded: Vec<String> = expanded;
            if expanded.is_empty() {
                types.push(word.to_owned());
            } else {
                types.extend(expanded);
            }
        }
        Ok(types)
    }

    /// Names objects of one type, whatever else was said.
    pub fn named(mut self, kind: &str, names: &[String]) -> Self {
        self.types = vec![kind.to_owned()];
        self.names = names.to_vec();
        self
    }

    /// Selects objects of one type by label; "" selects all.
    pub fn labelled(mut self, kind: &str, selector: &str) -> Self {
        self.types = vec![kind.to_owned()];
        self.label_selector = Some(selector.to_owned());
        self
    }

    /// Selects by fields as well.
    pub fn with_fields(mut self, selector: &str) -> Self {
        self.field_selector = Some(selector.to_owned());
        self
    }

    /// Reads these files.
    pub fn paths(mut self, paths: Vec<String>) -> Self {
        self.files = paths;
        self
    }

    /// True where exactly one object was named, so that it is printed as it is and not in a list.
    pub fn is_single(&self) -> bool {
        match (self.files.len(), self.tuples.len()) {
            (0, 0) => self.types.len() == 1 && self.names.len() == 1,
            (0, tuples) => tuples == 1,
            (files, _) => files == 1 && !self.recursive,
        }
    }

    /// True where one object was named by an argument.
    pub fn names_one(&self) -> bool {
        self.names.len() == 1 || self.tuples.len() == 1
    }
}
