//! The protocol: requests in, replies out.

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Simple(&'static str),
    Error(String),
    Int(i64),
    Bulk(String),
    Nil,
    List(Vec<Reply>),
}

impl Reply {
    pub fn ok() -> Self {
        Self::Simple("OK")
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Simple(text) => format!("+{text}\r\n").into_bytes(),
            Self::Error(text) => format!("-{text}\r\n").into_bytes(),
            Self::Int(n) => format!(":{n}\r\n").into_bytes(),
            Self::Bulk(text) => format!("${}\r\n{text}\r\n", text.len()).into_bytes(),
            Self::Nil => b"$-1\r\n".to_vec(),
            Self::List(items) => {
                let mut out = format!("*{}\r\n", items.len()).into_bytes();
                out.extend(items.iter().flat_map(Reply::to_bytes));
                out
            }
        }
    }

    /// Reads a reply; None where more has to come. With it, how many bytes it took.
    pub fn parse(data: &[u8]) -> Option<(Self, usize)> {
        let (first, used) = line(data)?;
        let (kind, rest) = (first.chars().next()?, first.get(1..).unwrap_or(""));
        Some(match kind {
            '+' if rest == "PONG" => (Self::Simple("PONG"), used),
            '+' if rest == "OK" => (Self::Simple("OK"), used),
            '-' => (Self::Error(rest.to_owned()), used),
            ':' => (Self::Int(rest.parse().unwrap_or(0)), used),
            '$' if rest.starts_with('-') => (Self::Nil, used),
            '$' => {
                let size: usize = rest.parse().ok()?;
                let end = used.checked_add(size)?;
                let text = String::from_utf8_lossy(data.get(used..end)?).into_owned();
                data.get(end..end.checked_add(2)?)?;
                (Self::Bulk(text), end + 2)
            }
            '*' => {
                let (mut items, mut at) = (Vec::new(), used);
                for _ in 0..rest.parse::<usize>().unwrap_or(0) {
                    // Lists within lists are not sent by this server.
                    let (item, more) = Self::parse(data.get(at..)?)?;
                    items.push(item);
                    at += more;
                }
                (Self::List(items), at)
            }
            _ => (Self::Bulk(rest.to_owned()), used),
        })
    }
}

/// A line without its end, and how many bytes it took.
fn line(data: &[u8]) -> Option<(String, usize)> {
    let end = data.iter().position(|b| *b == b'\n')?;
    let text = String::from_utf8_lossy(&data[..end]).trim_end_matches('\r').to_owned();
    Some((text, end + 1))
}

/// A request: an array of strings, or words in a line.
pub fn request(data: &[u8]) -> Option<(Vec<String>, usize)> {
    let (first, used) = line(data)?;
    let Some(count) = first.strip_prefix('*') else {
        return Some((first.split_whitespace().map(str::to_owned).collect(), used));
    };
    let (mut words, mut at) = (Vec::new(), used);
    for _ in 0..count.parse::<usize>().unwrap_or(0) {
        let (size, more) = line(data.get(at..)?)?;
        let start = at + more;
        let end = start.checked_add(size.strip_prefix('$')?.parse().ok()?)?;
        words.push(String::from_utf8_lossy(data.get(start..end)?).into_owned());
        data.get(end..end.checked_add(2)?)?;
        at = end + 2;
    }
    Some((words, at))
}

/// A request as an array.
pub fn array(words: &[String]) -> Vec<u8> {
    Reply::List(words.iter().cloned().map(Reply::Bulk).collect()).to_bytes()
}
