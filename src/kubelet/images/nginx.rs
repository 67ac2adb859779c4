//! nginx: the web server of most examples.

use super::Image;
use super::base::Base;
use super::server::{App, Context, Says, Stop};
use crate::apimachinery::time::MONTHS;
use crate::sh::files::normalize;
use crate::sh::http::{Request, Response, date, reason};
use crate::sh::signal::Signal;

const INDEX: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>\nhtml { color-scheme: light \
dark; }\nbody { width: 35em; margin: 0 auto;\nfont-family: Tahoma, Verdana, Arial, sans-serif; }\n</style>\n</head>\n\
<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, the nginx web server is successfully installed and\n\
working. Further configuration is required.</p>\n\n<p>For online documentation and support please refer to\n<a \
href=\"http://nginx.org/\">nginx.org</a>.<br/>\nCommercial support is available at\n<a \
href=\"http://nginx.com/\">nginx.com</a>.</p>\n\n<p><em>Thank you for using nginx.</em></p>\n</body>\n</html>\n";
const CONF: &str = "server {\n    listen       80;\n    listen  [::]:80;\n    server_name  localhost;\n\n    location / {\n        \
root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n";
const UNPRIVILEGED: &str = "server {\n    listen       8080;\n    server_name  localhost;\n\n    location / {\n        \
root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n";

const NGINX: Image = Image {
    name: "docker.io/library/nginx",
    also: &[
        "registry.k8s.io/nginx",
        "registry.k8s.io/e2e-test-images/nginx",
        "docker.io/nginxdemos/nginx-hello",
        "docker.io/bitnami/nginx",
        "public.ecr.aws/nginx/nginx",
        "public.ecr.aws/docker/library/nginx",
    ],
    size: 62_960_951,
    cmd: &["nginx", "-g", "daemon off;"],
    env: &[
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("NGINX_VERSION", "{version}"),
        ("PKG_RELEASE", "1~bookworm"),
    ],
    ports: &[80],
    base: Base::Debian,
    programs: &[("/usr/sbin/nginx", "nginx"), ("/usr/bin/curl", "curl")],
    files: PAGES,
    links: &[("/var/log/nginx/access.log", "/dev/stdout"), ("/var/log/nginx/error.log", "/dev/stderr")],
    about: "web server on port 80",
    ..Image::EMPTY
};

const PAGES: &[(&str, &str)] = &[
    ("/usr/share/nginx/html/index.html", INDEX),
    ("/usr/share/nginx/html/50x.html", "<html><body><h1>An error occurred.</h1></body></html>\n"),
    ("/etc/nginx/nginx.conf", "include /etc/nginx/conf.d/*.conf;\n"),
    ("/etc/nginx/conf.d/default.conf", CONF),
];

pub const IMAGES: &[Image] = &[
    Image {
        releases: "1.29.1 1.28.0 1.27.5 1.26.3 1.25.5 1.24.0 1.23.4 1.22.1 1.21.6 1.20.2 1.19.10 mainline=1.29.1 \
                   stable=1.28.0",
        entrypoint: &["/docker-entrypoint.sh"],
        stop_signal: Signal::QUIT,
        files: &[("/docker-entrypoint.sh", ENTRYPOINT), PAGES[0], PAGES[1], PAGES[2], PAGES[3]],
        ..NGINX
    },
    Image {
        name: "docker.io/nginxinc/nginx-unprivileged",
        also: &["quay.io/nginx/nginx-unprivileged", "ghcr.io/nginx/nginx-unprivileged"],
        releases: "1.29.1 1.28.0 1.27.5 1.26.3 1.25.5 1.24.0 1.23.4 1.22.1 1.21.6 1.20.2 1.19.10 mainline=1.29.1 \
                   stable=1.28.0",
        entrypoint: &["/docker-entrypoint.sh"],
        stop_signal: Signal::QUIT,
        uid: 101,
        user: "nginx",
        ports: &[8080],
        files: &[
            ("/docker-entrypoint.sh", ENTRYPOINT),
            PAGES[0],
            PAGES[1],
            PAGES[2],
            ("/etc/nginx/conf.d/default.conf", UNPRIVILEGED),
        ],
        about: "web server on port 8080, not run by root",
        ..NGINX
    },
    // The image of Kubernetes' own examples has numbers of its own.
    Image {
        name: "registry.k8s.io/nginx-slim",
        also: &["k8s.gcr.io/nginx-slim", "gcr.io/google_containers/nginx-slim"],
        releases: "0.27=1.27.1 0.26=1.26.1 0.25=1.25.5 0.24=1.23.4 0.23=1.23.1 0.22=1.21.6 0.21=1.19.10 0.20=1.17.10 \
                   0.9=1.11.1 0.8=1.11.1 0.7=1.9.10 latest=1.27.1",
        size: 41_000_000,
        ..NGINX
    },
    // Without an entry point of its own, and stopped by TERM.
    Image {
        releases: "1.18.0 1.17.10 1.16.1 1.15.12 1.14.2 1.13.12 1.12.2 1.11.13 1.10.3 1.9.15 1.8.1 1.7.12",
        ..NGINX
    },
];

