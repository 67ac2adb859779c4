//! What kubectl logs of its requests with `-v=6` and more. Models `client-go/transport` (`round_trippers.go`) and
//! `client-go/rest` (`request.go`), as `700-http-traffic` recorded them. Headers that only the server knows (audit and
//! flow-control ids) are left out.

use super::factory::Factory;
use crate::apimachinery::Time;
use crate::apimachinery::status::status_text;
use crate::client::request::{Body, Method, Reply, ReplyBody};
use crate::client::{Accept, Request};

/// The features of client-go with their defaults.
const FEATURES: [(&str, bool); 10] = [
    ("AtomicFIFO", true),
    ("InOrderInformers", true),
    ("UnlockWhileProcessingFIFO", true),
    ("InOrderInformersBatchProcess", true),
    ("WatchListClient", true),
    ("ClientsPreferCBOR", false),
    ("InformerResourceVersion", true),
    ("ClientsAllowCBOR", false),
    ("ClientsAllowCARotation", true),
    ("ClientsAllowTLSCacheGC", true),
];
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,\
                     application/json";
const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                         application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// A line in klog's form.
pub fn klog_line(now: Time, level: char, place: &str, text: &str) -> String {
    let (_, month, day, hour, minute, second, _) = now.civil();
    let micros = now.0.rem_euclid(1_000_000_000) / 1_000;
    format!("{level}{month:02}{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}   27914 {place}] {text}\n")
}

/// One request that is being logged; nothing where the level is too low.
pub struct Traffic {
    level: i64,
    verb: &'static str,
    url: String,
    place: &'static str,
    began: Time,
}

impl Traffic {
    /// Logs what is sent.
    pub fn begin(f: &Factory, server: &str, request: &Request) -> Option<Traffic> {
        let level = f.flags.int("v");
        if level < 6 {
            return None;
        }
        f.config_loaded(&|f, path| {
            info(f, "loader.go:407", &format!("Config loaded from file:  {path}"));
            for (name, enabled) in FEATURES {
                let text = format!("\"Feature gate default state\" feature={name:?} enabled={enabled}");
                info(f, "envvar.go:195", &text);
            }
        });
        let (verb, place) = caller(request);
        let url = format!("{}{}", server.trim_end_matches('/'), address(request));
        if level >= 8 {
            let body = match &request.body {
                // A patch is bytes already; what is encoded ends with a line.
                Body::Value(value) if verb == "PATCH" => value.to_string(),
                Body::Value(value) => format!("{value}\n"),
                _ => String::new(),
            };
            info(f, place, &format!("\"Request Body\" body={}", quoted(&body, level)));
        }
        if level >= 7 {
            info(
                f,
                "round_trippers.go:527",
                &format!("\"Request\" verb={verb:?} url={url:?} {}", headers(&sent(request))),
            );
        }
        Some(Traffic { level, verb, url, place, began: f.ctx.client.clock.now() })
    }

    /// Logs what came back.
    pub fn end(self, f: &Factory, reply: &Reply) {
        let now = f.ctx.client.clock.now();
        let took = (now.0 - self.began.0) / 1_000_000;
        let status = format!("{} {}", reply.code, status_text(reply.code));
        let text = match self.level {
            ..=6 => {
                format!("\"Response\" verb={:?} url={:?} status={status:?} milliseconds={took}", self.verb, self.url)
            }
            7 => format!("\"Response\" status={status:?} milliseconds={took}"),
            _ => format!("\"Response\" status={status:?} {} milliseconds={took}", headers(&received(reply, now))),
        };
        info(f, "round_trippers.go:632", &text);
        if self.level >= 8 {
            let body = match &reply.body {
                ReplyBody::Object(value) => format!("{value}\n"),
                ReplyBody::Text(text) => text.clone(),
                ReplyBody::Status(status) => format!("{}\n", status.to_value()),
                ReplyBody::Watch(_) | ReplyBody::Stream(_) => return,
            };
            info(f, self.place, &format!("\"Response Body\" body={}", quoted(&body, self.level)));
        }
    }
}

