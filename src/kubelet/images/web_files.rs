//! Servers of files: Apache's httpd, busybox' and Python's.

use super::Image;
use super::base::Base;
use super::nginx::content_type;
use super::server::{App, Context, Says, Stop};
use super::web::{flag, plain};
use crate::apimachinery::time::MONTHS;
use crate::sh::files::normalize;
use crate::sh::http::{Request, Response, date};
use crate::sh::signal::Signal;

/// The images that serve files.
pub const IMAGES: &[Image] = &[Image {
    name: "docker.io/library/httpd",
    also: &["public.ecr.aws/docker/library/httpd"],
    releases: "2.4.65 2.2.34",
    size: 58_000_000,
    cmd: &["httpd-foreground"],
    env: &[
        ("PATH", "/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("HTTPD_PREFIX", "/usr/local/apache2"),
        ("HTTPD_VERSION", "{version}"),
    ],
    workdir: "/usr/local/apache2",
    ports: &[80],
    stop_signal: Signal::WINCH,
    base: Base::Debian,
    programs: &[("/usr/local/bin/httpd-foreground", "httpd"), ("/usr/local/apache2/bin/httpd", "httpd")],
    files: &[("/usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n")],
    about: "Apache's web server on port 80",
    ..Image::EMPTY
}];

/// The servers by the names of their programs.
pub const APPS: &[App] = &[
    App { port: |_| Ok(80), started: httpd_started, answer: httpd, stop: httpd_stop, ..plain("httpd", httpd) },
    App { port: busybox_port, ..plain("busybox-httpd", busybox) },
    App { port: python_port, started: python_started, ..plain("python-http", python) },
];

fn httpd_started(c: &mut Context<'_, '_>) {
    let ip = c.io.kernel().ip.clone();
    for _ in 0..2 {
        c.io.err(&format!(
            "AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using {ip}. Set the \
             'ServerName' directive globally to suppress this message\n"
        ));
    }
    let (at, version) = (apache_time(c), c.version());
    c.io.err(&format!(
        "[{at}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/{version} (Unix) configured -- resuming normal operations\n\
         [{at}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'\n"
    ));
}

fn apache_time(c: &Context<'_, '_>) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let (y, mo, d, h, mi, s, day) = c.io.now().civil();
    let month = MONTHS.get((mo as usize).saturating_sub(1)).copied().unwrap_or("");
    let day = DAYS.get(day as usize).copied().unwrap_or("");
    format!("{day} {month} {d:02} {h:02}:{mi:02}:{s:02}.000000 {y:04}")
}

fn httpd_stop(signal: Signal) -> Option<Stop> {
    let log = |c: &mut Context<'_, '_>, _: Signal| {
        let at = apache_time(c);
        c.io.err(&format!(
            "[{at}] [mpm_event:notice] [pid 1:tid 1] AH00492: caught SIGWINCH, shutting down gracefully\n"
        ));
    };
    let down = |c: &mut Context<'_, '_>, _: Signal| {
        let at = apache_time(c);
        c.io.err(&format!("[{at}] [mpm_event:notice] [pid 1:tid 1] AH00491: caught SIGTERM, shutting down\n"));
    };
    match signal {
        Signal::WINCH => Some(Stop { log, code: 0 }),
        Signal::TERM | Signal::INT => Some(Stop { log: down, code: 0 }),
        _ => None,
    }
}

/// A file below a directory, its index where it is a directory.
fn find_file(c: &mut Context<'_, '_>, root: &str, path: &str) -> Option<(String, Vec<u8>)> {
    let mut path = format!("{}{}", root.trim_end_matches('/'), normalize("/", path));
    if c.io.is_dir(&path) {
        path = normalize("/", &format!("{path}/index.html"));
    }
    let data = c.io.read_file(&path).ok()?;
    Some((path, data.to_vec()))
}