/// The image's entry point, and the lines it prints before it starts the server. `15-local-resolvers` came with 1.25.
const ENTRYPOINT: &str = "#!/bin/sh\nif [ \"$1\" = nginx ]; then\ncat <<'EOF'\n\
/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n\
/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/\n\
/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh\n\
10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf\n\
10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf\nEOF\n\
case \"$NGINX_VERSION\" in 1.19.*|1.2[0-4].*) ;; *) \
echo '/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh';; esac\n\
cat <<'EOF'\n\
/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh\n\
/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh\n\
/docker-entrypoint.sh: Configuration complete; ready for start up\nEOF\nfi\nexec \"$@\"\n";

pub const APPS: &[App] = &[App { name: "nginx", port, started, in_use, answer, stop }];

/// The first `listen` of the server's configuration.
fn port(c: &mut Context<'_, '_>) -> Result<u16, Says> {
    let version = c.version();
    match c.args.get(1).map(String::as_str) {
        Some("-v") => return Err(Says(format!("nginx version: nginx/{version}\n"), 0)),
        Some("-t") => {
            return Err(Says(
                "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file \
                        /etc/nginx/nginx.conf test is successful\n"
                    .to_owned(),
                0,
            ));
        }
        _ => {}
    }
    let conf = setting(c, "listen").unwrap_or_default();
    let digits: String = conf.chars().rev().take_while(char::is_ascii_digit).collect();
    Ok(digits.chars().rev().collect::<String>().parse().unwrap_or(80))
}

/// The value of a directive in the first configuration file that has it.
fn setting(c: &mut Context<'_, '_>, name: &str) -> Option<String> {
    let mut paths = vec!["/etc/nginx/nginx.conf".to_owned()];
    for (file, _) in c.io.list("/etc/nginx/conf.d").unwrap_or_default() {
        paths.push(format!("/etc/nginx/conf.d/{file}"));
    }
    paths.iter().find_map(|path| {
        let data = c.io.read_file(path).ok()?;
        let text = String::from_utf8_lossy(&data).into_owned();
        text.lines().find_map(|line| {
            let value = line.trim().strip_prefix(name)?.strip_prefix([' ', '\t'])?;
            Some(value.trim().split([';', ' ']).next().unwrap_or("").to_owned())
        })
    })
}

fn stamp(c: &Context<'_, '_>) -> String {
    let (y, mo, d, h, mi, s, _) = c.io.now().civil();
    format!("{y:04}/{mo:02}/{d:02} {h:02}:{mi:02}:{s:02}")
}

fn notice(c: &mut Context<'_, '_>, text: &str) {
    // Older releases log warnings and worse.
    if minor(c) < 21 {
        return;
    }
    let line = format!("{} [notice] 1#1: {text}\n", stamp(c));
    c.io.err(&line);
}

/// The minor version: 27 of 1.27.5.
fn minor(c: &Context<'_, '_>) -> u32 {
    c.version().split('.').nth(1).and_then(|n| n.parse().ok()).unwrap_or(u32::MAX)
}

/// Which compiler a release was built with: from minor version, on Debian, on Alpine.
const BUILT: &[(u32, &str, &str)] = &[
    (29, "12.2.0 (Debian 12.2.0-14+deb12u1)", "14.2.0 (Alpine 14.2.0)"),
    (25, "12.2.0 (Debian 12.2.0-14)", "12.2.1 20220924 (Alpine 12.2.1_git20220924-r10)"),
    (0, "10.2.1 20210110 (Debian 10.2.1-6)", "10.3.1 20211027 (Alpine 10.3.1_git20211027)"),
];

fn started(c: &mut Context<'_, '_>) {
    let on_alpine = c.tag().contains("alpine");
    let (_, debian, alpine) = BUILT.iter().find(|(from, ..)| *from <= minor(c)).copied().unwrap_or_default();
    for text in [
        "using the \"epoll\" event method",
        &format!("nginx/{}", c.version()),
        &format!("built by gcc {}", if on_alpine { alpine } else { debian }),
        "OS: Linux 6.1.0-podium",
        "getrlimit(RLIMIT_NOFILE): 1048576:1048576",
        "start worker processes",
        "start worker process 29",
        "start worker process 30",
    ] {
        notice(c, text);
    }
}

