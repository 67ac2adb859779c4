//! Every text that kubectl writes about a failure is made here. Models `kubectl/pkg/cmd/util` (`CheckErr`) and the
//! errors of cobra and `cli-runtime`.

use crate::apimachinery::{Status, Value};

/// Why a command failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The server said no.
    Status(Box<Status>),
    /// A text of kubectl's own, printed after `error: `.
    Msg(String),
    /// A text printed as it is.
    Raw(String),
    /// Wrong flags: points to `--help`.
    Flag { text: String, path: String },
    /// Wrong arguments: points to `-h`.
    Usage { text: String, path: String },
    /// A kubeconfig that does not hold together.
    Config(String),
    /// No server listens at this host and port.
    Refused(String),
    /// Several errors, each on a line.
    Many(Vec<Error>),
    /// Ends with a code and no text: `exec`'s command failed, help was shown.
    Exit(i32),
    /// A text with another exit code than 1.
    Code(i32, String),
    /// Standard output was closed by its reader.
    BrokenPipe,
}

pub type Result<T = (), E = Error> = std::result::Result<T, E>;

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Error::Status(Box::new(status))
    }
}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Error::Msg(text)
    }
}

impl From<&str> for Error {
    fn from(text: &str) -> Self {
        Error::Msg(text.into())
    }
}

impl Error {
    pub fn msg(text: impl Into<String>) -> Self {
        Error::Msg(text.into())
    }

    /// One error from several: none is success, one stands for itself. Models `utilerrors.NewAggregate`.
    pub fn all(mut errors: Vec<Error>) -> Result {
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            _ => Err(Error::Many(errors)),
        }
    }

    /// What went wrong, then what was not found: the latter as one error, where there is something before it.
    pub fn all_then(mut errors: Vec<Error>, not_found: Vec<Error>) -> Result {
        errors.extend(Self::all(not_found).err());
        Self::all(errors)
    }

    /// As [`Self::all`], where kubectl keeps even one error in a list: it is said without `error: `.
    pub fn listed(errors: Vec<Error>) -> Result {
        let bare = |error| match error {
            Error::Msg(text) => Error::Raw(text),
            other => other,
        };
        Self::all(errors.into_iter().map(bare).collect())
    }

    /// Says what was done to which file. Models `cmdutil.AddSourceToErr`.
    pub fn with_source(self, verb: &str, source: &str) -> Self {
        if source.is_empty() {
            return self;
        }
        match self {
            Error::Status(mut s) => {
                s.message = format!("error when {verb} {source:?}: {}", s.message);
                Error::Status(s)
            }
            Error::Msg(text) => Error::Msg(format!("error when {verb} {source:?}: {text}")),
            other => other,
        }
    }

    /// Says of what the server does not serve what it was. Models `NewGenericServerResponse`.
    pub fn of_resource(self, verb: &str, resource: &str, name: &str) -> Self {
        match self {
            Error::Status(mut s) if s.message == Status::path_not_found().message => {
                let name = if name.is_empty() { String::new() } else { format!(" {name}") };
                s.message = format!("{} ({verb} {resource}{name})", s.message);
                Error::Status(s)
            }
            other => other,
        }
    }

    /// True for a Status of this reason.
    pub fn is(&self, reason: &str) -> bool {
        matches!(self, Error::Status(s) if s.reason == reason)
    }

    pub fn is_not_found(&self) -> bool {
        self.is("NotFound")
    }

    /// The bare message, as `%v` prints the error.
    pub fn text(&self) -> String {
        match self {
            Error::Status(s) => s.message.clone(),
            Error::Msg(t) | Error::Raw(t) | Error::Config(t) | Error::Code(_, t) => t.clone(),
            Error::Flag { text, .. } | Error::Usage { text, .. } => text.clone(),
            Error::Refused(host) => format!("dial tcp {host}: connect: connection refused"),
            Error::Many(list) => match list.as_slice() {
                [one] => one.text(),
                _ => format!("[{}]", list.iter().map(Error::text).collect::<Vec<_>>().join(", ")),
            },
            Error::Exit(_) | Error::BrokenPipe => String::new(),
        }
    }
}

/// Models `resource.LocalResourceError`.
pub const LOCAL_RESOURCE: &str = "error: you must specify resources by --filename when --local is set.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'";

