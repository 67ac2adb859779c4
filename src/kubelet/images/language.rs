//! Images of languages. Their programs are not run here; what tutorials ask of them at most is: a version, one line that
//! prints, the digits of pi, the file server of Python.

use super::Image;
use super::base::Base;
use crate::sh::io::Io;

const fn image(
    name: &'static str,
    releases: &'static str,
    size: u64,
    cmd: &'static [&'static str],
    programs: &'static [(&'static str, &'static str)],
) -> Image {
    Image {
        name,
        releases,
        size,
        cmd,
        programs,
        base: Base::Full,
        about: "only versions and one-line prints are simulated",
        ..Image::EMPTY
    }
}

pub const IMAGES: &[Image] = &[
    Image {
        entrypoint: &["docker-entrypoint.sh"],
        files: &[(
            "/usr/local/bin/docker-entrypoint.sh",
            "#!/bin/sh\nset -e\nif [ \"${1#-}\" != \"${1}\" ] || [ -z \"$(command -v \"${1}\")\" ]; then\n  set -- node \"$@\"\nfi\nexec \"$@\"\n",
        )],
        ..image(
            "docker.io/library/node",
            "24.8.0 23.11.1 22.19.0 21.7.3 20.19.5 19.9.0 18.20.8 17.9.1 16.20.2 15.14.0 14.21.3 13.14.0 12.22.12 11.15.0 \
             10.24.1 9.11.2 8.17.0 7.10.1 6.17.1 5.12.0 4.9.1 current=24.8.0 lts=22.19.0 jod=22.19.0 iron=20.19.5 \
             hydrogen=18.20.8",
            390_000_000,
            &["node"],
            &[("/usr/local/bin/node", "node"), ("/usr/local/bin/npm", "npm")],
        )
    },
    image(
        "docker.io/library/python",
        "3.13.7 3.12.11 3.11.13 3.10.18 3.9.23 3.8.20 3.7.17 3.6.15 3.5.10 3.4.10 2.7.18",
        370_000_000,
        &["python3"],
        &[("/usr/local/bin/python3", "python3"), ("/usr/local/bin/python", "python3"), ("/usr/local/bin/pip", "pip")],
    ),
    image(
        "docker.io/library/perl",
        "5.42.0 5.40.3 5.38.5 5.36.3 5.34.3 5.32.1 5.30.3 5.28.3 5.26.3 5.24.4 5.22.4 5.20.3",
        360_000_000,
        &["perl", "-de0"],
        &[("/usr/local/bin/perl", "perl")],
    ),
    image(
        "docker.io/library/ruby",
        "3.4.5 3.3.9 3.2.9 3.1.7 3.0.7 2.7.8 2.6.10 2.5.9 2.4.10 2.3.8 2.2.10 2.1.10",
        390_000_000,
        &["irb"],
        &[("/usr/local/bin/ruby", "ruby"), ("/usr/local/bin/irb", "ruby")],
    ),
    Image {
        env: &[
            ("PATH", "/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("GOLANG_VERSION", "{version}"),
            ("GOPATH", "/go"),
        ],
        workdir: "/go",
        ..image(
            "docker.io/library/golang",
            "1.25.1 1.24.7 1.23.12 1.22.12 1.21.13 1.20.14 1.19.13 1.18.10 1.17.13 1.16.15 1.15.15 1.14.15 1.13.15 1.12.17 1.11.13 1.10.8",
            320_000_000,
            &["bash"],
            &[("/usr/local/go/bin/go", "go")],
        )
    },
    image(
        "docker.io/library/openjdk",
        "24.0.2 23.0.2 22.0.2 21.0.2 20.0.2 19.0.2 18.0.2 17.0.2 16.0.2 15.0.2 14.0.2 13.0.2 12.0.2 11.0.16 10.0.2 9.0.4 8.0.342 7.0.211",
        250_000_000,
        &["jshell"],
        &[("/usr/local/bin/java", "java"), ("/usr/local/bin/jshell", "java")],
    ),
];

/// A program that is done at once; returns its exit code.
pub type Run = fn(&mut Io<'_>, &[String]) -> i32;

pub const PROGRAMS: &[(&str, Run)] = &[
    ("node", node),
    ("npm", |io, argv| {
        let text = bundled(io, NPM);
        version(io, argv, text)
    }),
    ("python3", python),
    ("pip", |io, argv| {
        let (own, series) = (bundled(io, PIP), series(io));
        version(io, argv, &format!("pip {own} from /usr/local/lib/python{series}/site-packages/pip (python {series})"))
    }),
    ("perl", perl),
    ("ruby", |io, argv| version(io, argv, "ruby {version} [x86_64-linux]")),
    ("go", |io, argv| version(io, argv, "go version go{version} linux/amd64")),
    ("java", |io, argv| {
        let release = io.kernel().release.version.clone();
        let text = match release.strip_prefix("8.0.") {
            Some(update) => format!("openjdk version \"1.8.0_{update}\""),
            None => "openjdk version \"{version}\"".to_owned(),
        };
        version(io, argv, &text)
    }),
];

/// Which version of a language's package manager came with its major version.
const NPM: &[(u32, &str)] =
    &[(24, "11.6.0"), (22, "10.9.3"), (20, "10.8.2"), (18, "10.8.2"), (16, "8.19.4"), (0, "6.14.18")];
const PIP: &[(u32, &str)] = &[(3, "25.2"), (0, "20.0.2")];

fn bundled(io: &Io<'_>, table: &[(u32, &'static str)]) -> &'static str {
    let major: u32 = io.kernel().release.version.split('.').next().and_then(|n| n.parse().ok()).unwrap_or(u32::MAX);
    table.iter().find(|(from, _)| *from <= major).map_or("", |(_, version)| version)
}

