//! The sentences of a lesson in one language: a small Markdown, read into blocks. Never HTML.

use super::typography::joint;

/// `zh.md` or `en.md`, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prose {
    pub title: String,
    pub intro: Vec<Block>,
    pub steps: Vec<StepProse>,
}

/// The sentences of one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepProse {
    pub id: String,
    pub title: Vec<Inline>,
    pub body: Vec<Block>,
    /// By the goal's id.
    pub goals: Vec<(String, Vec<Block>)>,
    /// In the order in which they open.
    pub hints: Vec<Vec<Block>>,
    /// By the wrong answer's id.
    pub wrong: Vec<(String, Vec<Block>)>,
    /// Shown once the step is solved.
    pub done: Vec<Block>,
}

/// A block of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Inline>),
    List {
        ordered: bool,
        items: Vec<Vec<Inline>>,
    },
    /// Command lines, each to be tapped.
    Run(Vec<String>),
    /// What is only shown: `yaml` or `text`.
    Code {
        language: &'static str,
        text: String,
    },
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Code(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    /// `https://…`, or `lesson:ch5/01-create-a-pod`.
    Link {
        text: Vec<Inline>,
        target: String,
    },
}

/// What is wrong, and in which line (from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProseError {
    pub line: usize,
    pub message: String,
}

/// How deep emphasis may nest.
const MOST_DEPTH: usize = 3;
const LANGUAGES: &[&str] = &["yaml", "text"];

impl Prose {
    /// Reads a prose file.
    #[inline(never)]
    pub fn parse(text: &str) -> Result<Prose, ProseError> {
        let mut reader = Reader { prose: Prose::default(), place: Place::Top };
        let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line)).peekable();
        while let Some((at, line)) = lines.next() {
            let fail = |message: &str| ProseError { line: at, message: message.to_owned() };
            if line.trim().is_empty() {
                continue;
            } else if let Some(info) = line.strip_prefix("```") {
                let mut code = Vec::new();
                loop {
                    match lines.next() {
                        Some((_, "```")) => break,
                        Some((_, inner)) => code.push(inner),
                        None => return Err(fail("this code block has no end")),
                    }
                }
                let block = code_block(info.trim(), &code).ok_or_else(|| fail("a code block is run, yaml or text"))?;
                reader.push(block).map_err(fail)?;
            } else if line.starts_with('#') {
                reader.heading(line).map_err(fail)?;
            } else if list_item(line).is_some() {
                let ordered = !line.starts_with("- ");
                let mut items: Vec<String> = Vec::new();
                let mut next = Some(line);
                while let Some(line) = next {
                    match (list_item(line), items.last_mut()) {
                        (Some(item), _) => items.push(item.to_owned()),
                        (None, Some(last)) => join(last, line.trim()),
                        (None, None) => {}
                    }
                    let more = |l: &&str| list_item(l).is_some() || l.starts_with("  ");
                    next = lines.next_if(|(_, l)| more(l)).map(|(_, l)| l);
                }
                let items = items.iter().map(|i| inline(i)).collect::<Result<_, _>>().map_err(fail)?;
                reader.push(Block::List { ordered, items }).map_err(fail)?;
            } else {
                let mut paragraph = line.trim().to_owned();
                while let Some((_, line)) = lines.next_if(|(_, l)| continues(l)) {
                    join(&mut paragraph, line.trim());
                }
                let block = Block::Paragraph(inline(&paragraph).map_err(fail)?);
                reader.push(block).map_err(fail)?;
            }
        }
        if reader.prose.title.is_empty() {
            return Err(ProseError { line: 1, message: "no title: the file begins with `# `".into() });
        }
        Ok(reader.prose)
    }

    /// The step's sentences; none where the file has no such step.
    pub fn step(&self, id: &str) -> Option<&StepProse> {
        self.steps.iter().find(|s| s.id == id)
    }
}

impl StepProse {
    /// Every block of the step, with the name of the part it is in.
    pub fn parts(&self) -> impl Iterator<Item = (String, &[Block])> {
        let goals = self.goals.iter().map(|(id, blocks)| (format!("goal {id}"), blocks.as_slice()));
        let wrong = self.wrong.iter().map(|(id, blocks)| (format!("wrong {id}"), blocks.as_slice()));
        let hints = self.hints.iter().enumerate().map(|(i, h)| (format!("hint {}", i + 1), h.as_slice()));
        [("body".to_owned(), self.body.as_slice()), ("done".to_owned(), self.done.as_slice())]
            .into_iter()
            .chain(goals)
            .chain(wrong)
            .chain(hints)
    }
}