/// What goes to standard error for a failed command (with its newline), and the exit code. Models `checkErr`.
pub fn check_err(error: &Error) -> (String, i32) {
    let text = match error {
        Error::Exit(code) => return (String::new(), *code),
        Error::BrokenPipe => return (String::new(), 141),
        Error::Code(code, text) => return (line(text.clone()), *code),
        Error::Many(list) if list.len() == 1 => return list.first().map_or((String::new(), 1), check_err),
        Error::Many(list) => list.iter().map(|e| line(in_list(e))).collect(),
        Error::Status(s) if s.reason == "Invalid" => invalid(s),
        Error::Status(_) | Error::Refused(_) | Error::Raw(_) => in_list(error),
        Error::Msg(text) => with_prefix(text),
        Error::Flag { text, path } => format!("error: {text}\nSee '{path} --help' for usage."),
        Error::Usage { text, path } => format!("error: {text}\nSee '{path} -h' for help and examples"),
        Error::Config(text) => format!("Error in configuration: {text}"),
    };
    (line(text), 1)
}

fn line(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn with_prefix(text: &str) -> String {
    if text.starts_with("error: ") { text.to_owned() } else { format!("error: {text}") }
}

/// An error among several: without `error: `. Models `MessageForError`.
fn in_list(error: &Error) -> String {
    match error {
        Error::Status(s) if s.reason == "Unauthorized" => {
            format!("error: You must be logged in to the server ({})", s.message)
        }
        Error::Status(s) if s.reason.is_empty() => format!("Error from server: {}", s.message),
        Error::Status(s) => format!("Error from server ({}): {}", s.reason, s.message),
        Error::Refused(host) => {
            format!("The connection to the server {host} was refused - did you specify the right host or port?")
        }
        Error::Usage { text, path } => format!("{text}\nSee '{path} -h' for help and examples"),
        other => other.text(),
    }
}

/// An invalid object, with bullets where there is more than one cause.
fn invalid(status: &Status) -> String {
    let details = &status.details;
    let (kind, name) = (details["kind"].str(), details["name"].str());
    let mut causes: Vec<String> = Vec::new();
    for cause in details["causes"].items() {
        let text = match cause["field"].str() {
            "" => cause["message"].str().to_owned(),
            field => format!("{field}: {}", cause["message"].str()),
        };
        if !causes.contains(&text) {
            causes.push(text);
        }
    }
    let head = match (details, kind, name) {
        (Value::Null, ..) => return format!("The request is invalid: {}", status.message),
        (_, "", "") if causes.is_empty() && !status.message.is_empty() => {
            return format!("The request is invalid: {}", status.message);
        }
        (_, "", "") => "The request is invalid".to_owned(),
        _ => format!("The {kind} {name:?} is invalid"),
    };
    match causes.as_slice() {
        [] => head,
        [one] => format!("{head}: {one}"),
        several => several.iter().fold(format!("{head}: \n"), |text, c| format!("{text}* {c}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::field::{Error as FieldError, Path};
    use crate::apimachinery::gvk::GroupVersionKind;

    fn shown(error: Error) -> String {
        check_err(&error).0
    }

    /// As recorded in 200-err-cli and 201-err-manifest.
    #[test]
    fn errors_read_as_recorded() {
        let not_found = |n: &str| Error::from(Status::not_found("pods", n));
        assert_eq!(shown(not_found("a")), "Error from server (NotFound): pods \"a\" not found\n");
        assert_eq!(
            shown(Error::Many(vec![not_found("a"), Error::msg("the path \"x\" does not exist")])),
            "Error from server (NotFound): pods \"a\" not found\nthe path \"x\" does not exist\n"
        );
        assert_eq!(
            shown(not_found("x").with_source("creating", "a.yaml")),
            "Error from server (NotFound): error when creating \"a.yaml\": pods \"x\" not found\n"
        );
        let flag = Error::Flag { text: "unknown flag: --foo".into(), path: "kubectl get".into() };
        assert_eq!(shown(flag), "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n");
        assert_eq!(
            shown(Error::Refused("localhost:1".into())),
            "The connection to the server localhost:1 was refused - did you specify the right host or port?\n"
        );
    }

    #[test]
    fn an_invalid_object_keeps_one_cause_on_the_line_and_lists_several() {
        let kind = GroupVersionKind::new("", "v1", "Pod");
        let required = |f: &str| FieldError::required(&Path::new(f), "");
        let one = Status::invalid(&kind, "x", &vec![required("spec.containers")]);
        assert_eq!(shown(one.into()), "The Pod \"x\" is invalid: spec.containers: Required value\n");
        let two = Status::invalid(&kind, "x", &vec![required("a"), required("b"), required("a")]);
        assert_eq!(shown(two.into()), "The Pod \"x\" is invalid: \n* a: Required value\n* b: Required value\n");
    }
}