fn in_use(c: &mut Context<'_, '_>) -> i32 {
    let (at, port) = (stamp(c), c.port);
    for _ in 0..5 {
        let text = format!("{at} [emerg] 1#1: bind() to 0.0.0.0:{port} failed (98: Address already in use)\n");
        c.io.err(&text);
        c.io.err(&format!("nginx: [emerg] bind() to 0.0.0.0:{port} failed (98: Address already in use)\n"));
    }
    c.io.err(&format!("{at} [emerg] 1#1: still could not bind()\nnginx: [emerg] still could not bind()\n"));
    1
}

fn stop(signal: Signal) -> Option<Stop> {
    match signal {
        Signal::QUIT => Some(Stop { log: stopping, code: 0 }),
        Signal::TERM | Signal::INT => Some(Stop { log: stopping, code: 0 }),
        _ => None,
    }
}

fn stopping(c: &mut Context<'_, '_>, signal: Signal) {
    let how = if signal == Signal::QUIT { "shutting down" } else { "exiting" };
    notice(c, &format!("signal {} (SIG{}) received, {how}", signal.0, signal.name()));
    if signal == Signal::QUIT {
        notice(c, "gracefully shutting down");
    }
    notice(c, "exit");
}

fn answer(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let root = setting(c, "root").unwrap_or_else(|| "/usr/share/nginx/html".to_owned());
    let wanted = normalize("/", request.path());
    let mut path = format!("{root}{wanted}");
    if c.io.is_dir(&path) {
        path = normalize("/", &format!("{path}/index.html"));
    }
    let version = c.version();
    let (status, body) = match request.method.as_str() {
        "GET" | "HEAD" => match c.io.read_file(&path) {
            Ok(data) => (200, data.to_vec()),
            Err(_) if request.path().ends_with('/') => (403, page(403, &version)),
            Err(_) => (404, page(404, &version)),
        },
        _ => (405, page(405, &version)),
    };
    access_log(c, request, status, body.len());
    if status == 404 {
        let (at, peer) = (stamp(c), c.peer.to_owned());
        let host = request.header("Host").unwrap_or("").to_owned();
        c.io.err(&format!(
            "{at} [error] 29#29: *{} open() \"{path}\" failed (2: No such file or directory), client: {peer}, server: \
             localhost, request: \"{} {} HTTP/1.1\", host: \"{host}\"\n",
            c.count + 1,
            request.method,
            request.target
        ));
    }
    let mut response = Response::new(status, content_type(if status == 200 { &path } else { ".html" }), body)
        .first("Date", &date(c.io.now()))
        .first("Server", &format!("nginx/{version}"))
        .with("Connection", "keep-alive");
    if status == 200 {
        response = response.with("Accept-Ranges", "bytes");
    }
    response
}

/// The page that nginx makes for an error.
fn page(status: u16, version: &str) -> Vec<u8> {
    let text = match status {
        405 => "Not Allowed",
        other => reason(other),
    };
    format!(
        "<html>\r\n<head><title>{status} {text}</title></head>\r\n<body>\r\n<center><h1>{status} {text}</h1></center>\r\n\
         <hr><center>nginx/{version}</center>\r\n</body>\r\n</html>\r\n"
    )
    .into_bytes()
}

pub(super) fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "js" => "application/javascript",
        "json" => "application/json",
        "txt" => "text/plain",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// `10.244.1.5 - - [23/Nov/2026:12:20:34 +0000] "GET / HTTP/1.1" 200 615 "-" "curl/8.5.0" "-"`
fn access_log(c: &mut Context<'_, '_>, request: &Request, status: u16, size: usize) {
    let (y, mo, d, h, mi, s, _) = c.io.now().civil();
    let month = MONTHS.get(mo as usize - 1).copied().unwrap_or("");
    let of = |name: &str| request.header(name).unwrap_or("-").to_owned();
    let line = format!(
        "{} - - [{d:02}/{month}/{y:04}:{h:02}:{mi:02}:{s:02} +0000] \"{} {} HTTP/1.1\" {status} {size} \"{}\" \"{}\" \"{}\"\n",
        c.peer,
        request.method,
        request.target,
        of("Referer"),
        of("User-Agent"),
        of("X-Forwarded-For")
    );
    c.io.out(&line);
}