/// Where the next block belongs.
enum Place {
    Top,
    Body,
    Goal,
    Hint,
    Wrong,
    Done,
}

struct Reader {
    prose: Prose,
    place: Place,
}

impl Reader {
    fn heading(&mut self, line: &str) -> Result<(), &'static str> {
        let (marks, text) = line.split_once(' ').ok_or("a heading has a space after its marks")?;
        let text = text.trim();
        match marks {
            "#" if self.prose.title.is_empty() => self.prose.title = text.to_owned(),
            "##" => {
                let (id, title) = text.split_once(':').ok_or("a step's heading is `## id: title`")?;
                let (id, title) = (id.trim().to_owned(), inline(title.trim())?);
                if self.prose.steps.iter().any(|s| s.id == id) {
                    return Err("a second step of this id");
                }
                self.prose.steps.push(StepProse { id, title, ..StepProse::default() });
                self.place = Place::Body;
            }
            "###" => {
                let step = self.prose.steps.last_mut().ok_or("no step yet")?;
                let (kind, id) = text.split_once(' ').map_or((text, ""), |(kind, id)| (kind, id.trim()));
                self.place = match (kind, id) {
                    ("hint", "") => {
                        step.hints.push(Vec::new());
                        Place::Hint
                    }
                    ("done", "") => Place::Done,
                    ("goal", id) if !id.is_empty() => {
                        step.goals.push((id.to_owned(), Vec::new()));
                        Place::Goal
                    }
                    ("wrong", id) if !id.is_empty() => {
                        step.wrong.push((id.to_owned(), Vec::new()));
                        Place::Wrong
                    }
                    _ => return Err("a part is `### goal ID`, `### hint`, `### wrong ID` or `### done`"),
                };
            }
            _ => return Err("a heading is `# title` (once), `## id: title` or `### part`"),
        }
        Ok(())
    }

    fn push(&mut self, block: Block) -> Result<(), &'static str> {
        let step = self.prose.steps.last_mut();
        let blocks = match (&self.place, step) {
            (Place::Top, _) => Some(&mut self.prose.intro),
            (Place::Body, Some(step)) => Some(&mut step.body),
            (Place::Done, Some(step)) => Some(&mut step.done),
            (Place::Hint, Some(step)) => step.hints.last_mut(),
            (Place::Goal, Some(step)) => step.goals.last_mut().map(|(_, b)| b),
            (Place::Wrong, Some(step)) => step.wrong.last_mut().map(|(_, b)| b),
            _ => None,
        };
        blocks.ok_or("a block outside a step")?.push(block);
        Ok(())
    }
}

fn code_block(info: &str, lines: &[&str]) -> Option<Block> {
    if info == "run" {
        return Some(Block::Run(lines.iter().filter(|l| !l.trim().is_empty()).map(|l| (*l).to_owned()).collect()));
    }
    let language = LANGUAGES.iter().find(|l| **l == info)?;
    Some(Block::Code { language, text: lines.join("\n") })
}

/// The text of a list item: after `- ` or `1. `.
fn list_item(line: &str) -> Option<&str> {
    line.strip_prefix("- ").or_else(|| {
        let (number, rest) = line.split_once(". ")?;
        (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(rest)
    })
}

/// True for a line that goes on with the paragraph before it.
fn continues(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with("```") && list_item(line).is_none()
}

/// Appends a line of the same paragraph: with a space, except between Han characters.
fn join(text: &mut String, line: &str) {
    text.push_str(joint(text, line));
    text.push_str(line);
}

/// Reads the pieces of a line.
pub fn inline(text: &str) -> Result<Vec<Inline>, &'static str> {
    pieces(text, 0)
}