fn info(f: &Factory, place: &str, text: &str) {
    f.err(&klog_line(f.ctx.client.clock.now(), 'I', place, text));
}

/// The verb, and the line of `resource/helper.go` that sends such a request.
fn caller(request: &Request) -> (&'static str, &'static str) {
    match request.method {
        Method::Get if request.accept == Accept::Discovery => match request.path.as_str() {
            "/api" => ("GET", "discovery_client.go:255"),
            _ => ("GET", "discovery_client.go:318"),
        },
        Method::Get if request.param("limit").is_empty() => ("GET", "helper.go:105"),
        Method::Get => ("GET", "helper.go:113"),
        Method::Delete => ("DELETE", "helper.go:202"),
        Method::Post => ("POST", "helper.go:246"),
        Method::Patch(_) => ("PATCH", "helper.go:269"),
        Method::Put => ("PUT", "helper.go:319"),
    }
}

/// Path and query as Go's `url.Values.Encode` writes them: by name, escaped.
fn address(request: &Request) -> String {
    let mut query: Vec<(&str, &str)> = request.query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    if request.accept == Accept::Discovery {
        query.push(("timeout", "32s"));
    }
    query.sort_by_key(|(name, _)| *name);
    let pairs: Vec<String> = query.iter().map(|(n, v)| format!("{}={}", escaped(n), escaped(v))).collect();
    if pairs.is_empty() { request.path.clone() } else { format!("{}?{}", request.path, pairs.join("&")) }
}

/// Models Go's `url.QueryEscape`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn sent(request: &Request) -> Vec<(&'static str, String)> {
    let accept = match request.accept {
        Accept::Json => "application/json",
        Accept::Table => TABLE,
        Accept::Discovery => DISCOVERY,
    };
    let mut out = vec![("Accept", accept.to_owned())];
    if request.body != Body::Empty {
        let kind = match request.method {
            Method::Patch(kind) => kind.media_type(),
            _ => "application/json",
        };
        out.push(("Content-Type", kind.to_owned()));
    }
    if !request.as_groups.is_empty() {
        out.push(("Impersonate-Group", request.as_groups.join(", ")));
    }
    if !request.as_user.is_empty() {
        out.push(("Impersonate-User", request.as_user.clone()));
    }
    out.push(("User-Agent", "kubectl/v1.36.2 (linux/amd64) kubernetes/98b3519".to_owned()));
    out
}

fn received(reply: &Reply, now: Time) -> Vec<(&'static str, String)> {
    let kind = match &reply.body {
        ReplyBody::Text(_) | ReplyBody::Stream(_) => "text/plain",
        _ => "application/json",
    };
    let date = now.rfc1123z().replace("+0000", "GMT");
    vec![("Cache-Control", "no-cache, private".to_owned()), ("Content-Type", kind.to_owned()), ("Date", date)]
}

/// `headers=<` with one header a line.
fn headers(list: &[(&str, String)]) -> String {
    let lines: String = list.iter().map(|(name, value)| format!("\t{name}: {value}\n")).collect();
    format!("headers=<\n{lines} >")
}

/// A body as klog writes a text: quoted, or as lines where it has several; cut where the level does not ask for all of
/// it.
fn quoted(body: &str, level: i64) -> String {
    let most = match level {
        ..=8 => 1024,
        9 => 10_240,
        _ => usize::MAX,
    };
    let cut = body.char_indices().map(|(at, _)| at).chain([body.len()]).take_while(|at| *at <= most).last();
    let head = body.get(..cut.unwrap_or(0)).unwrap_or("");
    let text = match body.len() - head.len() {
        0 => body.to_owned(),
        rest => format!("{head} [truncated {rest} chars]"),
    };
    if !text.contains('\n') {
        return format!("{text:?}");
    }
    let lines: String = text.trim_end_matches('\n').split('\n').map(|line| format!("\t{line}\n")).collect();
    format!("<\n{lines} >")
}
