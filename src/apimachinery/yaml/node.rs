//! A YAML document as a tree with positions, and what it means as a value.

use super::resolve::{Scalar, resolve};
use super::scanner::Style;
use super::{Error, Mark};
use crate::apimachinery::value::{Map, Value};
use std::collections::BTreeMap;

/// A node of a document.
#[derive(Clone, Debug)]
pub struct Node {
    pub content: Content,
    /// A tag with its handle resolved, or "".
    pub tag: String,
    /// The anchor's name, or "".
    pub anchor: String,
    pub start: Mark,
    pub end: Mark,
}

#[derive(Clone, Debug)]
pub enum Content {
    /// The text; true where it was written without quotes.
    Scalar(String, bool),
    Sequence(Vec<Node>),
    /// In the order written, duplicates included.
    Mapping(Vec<(Node, Node)>),
    Alias(String),
}

impl Node {
    pub(super) fn scalar(text: String, style: Style, start: Mark, end: Mark) -> Self {
        Self::new(Content::Scalar(text, style == Style::Plain), start, end)
    }

    pub(super) fn new(content: Content, start: Mark, end: Mark) -> Self {
        Self { content, tag: String::new(), anchor: String::new(), start, end }
    }

    /// What the document means. Errors: an unknown anchor, a merge of what is no map, a key that is a collection,
    /// aliases that would unfold to more than a million nodes.
    pub fn to_value(&self) -> Result<Value, Error> {
        Builder::default().build(self)
    }

    /// The value of a key of a mapping, the last where there are several.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Content::Mapping(pairs) = &self.content else { return None };
        pairs.iter().rev().find(|(k, _)| matches!(&k.content, Content::Scalar(t, _) if t == key)).map(|(_, v)| v)
    }
}

/// The most nodes a document may have once its aliases are unfolded.
const MAX_NODES: usize = 1_000_000;

#[derive(Default)]
struct Builder<'a> {
    /// Each anchor's value and how many nodes it holds.
    anchors: BTreeMap<&'a str, (Value, usize)>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn build(&mut self, node: &'a Node) -> Result<Value, Error> {
        let before = self.nodes;
        self.nodes += 1;
        let value = match &node.content {
            Content::Scalar(text, plain) => scalar(text, &node.tag, *plain),
            Content::Sequence(items) => {
                Value::from(items.iter().map(|n| self.build(n)).collect::<Result<Vec<_>, _>>()?)
            }
            Content::Mapping(pairs) => self.mapping(pairs)?,
            Content::Alias(name) => {
                let Some((value, nodes)) = self.anchors.get(name.as_str()) else {
                    return Err(Error::plain(format!("unknown anchor '{name}' referenced")));
                };
                self.nodes += nodes;
                value.clone()
            }
        };
        if self.nodes > MAX_NODES {
            return Err(Error::plain("document contains excessive aliasing"));
        }
        if !node.anchor.is_empty() {
            self.anchors.insert(&node.anchor, (value.clone(), self.nodes - before));
        }
        Ok(value)
    }

    fn mapping(&mut self, pairs: &'a [(Node, Node)]) -> Result<Value, Error> {
        let mut map = Map::new();
        let mut merged: Vec<Value> = Vec::new();
        for (key, value) in pairs {
            if matches!(&key.content, Content::Scalar(t, true) if t == "<<") {
                match self.build(value)? {
                    Value::List(list) => merged.extend(list.iter().cloned()),
                    one => merged.push(one),
                }
                continue;
            }
            let name = match self.build(key)? {
                Value::Str(s) => s.to_string(),
                Value::Null => "null".to_owned(),
                Value::List(_) | Value::Map(_) => {
                    return Err(Error::plain(format!("invalid map key: {}", self.build(key)?)));
                }
                other => other.to_string(),
            };
            let value = self.build(value)?;
            map.insert(name, value);
        }
        // Keys of the mapping itself win over merged ones, earlier merges over later ones.
        for source in merged {
            let Value::Map(source) = source else {
                return Err(Error::plain("map merge requires map or sequence of maps as the value"));
            };
            for (k, v) in source.iter() {
                if !map.contains_key(k) {
                    map.insert(k, v);
                }
            }
        }
        Ok(map.into())
    }
}

fn scalar(text: &str, tag: &str, plain: bool) -> Value {
    let (plain, tag) = match tag {
        "" | "!" => (plain && tag.is_empty(), ""),
        "tag:yaml.org,2002:str" | "tag:yaml.org,2002:binary" => (false, ""),
        tag => (true, tag),
    };
    if !plain {
        return Value::from(text);
    }
    match resolve(text) {
        Scalar::Null => Value::Null,
        Scalar::Bool(b) => b.into(),
        Scalar::Int(i) if tag == "tag:yaml.org,2002:float" => Value::Float(i as f64),
        Scalar::Int(i) => i.into(),
        Scalar::Float(f) => f.into(),
        Scalar::Timestamp | Scalar::Str => text.into(),
    }
}
