//! `kubectl cp`. Models `kubectl/pkg/cmd/cp`, for single files: they travel through `cat` in the container, where the
//! real one runs `tar`.

use super::exec;
use super::pods;
use super::util::turn;
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::client::Request;
use crate::client::request::StreamChunk;

const FLAGS: &[Flag] = &[
    Flag::str("container", "", "The container; the default or first one where it is left out.").short('c'),
    Flag::bool("no-preserve", "Do not keep owner and permissions of the file."),
    Flag::int32("retries", "0", "How often to go on after a failure when copying from a container; negative: always."),
];

pub const COMMAND: Command = Command::new("cp", "Copy files and directories to and from containers", action!(run))
    .usage("<file-spec-src> <file-spec-dest> [options]")
    .long("Copy files to and from containers.\n\n A file in a pod is named as [NAMESPACE/]POD:PATH. Directories are not simulated")
    .examples("# Copy /tmp/foo local file to /tmp/bar in a remote pod\nkubectl cp /tmp/foo some-pod:/tmp/bar -c some-container\n\n# Copy /tmp/foo from a remote pod to /tmp/bar locally\nkubectl cp some-namespace/some-pod:/tmp/foo /tmp/bar")
    .flags(&[FLAGS]);

/// A file here, or in a pod.
struct Spec {
    namespace: String,
    /// "" for a file here.
    pod: String,
    path: String,
}

fn parse(text: &str) -> Result<Spec> {
    let wrong = "filespec must match the canonical format: [[namespace/]pod:]file/path";
    let local = |path: &str| Spec { namespace: String::new(), pod: String::new(), path: path.to_owned() };
    let Some((pod, path)) = text.split_once(':') else { return Ok(local(text)) };
    match pod.split('/').collect::<Vec<_>>().as_slice() {
        [""] => Err(wrong.into()),
        [pod] => Ok(Spec { pod: (*pod).to_owned(), ..local(path) }),
        [namespace, pod] => Ok(Spec { namespace: (*namespace).to_owned(), pod: (*pod).to_owned(), ..local(path) }),
        _ => Err(wrong.into()),
    }
}

async fn run(f: &Factory) -> Result {
    let [from, to] = f.args() else { return Err("source and destination are required".into()) };
    let (from, to) = (parse(from)?, parse(to)?);
    if !from.pod.is_empty() && !to.pod.is_empty() {
        return Err("one of src or dest must be a local file specification".into());
    }
    if from.path.is_empty() || to.path.is_empty() {
        return Err("filepath can not be empty".into());
    }
    match (from.pod.is_empty(), to.pod.is_empty()) {
        (false, _) => download(f, &from, &to.path).await,
        (_, false) => upload(f, &from.path, &to).await,
        _ => Err("one of src or dest must be a remote file specification".into()),
    }
}

/// What a command in a container said, and its exit code.
struct Said {
    out: Vec<u8>,
    err: String,
    code: i32,
}

async fn execute(f: &Factory, spec: &Spec, command: &[&str], input: Option<&[u8]>) -> Result<Said> {
    let namespace = match spec.namespace.as_str() {
        "" => f.namespace()?.0,
        namespace => namespace.to_owned(),
    };
    let url = format!("/api/v1/namespaces/{namespace}/pods/{}", spec.pod);
    let pod: Value = f.send(Request::get(url.as_str())).await?;
    let phase = pod.at("status.phase").str();
    if matches!(phase, "Succeeded" | "Failed") {
        return Err(format!("cannot exec into a container in a completed pod; current phase is {phase}").into());
    }
    let container = pods::container(f, &pod, f.flags.str("container"), false)?;
    let mut request = Request::get(format!("{url}/exec"));
    for word in command {
        request = request.query("command", *word);
    }
    let stream = f.stream(exec::channels(request, container["name"].str(), input.is_some(), false)).await?;
    let client = &f.ctx.client;
    if let Some(data) = input {
        client.write_stream(stream.id, Some(data));
        client.write_stream(stream.id, None);
    }
    let mut said = Said { out: Vec::new(), err: String::new(), code: 0 };
    loop {
        let poll = client.poll_stream(stream.id).await;
        for chunk in poll.chunks {
            match chunk {
                StreamChunk::Stdout(data) | StreamChunk::Data(data) => said.out.extend(data),
                StreamChunk::Stderr(data) => said.err.push_str(&String::from_utf8_lossy(&data)),
                StreamChunk::Exit(Ok(code)) => said.code = code,
                StreamChunk::Exit(Err(status)) => return Err(Error::Msg(status.message)),
                StreamChunk::Error(text) => return Err(Error::Msg(text)),
            }
        }
        if poll.closed {
            return Ok(said);
        }
        turn(&client.clock, None).await;
    }
}

fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or("")
}

async fn is_directory(f: &Factory, spec: &Spec) -> Result<bool> {
    Ok(execute(f, spec, &["test", "-d", &spec.path], None).await?.code == 0)
}

async fn download(f: &Factory, from: &Spec, to: &str) -> Result {
    if is_directory(f, from).await? {
        return Err(super::not_simulated("kubectl cp of a directory"));
    }
    if from.path.starts_with('/') {
        f.err("tar: Removing leading `/' from member names\n");
    }
    let said = execute(f, from, &["cat", &from.path], None).await?;
    if said.code != 0 {
        let why = said.err.trim().rsplit(": ").next().unwrap_or("").to_owned();
        f.err(&format!(
            "tar: {}: Cannot stat: {why}\ntar: Exiting with failure status due to previous errors\n",
            from.path
        ));
        return Err("command terminated with exit code 2".into());
    }
    let path = match f.ctx.system.is_dir(to) {
        true => format!("{}/{}", to.trim_end_matches('/'), base(&from.path)),
        false => to.to_owned(),
    };
    let written = f.ctx.system.write_file(&path, &said.out);
    written.map_err(|e| Error::Msg(format!("open {path}: {}", e.text())))
}

async fn upload(f: &Factory, from: &str, to: &Spec) -> Result {
    if f.ctx.system.is_dir(from) {
        return Err(super::not_simulated("kubectl cp of a directory"));
    }
    let Ok(data) = f.ctx.system.read_file(from) else {
        return Err(format!("{from} doesn't exist in local filesystem").into());
    };
    let path = match is_directory(f, to).await? {
        true => format!("{}/{}", to.path.trim_end_matches('/'), base(from)),
        false => to.path.clone(),
    };
    let line = format!("cat > '{}'", path.replace('\'', "'\\''"));
    let said = execute(f, to, &["sh", "-c", &line], Some(&data)).await?;
    f.err(&said.err);
    match said.code {
        0 => Ok(()),
        code => Err(format!("command terminated with exit code {code}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_here_or_in_a_pod() {
        let shown = |text: &str| parse(text).map(|s| format!("{}|{}|{}", s.namespace, s.pod, s.path));
        assert_eq!(shown("/tmp/x").unwrap(), "||/tmp/x");
        assert_eq!(shown("a:/tmp/x").unwrap(), "|a|/tmp/x");
        assert_eq!(shown("n/a:x").unwrap(), "n|a|x");
        assert!(shown(":x").is_err() && shown("a/b/c:x").is_err());
    }
}
