//! From tokens to a tree. Models libyaml's parser; its states are functions here, its error texts are the same.

use super::Error;
use super::Mark;
use super::node::{Content, Node};
use super::scanner::{Scanner, Style, Tok, Token};

/// The nesting that is still read; deeper is an error, so that no input exhausts the stack.
const MAX_DEPTH: usize = 100;

/// Reads the first document. None where the text holds none.
pub fn parse(text: &str) -> Result<Option<Node>, Error> {
    let mut parser = Parser { scanner: Scanner::new(text)?, depth: 0 };
    parser.document()
}

struct Parser {
    scanner: Scanner,
    depth: usize,
}

/// An error at a token, with the mark of the collection it is in. Go prints the line before counting from 1.
fn problem(message: &str, at: Mark, context: Mark) -> Error {
    let line = if at.line != 0 { at.line } else { context.line };
    Error { message: message.into(), mark: at, line }
}

impl Parser {
    fn peek(&mut self) -> Result<&Token, Error> {
        self.scanner.peek()
    }
    fn take(&mut self) -> Result<Token, Error> {
        self.scanner.take()
    }
    /// Takes the next token if it is this one.
    fn accept(&mut self, tok: &Tok) -> Result<bool, Error> {
        let found = self.peek()?.tok == *tok;
        if found {
            self.take()?;
        }
        Ok(found)
    }

    fn document(&mut self) -> Result<Option<Node>, Error> {
        while self.accept(&Tok::DocumentEnd)? {}
        let mut explicit = false;
        while self.peek()?.tok == Tok::Directive {
            self.take()?;
            explicit = true;
        }
        let next = self.peek()?.clone();
        match next.tok {
            Tok::StreamEnd if !explicit => return Ok(None),
            Tok::DocumentStart => {
                self.take()?;
                if matches!(self.peek()?.tok, Tok::Directive | Tok::DocumentStart | Tok::DocumentEnd | Tok::StreamEnd) {
                    return Ok(None);
                }
            }
            _ if explicit => return Err(problem("did not find expected <document start>", next.start, next.start)),
            _ => {}
        }
        let node = self.node(true, false)?;
        // A document that goes on after its root is wrong: go-yaml sees it when it looks for the next start.
        let next = self.peek()?.clone();
        if !matches!(next.tok, Tok::StreamEnd | Tok::DocumentStart | Tok::DocumentEnd) {
            return Err(problem("did not find expected <document start>", next.start, next.start));
        }
        Ok(Some(node))
    }

    fn empty(mark: Mark) -> Node {
        Node::scalar(String::new(), Style::Plain, mark, mark)
    }