fn pieces(text: &str, depth: usize) -> Result<Vec<Inline>, &'static str> {
    if depth > MOST_DEPTH {
        return Err("emphasis nests too deep");
    }
    let (mut found, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(first) = rest.chars().next() {
        let (piece, after) = match first {
            '`' => {
                let (code, after) = rest.get(1..).unwrap_or("").split_once('`').ok_or("a ` without its other")?;
                (Inline::Code(code.to_owned()), after)
            }
            '*' if rest.starts_with("**") => {
                let inner = rest.get(2..).unwrap_or("");
                let (strong, after) = inner.split_once("**").ok_or("a ** without its other")?;
                (Inline::Strong(pieces(strong, depth + 1)?), after)
            }
            '*' => {
                let (soft, after) = rest.get(1..).unwrap_or("").split_once('*').ok_or("a * without its other")?;
                (Inline::Emphasis(pieces(soft, depth + 1)?), after)
            }
            '[' => {
                let (label, after) = rest.get(1..).unwrap_or("").split_once("](").ok_or("a [ that opens no link")?;
                let (target, after) = after.split_once(')').ok_or("a link without its )")?;
                if !target.starts_with("https://") && !target.starts_with("lesson:") {
                    return Err("a link goes to https:// or lesson:");
                }
                (Inline::Link { text: pieces(label, depth + 1)?, target: target.to_owned() }, after)
            }
            _ => {
                plain.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or("");
                continue;
            }
        };
        if !plain.is_empty() {
            found.push(Inline::Text(std::mem::take(&mut plain)));
        }
        found.push(piece);
        rest = after;
    }
    if !plain.is_empty() {
        found.push(Inline::Text(plain));
    }
    Ok(found)
}

/// The words alone, without marks: for titles and screen readers.
pub fn plain(pieces: &[Inline]) -> String {
    pieces.iter().fold(String::new(), |mut out, piece| {
        match piece {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Link { text: inner, .. } => {
                out.push_str(&plain(inner));
            }
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "# Title\n\nHello\nthere.\n\n## one: Do `this`\nBody.\n\n```run\nkubectl get po\n\nls\n```\n\n- a\n- b\n  more\n\n### goal g\nG.\n\n### hint\nH1.\n### hint\nH2.\n### wrong w\nW.\n### done\nD.\n";

    fn paragraph(text: &str) -> Vec<Block> {
        vec![Block::Paragraph(vec![Inline::Text(text.into())])]
    }

    #[test]
    fn a_file_is_a_title_an_introduction_and_steps_with_parts() {
        let prose = Prose::parse(SMALL).unwrap();
        assert_eq!((prose.title.as_str(), prose.intro.clone()), ("Title", paragraph("Hello there.")));
        let step = prose.step("one").unwrap();
        assert_eq!(plain(&step.title), "Do this");
        assert_eq!(step.body[1], Block::Run(vec!["kubectl get po".into(), "ls".into()]));
        let items = vec![vec![Inline::Text("a".into())], vec![Inline::Text("b more".into())]];
        assert_eq!(step.body[2], Block::List { ordered: false, items });
        assert_eq!(step.goals, vec![("g".into(), paragraph("G."))]);
        assert_eq!(step.hints, vec![paragraph("H1."), paragraph("H2.")]);
        assert_eq!(step.wrong, vec![("w".into(), paragraph("W."))]);
        assert_eq!(step.done, paragraph("D."));
    }

    #[test]
    fn lines_of_a_chinese_paragraph_are_joined_without_a_space() {
        let prose = Prose::parse("# 标题\n你好，\n世界\nPod 在\n这里").unwrap();
        assert_eq!(prose.intro, paragraph("你好，世界 Pod 在这里"));
    }

    #[test]
    fn pieces_of_a_line() {
        let text = |t: &str| Inline::Text(t.into());
        assert_eq!(
            inline("a **b `c`** *d* [e](https://x.y/z) f").unwrap(),
            vec![
                text("a "),
                Inline::Strong(vec![text("b "), Inline::Code("c".into())]),
                text(" "),
                Inline::Emphasis(vec![text("d")]),
                text(" "),
                Inline::Link { text: vec![text("e")], target: "https://x.y/z".into() },
                text(" f"),
            ]
        );
        assert_eq!(inline("`*`").unwrap(), vec![Inline::Code("*".into())]);
        for wrong in ["`a", "**a", "*a", "[a](b)", "[a", "[a](https://x"] {
            assert!(inline(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_names_its_line() {
        for (text, line) in [
            ("Hello", 1),
            ("# T\n\n```sh\nx\n```", 3),
            ("# T\n```run\nx", 2),
            ("# T\n\n## no title", 3),
            ("# T\n### hint", 2),
            ("# T\n## a: b\n### hints", 3),
            ("# T\n## a: b\n## a: c", 3),
            ("# T\n# U", 2),
            ("# T\n\na `b", 3),
        ] {
            assert_eq!(Prose::parse(text).map_err(|e| e.line), Err(line), "{text}");
        }
    }
}
