//! Fields: what words are cut into, and wildcards that become paths.

use super::{Expander, MAX_FIELDS};
use crate::sh::glob::Glob;

/// A field in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) text: String,
    /// With quoted wildcards escaped.
    pub(super) pattern: String,
    pub(super) glob: bool,
}

/// Fields that words are split into.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) done: Vec<Field>,
    pub(super) current: Option<Field>,
    /// One field, never cut by splitting.
    pub(super) whole: bool,
}

impl Fields {
    fn field(&mut self) -> &mut Field {
        self.current.get_or_insert_default()
    }

    pub(super) fn size(&self) -> usize {
        self.current.as_ref().map_or(0, |f| f.text.len())
    }

    pub(super) fn quoted(&mut self, text: &str) {
        let field = self.field();
        field.text.push_str(text);
        for c in text.chars() {
            if "*?[]\\!^-".contains(c) {
                field.pattern.push('\\');
            }
            field.pattern.push(c);
        }
    }

    pub(super) fn raw(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let field = self.field();
        field.text.push_str(text);
        field.pattern.push_str(text);
        field.glob |= text.contains(['*', '?', '[']);
    }

    pub(super) fn cut(&mut self) {
        if let Some(field) = self.current.take() {
            self.done.push(field);
        }
    }

    /// Adds the outcome of an unquoted expansion, cut at the separators.
    pub(super) fn split(&mut self, text: &str, separators: &str) {
        if self.whole {
            return self.raw(text);
        }
        let mut piece = String::new();
        let mut after_mark = false;
        for c in text.chars() {
            if !separators.contains(c) {
                piece.push(c);
                after_mark = false;
                continue;
            }
            let had = !piece.is_empty() || self.current.is_some();
            self.raw(&std::mem::take(&mut piece));
            if !c.is_whitespace() && !had && !after_mark {
                self.field();
            }
            after_mark = !c.is_whitespace();
            self.cut();
        }
        self.raw(&piece);
    }

    pub(super) fn finish(mut self) -> Vec<Field> {
        self.cut();
        self.done
    }
}

impl Expander<'_, '_> {
    /// Replaces a field with wildcards by the paths it matches; leaves it where it matches none.
    pub(super) fn wildcards(&mut self, field: Field, out: &mut Vec<String>) {
        if !field.glob {
            out.push(field.text);
            return;
        }
        let mut found = vec![if field.pattern.starts_with('/') { "/".to_owned() } else { String::new() }];
        for part in field.pattern.split('/').filter(|p| !p.is_empty()) {
            let glob = Glob::new(part);
            let plain = !part.contains(['*', '?', '[']);
            let mut next = Vec::new();
            for base in &found {
                if plain {
                    let path = format!("{base}{}/", part.replace('\\', ""));
                    if self.io.lstat(path.trim_end_matches('/')).is_ok() {
                        next.push(path);
                    }
                    continue;
                }
                let dir = if base.is_empty() { "." } else { base };
                for (name, _) in self.io.list(dir).unwrap_or_default() {
                    if (!name.starts_with('.') || part.starts_with('.')) && glob.matches(&name) {
                        next.push(format!("{base}{name}/"));
                    }
                }
                if next.len() > MAX_FIELDS {
                    break;
                }
            }
            found = next;
        }
        let trailing = field.pattern.ends_with('/');
        let paths = found.into_iter().filter(|p| !p.is_empty()).map(|mut p| {
            if !trailing {
                p.pop();
            }
            p
        });
        let before = out.len();
        out.extend(paths);
        if out.len() == before {
            out.push(field.text);
        }
    }
}