    fn node(&mut self, block: bool, indentless: bool) -> Result<Node, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::plain(format!("exceeded max depth of {MAX_DEPTH}")));
        }
        let node = self.properties_and_content(block, indentless);
        self.depth -= 1;
        node
    }

    fn properties_and_content(&mut self, block: bool, indentless: bool) -> Result<Node, Error> {
        let first = self.peek()?.clone();
        if let Tok::Alias(name) = first.tok {
            self.take()?;
            return Ok(Node::new(Content::Alias(name), first.start, first.end));
        }
        let (mut anchor, mut tag) = (None, None);
        loop {
            match &self.peek()?.tok {
                Tok::Anchor(name) if anchor.is_none() => anchor = Some(name.clone()),
                Tok::Tag(name) if tag.is_none() => tag = Some(name.clone()),
                _ => break,
            }
            self.take()?;
        }
        let has_properties = anchor.is_some() || tag.is_some();
        let mut node = self.content(block, indentless, has_properties, first.start)?;
        node.anchor = anchor.unwrap_or_default();
        node.tag = tag.unwrap_or_default();
        Ok(node)
    }

    fn content(&mut self, block: bool, indentless: bool, properties: bool, start: Mark) -> Result<Node, Error> {
        let token = self.peek()?.clone();
        match token.tok {
            Tok::BlockEntry if indentless => self.indentless_sequence(token.start),
            Tok::Scalar(text, style) => {
                self.take()?;
                Ok(Node::scalar(text, style, token.start, token.end))
            }
            Tok::FlowSequenceStart => self.flow_sequence(),
            Tok::FlowMappingStart => self.flow_mapping(),
            Tok::BlockSequenceStart if block => self.block_sequence(),
            Tok::BlockMappingStart if block => self.block_mapping(),
            _ if properties => Ok(Self::empty(token.start)),
            _ => Err(problem("did not find expected node content", token.start, start)),
        }
    }

    fn block_sequence(&mut self) -> Result<Node, Error> {
        let start = self.take()?.start;
        let mut items = Vec::new();
        loop {
            let token = self.take()?;
            match token.tok {
                Tok::BlockEntry => match self.peek()?.tok {
                    Tok::BlockEntry | Tok::BlockEnd => items.push(Self::empty(token.end)),
                    _ => items.push(self.node(true, false)?),
                },
                Tok::BlockEnd => return Ok(Node::new(Content::Sequence(items), start, token.end)),
                _ => return Err(problem("did not find expected '-' indicator", token.start, start)),
            }
        }
    }

    /// A sequence whose dashes stand at the column of the key above.
    fn indentless_sequence(&mut self, start: Mark) -> Result<Node, Error> {
        let mut items = Vec::new();
        let mut end = start;
        while self.peek()?.tok == Tok::BlockEntry {
            end = self.take()?.end;
            let item = match self.peek()?.tok {
                Tok::BlockEntry | Tok::Key | Tok::Value | Tok::BlockEnd => Self::empty(end),
                _ => self.node(true, false)?,
            };
            end = item.end;
            items.push(item);
        }
        Ok(Node::new(Content::Sequence(items), start, end))
    }

    fn block_mapping(&mut self) -> Result<Node, Error> {
        let start = self.take()?.start;
        let mut pairs = Vec::new();
        loop {
            let token = self.peek()?.clone();
            let key = match token.tok {
                Tok::Key => {
                    self.take()?;
                    match self.peek()?.tok {
                        Tok::Key | Tok::Value | Tok::BlockEnd => Self::empty(token.end),
                        _ => self.node(true, true)?,
                    }
                }
                Tok::Value => Self::empty(token.start),
                Tok::BlockEnd => {
                    let end = self.take()?.end;
                    return Ok(Node::new(Content::Mapping(pairs), start, end));
                }
                _ => return Err(problem("did not find expected key", token.start, start)),
            };
            let at = self.peek()?.start;
            let value = if self.accept(&Tok::Value)? {
                match self.peek()?.tok {
                    Tok::Key | Tok::Value | Tok::BlockEnd => Self::empty(at),
                    _ => self.node(true, true)?,
                }
            } else {
                Self::empty(at)
            };
            pairs.push((key, value));
        }
    }

    fn flow_sequence(&mut self) -> Result<Node, Error> {
        let start = self.take()?.start;
        let mut items = Vec::new();
        loop {
            if self.peek()?.tok == Tok::FlowSequenceEnd {
                break;
            }
            if !items.is_empty() {
                let at = self.peek()?.start;
                if !self.accept(&Tok::FlowEntry)? {
                    return Err(problem("did not find expected ',' or ']'", at, start));
                }
                if self.peek()?.tok == Tok::FlowSequenceEnd {
                    break;
                }
            }
            if self.peek()?.tok == Tok::Key {
                let at = self.take()?.start;
                let pair = self.flow_pair(&Tok::FlowSequenceEnd)?;
                let end = pair.1.end;
                items.push(Node::new(Content::Mapping(vec![pair]), at, end));
            } else {
                items.push(self.node(false, false)?);
            }
        }
        let end = self.take()?.end;
        Ok(Node::new(Content::Sequence(items), start, end))
    }

    fn flow_mapping(&mut self) -> Result<Node, Error> {
        let start = self.take()?.start;
        let mut pairs = Vec::new();
        loop {
            if self.peek()?.tok == Tok::FlowMappingEnd {
                break;
            }
            if !pairs.is_empty() {
                let at = self.peek()?.start;
                if !self.accept(&Tok::FlowEntry)? {
                    return Err(problem("did not find expected ',' or '}'", at, start));
                }
                if self.peek()?.tok == Tok::FlowMappingEnd {
                    break;
                }
            }
            if self.accept(&Tok::Key)? {
                pairs.push(self.flow_pair(&Tok::FlowMappingEnd)?);
            } else {
                // `{a, b}`: keys without values.
                let key = self.node(false, false)?;
                let end = key.end;
                pairs.push((key, Self::empty(end)));
            }
        }
        let end = self.take()?.end;
        Ok(Node::new(Content::Mapping(pairs), start, end))
    }

    /// A key and its value, after the Key token.
    fn flow_pair(&mut self, close: &Tok) -> Result<(Node, Node), Error> {
        let ends = |t: &Tok| *t == Tok::FlowEntry || t == close;
        let next = self.peek()?.clone();
        let key =
            if next.tok == Tok::Value || ends(&next.tok) { Self::empty(next.start) } else { self.node(false, false)? };
        let at = self.peek()?.start;
        let value = if self.accept(&Tok::Value)? {
            let next = self.peek()?.clone();
            if ends(&next.tok) { Self::empty(next.start) } else { self.node(false, false)? }
        } else {
            Self::empty(at)
        };
        Ok((key, value))
    }
}
