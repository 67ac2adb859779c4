//! Transcripts, read back.

/// One command with what it printed.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub command: String,
    pub stdout: Vec<String>,
    pub stderr: Vec<String>,
    pub code: String,
}

/// Reads a transcript.
pub fn parse(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.split('\n') {
        if let Some(command) = line.strip_prefix("$ ") {
            entries.push(Entry { command: command.to_owned(), code: "0".to_owned(), ..Entry::default() });
            continue;
        }
        let Some(entry) = entries.last_mut() else { continue };
        if let Some(code) = line.strip_prefix("? ") {
            entry.code = code.trim().to_owned();
        } else if line.starts_with("! ") || line == "!" {
            entry.stderr.push(line.get(2..).unwrap_or("").to_owned());
        } else {
            entry.stdout.push(line.to_owned());
        }
    }
    for entry in &mut entries {
        while entry.stdout.last().is_some_and(String::is_empty) {
            entry.stdout.pop();
        }
    }
    entries
}
