//! Pulling images: policy, back-off, what registries say. Models `pkg/kubelet/images`.

use super::context::Context;
use super::images::{self, Reference};
use super::pod::{Backoff, Pod};
use super::start::{FIRST_BACKOFF, MAX_BACKOFF, create_next, fail};
use super::worker::Running;
use crate::apimachinery::time::{Duration, Time, go_duration};

/// The first pull of an image on a node: half a second and 4 ns a byte; later ones ask the registry only.
const FIRST_PULL: Duration = Duration::from_millis(500);
const LATER_PULL: Duration = Duration::from_millis(250);
const FAILED_PULL: Duration = Duration::from_millis(200);
const NANOS_PER_BYTE: u64 = 4;

/// Begins a pull where the image has to come first; else the container is made.
pub fn ensure_image(pod: &mut Pod, name: &str, context: &mut Context) -> Option<Running> {
    let (spec, _) = pod.container_spec(name);
    let (image, policy) = (spec["image"].str().to_owned(), spec["imagePullPolicy"].str().to_owned());
    let Some(reference) = Reference::parse(&image) else {
        let message = format!(
            "Failed to apply default image tag {image:?}: couldn't parse image name {image:?}: invalid reference format"
        );
        context.event(pod, name, "Warning", "InspectFailed", &message);
        fail(pod, name, "InvalidImageName", message, "InvalidImageName", context);
        return None;
    };
    let present = context.node.images.contains_key(&reference.to_string());
    if present && policy != "Always" {
        let message = format!("Container image {image:?} already present on machine and can be accessed by the pod");
        context.event(pod, name, "Normal", "Pulled", &message);
        return create_next(name, context);
    }
    if policy == "Never" {
        let message = format!("Container image {image:?} is not present with pull policy of Never");
        context.event(pod, name, "Warning", "ErrImageNeverPull", &message);
        fail(pod, name, "ErrImageNeverPull", message, "ErrImageNeverPull", context);
        return None;
    }
    let key = format!("{}_{image}", pod.uid);
    if let Some((backoff, why)) = context.node.pull_backoff.get(&key) {
        let over = backoff.updated + backoff.delay;
        if context.now < over {
            let text = format!("Back-off pulling image {image:?}");
            let message = format!("{text}: ErrImagePull: {why}");
            context.event(pod, name, "Normal", "BackOff", &text);
            fail(pod, name, "ImagePullBackOff", message, "ImagePullBackOff", context);
            pod.worker.back_off(over);
            return None;
        }
    }
    context.event(pod, name, "Normal", "Pulling", &format!("Pulling image {image:?}"));
    let takes = match images::lookup(&image) {
        None => FAILED_PULL,
        Some(_) if present => LATER_PULL,
        Some(found) => FIRST_PULL + Duration::from_nanos(found.size().saturating_mul(NANOS_PER_BYTE)),
    };
    Some(Running::Pull { name: name.to_owned(), since: context.now, until: context.now + takes })
}

/// A pull has ended.
pub fn pulled(pod: &mut Pod, name: &str, since: Time, context: &mut Context) -> Option<Running> {
    let image = pod.container_spec(name).0["image"].str().to_owned();
    let key = format!("{}_{image}", pod.uid);
    let Some(found) = images::lookup(&image) else {
        let why = pull_error(&image);
        let message = format!("Failed to pull image {image:?}: {why}");
        context.event(pod, name, "Warning", "Failed", &message);
        let known = context.node.pull_backoff.get(&key).map(|(b, _)| *b);
        let known = known.filter(|b| context.now.since(b.updated) <= MAX_BACKOFF * 2);
        let delay = known.map_or(FIRST_BACKOFF, |b| (b.delay * 2).min(MAX_BACKOFF));
        context.node.pull_backoff.insert(key, (Backoff { delay, updated: context.now }, why.clone()));
        fail(pod, name, "ErrImagePull", why, "ErrImagePull", context);
        return None;
    };
    context.node.pull_backoff.remove(&key);
    let took = go_duration(round_millis(context.now.since(since)));
    let size = found.size();
    let message =
        format!("Successfully pulled image {image:?} in {took} ({took} including waiting). Image size: {size} bytes.");
    context.event(pod, name, "Normal", "Pulled", &message);
    context.node.images.insert(found.full_name(), found);
    create_next(name, context)
}

fn round_millis(d: Duration) -> Duration {
    Duration::from_millis(((d.as_nanos() + 500_000) / 1_000_000) as u64)
}

/// Why a registry does not give an image, in containerd's words.
fn pull_error(image: &str) -> String {
    let Some(reference) = Reference::parse(image) else { return "invalid reference format".to_owned() };
    let (code, why) = resolve_error(&reference);
    format!(
        "rpc error: code = {code} desc = failed to pull and unpack image \"{reference}\": failed to resolve reference \
         \"{reference}\": {why}"
    )
}

/// What the registry says, and the code that gRPC gives it. Docker's does not tell what is private from what is not there;
/// a host that is no registry has no address.
fn resolve_error(reference: &Reference) -> (&'static str, String) {
    const OPEN: &[&str] =
        &["registry.k8s.io", "k8s.gcr.io", "gcr.io", "ghcr.io", "quay.io", "mcr.microsoft.com", "public.ecr.aws"];
    let (host, path) = reference.name.split_once('/').unwrap_or_default();
    let head = |scheme: &str| {
        let tag = reference.digest.as_deref().unwrap_or(&reference.tag);
        format!("failed to do request: Head \"{scheme}://{host}/v2/{path}/manifests/{tag}\": dial tcp")
    };
    if images::is_known(&reference.name) || OPEN.contains(&host) {
        return ("NotFound", format!("{reference}: not found"));
    }
    if host == "docker.io" {
        let why = "pull access denied, repository does not exist or may require authorization: server message: \
                   insufficient_scope: authorization failed";
        return ("Unknown", why.to_owned());
    }
    let (name, port) = host.split_once(':').unwrap_or((host, "443"));
    match name {
        "localhost" => ("Unknown", format!("{} [::1]:{port}: connect: connection refused", head("http"))),
        _ => ("Unknown", format!("{}: lookup {name} on 172.18.0.1:53: no such host", head("https"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_images_fail_as_containerd_words_it() {
        assert!(pull_error("nginx:9.99").ends_with(
            "failed to resolve reference \"docker.io/library/nginx:9.99\": docker.io/library/nginx:9.99: not found"
        ));
        assert!(pull_error("registry.example.com/team/app:v1").ends_with(
            "failed to do request: Head \"https://registry.example.com/v2/team/app/manifests/v1\": dial tcp: lookup \
             registry.example.com on 172.18.0.1:53: no such host"
        ));
        assert_eq!(
            pull_error("nosuchimage:v9"),
            "rpc error: code = Unknown desc = failed to pull and unpack image \"docker.io/library/nosuchimage:v9\": failed \
             to resolve reference \"docker.io/library/nosuchimage:v9\": pull access denied, repository does not exist or \
             may require authorization: server message: insufficient_scope: authorization failed"
        );
    }
}
