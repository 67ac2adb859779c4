//! Options as `getopt_long` reads them: bundled letters, values, long names, `--`, operands anywhere.

/// What was given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opts {
    flags: Vec<(char, String)>,
    pub rest: Vec<String>,
}

impl Opts {
    pub fn has(&self, flag: char) -> bool {
        self.flags.iter().any(|(f, _)| *f == flag)
    }

    /// The last value of a flag.
    pub fn value(&self, flag: char) -> Option<&str> {
        self.flags.iter().rev().find(|(f, _)| *f == flag).map(|(_, v)| v.as_str())
    }

    pub fn all(&self, flag: char) -> impl Iterator<Item = &str> {
        self.flags.iter().filter(move |(f, _)| *f == flag).map(|(_, v)| v.as_str())
    }

    /// All flags in the order given.
    pub fn flags(&self) -> impl Iterator<Item = (char, &str)> {
        self.flags.iter().map(|(f, v)| (*f, v.as_str()))
    }
}

/// Reads arguments. `spec` is getopt's: letters, a colon after those that take a value, a leading `+` where the
/// first operand ends the options. Long names map to letters. Err is the message after the tool's name.
pub fn parse(args: &[String], spec: &str, longs: &[(&str, char)]) -> Result<Opts, String> {
    let mut out = Opts::default();
    let stop_early = spec.starts_with('+');
    let takes = |c: char| spec.split_once(c).is_some_and(|(_, after)| after.starts_with(':'));
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            out.rest.extend(args.cloned());
            break;
        }
        if let Some(long) = arg.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            let Some((_, flag)) = longs.iter().find(|(n, _)| *n == name) else {
                return Err(format!("unrecognized option '--{name}'"));
            };
            let value = match (takes(*flag), value) {
                (true, None) => {
                    Some(args.next().cloned().ok_or_else(|| format!("option '--{name}' requires an argument"))?)
                }
                (_, value) => value,
            };
            out.flags.push((*flag, value.unwrap_or_default()));
        } else if arg.len() > 1 && arg.starts_with('-') {
            let mut letters = arg.chars().skip(1);
            while let Some(c) = letters.next() {
                if c == ':' || c == '+' || !spec.contains(c) {
                    return Err(format!("invalid option -- '{c}'"));
                }
                if !takes(c) {
                    out.flags.push((c, String::new()));
                    continue;
                }
                let inline: String = letters.by_ref().collect();
                let value = if inline.is_empty() {
                    args.next().cloned().ok_or_else(|| format!("option requires an argument -- '{c}'"))?
                } else {
                    inline
                };
                out.flags.push((c, value));
            }
        } else {
            out.rest.push(arg.clone());
            if stop_early {
                out.rest.extend(args.cloned());
                break;
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_getopt_does() {
        let words = |t: &str| t.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let o = parse(&words("-vn 3 file --max-count=5 -c2 -- -x"), "vn:c:m:", &[("max-count", 'm')]).unwrap();
        assert!(o.has('v'));
        assert_eq!((o.value('n'), o.value('m'), o.value('c')), (Some("3"), Some("5"), Some("2")));
        assert_eq!(o.rest, ["file", "-x"]);
        assert_eq!(parse(&words("-z"), "v", &[]), Err("invalid option -- 'z'".to_owned()));
        assert_eq!(parse(&words("-n"), "n:", &[]), Err("option requires an argument -- 'n'".to_owned()));
        assert_eq!(parse(&words("a -v"), "+v", &[]).unwrap().rest, ["a", "-v"]);
    }
}