/// `3.13` of `3.13.7`.
fn series(io: &Io<'_>) -> String {
    io.kernel().release.version.split('.').take(2).collect::<Vec<_>>().join(".")
}

fn refuse(io: &mut Io<'_>, argv: &[String]) -> i32 {
    let name = argv.first().map_or("", |a| a.rsplit('/').next().unwrap_or(""));
    io.err(&format!("{name}: programs in this language are not simulated here\n"));
    1
}

/// Its version where that is asked, an end without a word where it would read an empty standard input.
fn version(io: &mut Io<'_>, argv: &[String], text: &str) -> i32 {
    match argv.get(1).map(String::as_str) {
        Some("--version" | "-v" | "-V" | "-version" | "version") => {
            let text = io.kernel().release.fill(text);
            io.out(&format!("{text}\n"));
            0
        }
        None => 0,
        Some(_) => refuse(io, argv),
    }
}

/// The literal between a call's brackets: `print("hi")`, `console.log('hi')`.
fn printed<'a>(text: &'a str, call: &str) -> Option<&'a str> {
    let inner =
        text.trim().trim_end_matches(';').strip_prefix(call)?.trim().strip_prefix('(')?.strip_suffix(')')?.trim();
    let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let inner = inner.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains([quote, '\\', '$', '{'])).then_some(inner)
}

fn one_line(io: &mut Io<'_>, argv: &[String], call: &str) -> i32 {
    match argv.get(2).and_then(|text| printed(text, call)) {
        Some(text) => {
            io.out(&format!("{text}\n"));
            0
        }
        None => refuse(io, argv),
    }
}

fn node(io: &mut Io<'_>, argv: &[String]) -> i32 {
    match argv.get(1).map(String::as_str) {
        Some("-e" | "--eval" | "-p") => one_line(io, argv, "console.log"),
        _ => version(io, argv, "v{version}"),
    }
}

fn python(io: &mut Io<'_>, argv: &[String]) -> i32 {
    match argv.get(1).map(String::as_str) {
        Some("-c") => one_line(io, argv, "print"),
        _ => version(io, argv, "Python {version}"),
    }
}