fn access(c: &mut Context<'_, '_>, request: &Request, status: u16, size: usize) -> String {
    let (y, mo, d, h, mi, s, _) = c.io.now().civil();
    let month = MONTHS.get((mo as usize).saturating_sub(1)).copied().unwrap_or("");
    format!(
        "{} - - [{d:02}/{month}/{y:04}:{h:02}:{mi:02}:{s:02} +0000] \"{} {} HTTP/1.1\" {status} {size}\n",
        c.peer, request.method, request.target
    )
}

fn httpd(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let found = find_file(c, "/usr/local/apache2/htdocs", request.path());
    let (status, kind, body) = match found {
        Some((path, data)) => (200, content_type(&path), data),
        None => {
            let page = "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>404 Not Found</title>\n\
                        </head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n";
            (404, "text/html; charset=iso-8859-1", page.as_bytes().to_vec())
        }
    };
    let (line, version) = (access(c, request, status, body.len()), c.version());
    c.io.out(&line);
    Response::new(status, kind, body)
        .first("Server", &format!("Apache/{version} (Unix)"))
        .first("Date", &date(c.io.now()))
}

/// `httpd [-f] [-p [IP:]PORT] [-h DIR]`
fn busybox_port(c: &mut Context<'_, '_>) -> Result<u16, Says> {
    let given =
        flag(c.args, "p").or_else(|| c.args.iter().find_map(|a| a.strip_prefix("-p").filter(|p| !p.is_empty())));
    Ok(given.and_then(|p| p.rsplit(':').next()?.parse().ok()).unwrap_or(80))
}

fn busybox(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let root = flag(c.args, "h").map_or_else(|| c.io.cwd().to_string(), str::to_owned);
    match find_file(c, &root, request.path()) {
        Some((path, data)) => Response::new(200, content_type(&path), data),
        None => {
            let page = "<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not Found</H1>\nThe requested URL was \
                        not found\n</BODY></HTML>\n";
            Response::new(404, "text/html", page.as_bytes().to_vec())
        }
    }
    .first("Date", &date(c.io.now()))
}

/// `python -m http.server [PORT]`
fn python_port(c: &mut Context<'_, '_>) -> Result<u16, Says> {
    Ok(c.args.iter().skip(3).find_map(|a| a.parse().ok()).unwrap_or(8000))
}

fn python_started(c: &mut Context<'_, '_>) {
    let port = c.port;
    c.io.out(&format!("Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ...\n"));
}

fn python(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let root = flag(c.args, "directory").or(flag(c.args, "d")).map_or_else(|| c.io.cwd().to_string(), str::to_owned);
    let path = request.path().to_owned();
    let (status, kind, body) = match find_file(c, &root, &path) {
        Some((path, data)) => (200, content_type(&path), data),
        None => listing(c, &root, &path),
    };
    let line = access(c, request, status, body.len());
    let line = line.rsplit_once(' ').map_or(line.clone(), |(line, _)| format!("{line} -\n"));
    c.io.err(&line);
    let version = c.version();
    Response::new(status, kind, body)
        .first("Date", &date(c.io.now()))
        .first("Server", &format!("SimpleHTTP/0.6 Python/{version}"))
}

fn listing(c: &mut Context<'_, '_>, root: &str, path: &str) -> (u16, &'static str, Vec<u8>) {
    let dir = format!("{}{}", root.trim_end_matches('/'), normalize("/", path));
    let Ok(entries) = c.io.list(&dir) else {
        return (
            404,
            "text/html;charset=utf-8",
            b"<!DOCTYPE HTML>\n<title>Error response</title>\n<p>Error code: 404</p>\n".to_vec(),
        );
    };
    let items: String = entries
        .iter()
        .map(|(name, is_dir)| {
            let name = format!("{name}{}", if *is_dir { "/" } else { "" });
            format!("<li><a href=\"{name}\">{name}</a></li>\n")
        })
        .collect();
    let title = format!("Directory listing for {path}");
    let page = format!(
        "<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n<hr>\n<ul>\n{items}</ul>\n<hr>\n</body>\n</html>\n"
    );
    (200, "text/html; charset=utf-8", page.into_bytes())
}
