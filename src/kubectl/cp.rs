//! `kubectl cp`. Models `kubectl/pkg/cmd/cp`, where files travel through `cat` in the container: the real one
//! runs `tar`.

use super::exec;
use super::pods;
use super::util::turn;
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::system::FileError;
use crate::client::Request;
use crate::client::request::StreamChunk;

const FLAGS: &[Flag] = &[
    Flag::str("container", "", "The container; the default or first one where it is left out.").short('c'),
    Flag::bool("no-preserve", "Do not keep owner and permissions of the file."),
    Flag::int32("retries", "0", "How often to go on after a failure when copying from a container; negative: always."),
];

pub const COMMAND: Command = Command::new("cp", "Copy files and directories to and from containers", action!(run))
    .usage("<file-spec-src> <file-spec-dest> [options]")
    .long("Copy files to and from containers.\n\n A file in a pod is named as [NAMESPACE/]POD:PATH. Directories are copied with what is in them")
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
    let is_directory = is_directory(f, from).await?;
    if from.path.starts_with('/') {
        f.err("tar: Removing leading `/' from member names\n");
    }
    if !is_directory {
        let data = read(f, from, &from.path).await?;
        return store(f, to, &data);
    }
    let (from_path, to) = (from.path.trim_end_matches('/'), to.trim_end_matches('/'));
    for (kind, is_file) in [("d", false), ("f", true)] {
        let found = execute(f, from, &["find", &from.path, "-type", kind], None).await?;
        for path in String::from_utf8_lossy(&found.out).lines() {
            let local = format!("{to}{}", path.strip_prefix(from_path).unwrap_or(path));
            match is_file {
                true => store(f, &local, &read(f, from, path).await?)?,
                false => {
                    let made = f.ctx.system.make_dir(&local);
                    made.map_err(|e| Error::Msg(format!("mkdir {local}: {}", e.text())))?;
                }
            }
        }
    }
    Ok(())
}

/// A file of the container.
async fn read(f: &Factory, from: &Spec, path: &str) -> Result<Vec<u8>> {
    let said = execute(f, from, &["cat", path], None).await?;
    if said.code == 0 {
        return Ok(said.out);
    }
    let why = said.err.trim().rsplit(": ").next().unwrap_or("").to_owned();
    f.err(&format!("tar: {path}: Cannot stat: {why}\ntar: Exiting with failure status due to previous errors\n"));
    Err("command terminated with exit code 2".into())
}

fn store(f: &Factory, path: &str, data: &[u8]) -> Result {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if !folder.is_empty() && !f.ctx.system.is_dir(folder) {
        let made = f.ctx.system.make_dir(folder);
        made.map_err(|e| Error::Msg(format!("mkdir {folder}: {}", e.text())))?;
    }
    // A file goes where it was said, not into a directory of that name.
    let written = match f.ctx.system.is_dir(path) {
        true => Err(FileError::IsDirectory),
        false => f.ctx.system.write_file(path, data),
    };
    written.map_err(|e| Error::Msg(format!("open {path}: {}", e.text())))
}

async fn upload(f: &Factory, from: &str, to: &Spec) -> Result {
    let is_local_dir = f.ctx.system.is_dir(from);
    if !is_local_dir && f.ctx.system.read_file(from).is_err() {
        return Err(format!("{from} doesn't exist in local filesystem").into());
    }
    let path = match is_directory(f, to).await? {
        true => format!("{}/{}", to.path.trim_end_matches('/'), base(&f.ctx.system.absolute(from))),
        false => to.path.trim_end_matches('/').to_owned(),
    };
    // What is still to be sent: here, and there.
    let mut left = vec![(from.trim_end_matches('/').to_owned(), path)];
    while let Some((local, remote)) = left.pop() {
        let quoted = remote.replace('\'', "'\\''");
        if !f.ctx.system.is_dir(&local) {
            let data = f.ctx.system.read_file(&local).unwrap_or_default();
            send(f, to, &format!("cat > '{quoted}'"), Some(&data)).await?;
            continue;
        }
        send(f, to, &format!("mkdir -p '{quoted}'"), None).await?;
        for entry in f.ctx.system.list_dir(&local).unwrap_or_default().into_iter().rev() {
            left.push((format!("{local}/{}", entry.name), format!("{remote}/{}", entry.name)));
        }
    }
    Ok(())
}

async fn send(f: &Factory, to: &Spec, line: &str, data: Option<&[u8]>) -> Result {
    let said = execute(f, to, &["sh", "-c", line], data).await?;
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
