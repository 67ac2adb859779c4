//! Scenario files (`NAME.scn`) and transcripts (`NAME.out`): the forms of `tests/transcripts/README.md`.

/// One step of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Write this text to this file.
    File { name: String, text: String },
    /// Let this many seconds pass.
    Wait(f64),
    /// Let time pass until the cluster is stable.
    Settle,
    /// Run this line in the shell.
    Run(String),
}

/// A scenario: its steps, and whether it goes on with the cluster of the one before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    pub steps: Vec<Step>,
    pub noclean: bool,
}

impl Scenario {
    /// Reads a scenario. Lines that are neither directives nor commands are comments.
    pub fn parse(text: &str) -> Self {
        let mut scenario = Self::default();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("# file: ") {
                let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "# end").collect();
                let text = body.iter().map(|l| format!("{l}\n")).collect();
                scenario.steps.push(Step::File { name: name.trim().into(), text });
            } else if let Some(secs) = line.strip_prefix("# wait ") {
                scenario.steps.push(Step::Wait(secs.trim().parse().unwrap_or(0.0)));
            } else if line.trim_end() == "# settle" {
                scenario.steps.push(Step::Settle);
            } else if line.trim_end() == "# noclean" {
                scenario.noclean = true;
            } else if let Some(command) = line.strip_prefix("$ ") {
                scenario.steps.push(Step::Run(command.into()));
            }
        }
        scenario
    }
}

/// Appends one command with what it printed to a transcript.
pub fn record(out: &mut String, command: &str, stdout: &[u8], stderr: &[u8], code: i32) {
    out.push_str(&format!("$ {command}\n"));
    stream(out, "", stdout);
    stream(out, "! ", stderr);
    if code != 0 {
        out.push_str(&format!("? {code}\n"));
    }
}

/// Each line after `mark`; a last line without a newline ends in a backslash.
fn stream(out: &mut String, mark: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.split_inclusive('\n') {
        out.push_str(mark);
        out.push_str(line.strip_suffix('\n').unwrap_or(line));
        out.push_str(if line.ends_with('\n') { "\n" } else { "\\\n" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_has_files_waits_and_commands() {
        let text =
            "# file: a.yaml\nkind: Pod\n# not the end\n# end\n# just words\n$ kubectl get po\n# wait 1.5\n# settle\n";
        let want = [
            Step::File { name: "a.yaml".into(), text: "kind: Pod\n# not the end\n".into() },
            Step::Run("kubectl get po".into()),
            Step::Wait(1.5),
            Step::Settle,
        ];
        assert_eq!(Scenario::parse(text).steps, want);
    }

    #[test]
    fn a_transcript_marks_errors_codes_and_missing_newlines() {
        let mut out = String::new();
        record(&mut out, "x", b"a\nb", b"oops\n", 2);
        assert_eq!(out, "$ x\na\nb\\\n! oops\n? 2\n");
    }
}