/// `perl -Mbignum=bpi -wle 'print bpi(2000)'`: the job of the Kubernetes documentation.
fn perl(io: &mut Io<'_>, argv: &[String]) -> i32 {
    let digits = argv.last().and_then(|a| a.split_once("bpi(")?.1.split(')').next()?.trim().parse::<usize>().ok());
    match digits {
        Some(digits) if argv.iter().any(|a| a.contains("bpi")) => {
            let text = pi(digits.clamp(1, MOST_DIGITS));
            io.out(&format!("{text}\n"));
            0
        }
        _ => {
            let release = io.kernel().release.version.clone();
            let (minor, patch) = release.strip_prefix("5.").and_then(|v| v.split_once('.')).unwrap_or_default();
            let text = format!(
                "This is perl 5, version {minor}, subversion {patch} (v{{version}}) built for x86_64-linux-gnu"
            );
            version(io, argv, &text)
        }
    }
}

const MOST_DIGITS: usize = 5_000;

/// The first digits of pi, the last one rounded. Machin's formula on numbers in base 10^9.
fn pi(digits: usize) -> String {
    const BASE: u64 = 1_000_000_000;
    let size = digits / 9 + 4;
    let divide = |n: &mut [u64], by: u64| {
        let mut rest = 0;
        for limb in n.iter_mut() {
            let whole = rest * BASE + *limb;
            *limb = whole / by;
            rest = whole % by;
        }
    };
    let add = |to: &mut [u64], n: &[u64], minus: bool| {
        let mut carry = 0i64;
        for (limb, other) in to.iter_mut().zip(n).rev() {
            let sum = *limb as i64 + carry + if minus { -(*other as i64) } else { *other as i64 };
            carry = sum.div_euclid(BASE as i64);
            *limb = sum.rem_euclid(BASE as i64) as u64;
        }
    };
    // factor * arctan(1/x)
    let arctan = |total: &mut Vec<u64>, factor: u64, x: u64, minus: bool| {
        let mut power = vec![0; size];
        if let Some(first) = power.first_mut() {
            *first = factor;
        }
        divide(&mut power, x);
        for k in 0u64.. {
            let mut term = power.clone();
            divide(&mut term, 2 * k + 1);
            if term.iter().all(|l| *l == 0) {
                break;
            }
            add(total, &term, (k % 2 == 1) != minus);
            divide(&mut power, x * x);
        }
    };
    let mut total = vec![0; size];
    arctan(&mut total, 16, 5, false);
    arctan(&mut total, 4, 239, true);
    let fraction: String = total.iter().skip(1).map(|limb| format!("{limb:09}")).collect();
    let mut all: Vec<u8> = std::iter::once(3).chain(fraction.bytes().map(|b| b - b'0')).take(digits + 1).collect();
    let mut up = all.pop().is_some_and(|d| d >= 5);
    for digit in all.iter_mut().rev() {
        if !up {
            break;
        }
        up = *digit == 9;
        *digit = (*digit + 1) % 10;
    }
    let text: String = all.iter().map(|d| char::from(b'0' + d)).collect();
    match text.split_at_checked(1) {
        Some((whole, rest)) if !rest.is_empty() => format!("{whole}.{rest}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pi_has_its_digits() {
        assert_eq!(pi(1), "3");
        assert_eq!(pi(5), "3.1416");
        assert_eq!(pi(50), "3.1415926535897932384626433832795028841971693993751");
        assert!(pi(2000).ends_with("0275901"), "the last digits of 2000");
    }

    #[test]
    fn only_plain_prints_are_read() {
        assert_eq!(printed("print('hi')", "print"), Some("hi"));
        assert_eq!(printed("console.log(\"a b\");", "console.log"), Some("a b"));
        assert_eq!(printed("print('a' + 'b')", "print"), None);
        assert_eq!(printed("print(1 + 1)", "print"), None);
    }
}
