//! Images that need no program of their own: databases that only open their port, agents that only run, small scripts.

use super::Image;
use super::base::Base;

const SHELL_TOOLS: &[(&str, &str)] = &[
    ("/usr/bin/curl", "curl"),
    ("/usr/bin/dig", "dig"),
    ("/usr/bin/host", "host"),
    ("/usr/bin/nslookup", "nslookup"),
    ("/usr/bin/ping", "ping"),
    ("/usr/bin/nc", "nc"),
    ("/usr/bin/wget", "wget"),
];

const fn daemon(name: &'static str, also: &'static [&'static str], size: u64, about: &'static str) -> Image {
    Image {
        name,
        also,
        size,
        entrypoint: &["/bin/daemon"],
        programs: &[("/bin/daemon", "daemon")],
        about,
        ..Image::EMPTY
    }
}

const AGENT: &str = "runs and does nothing";

const fn tools(name: &'static str, also: &'static [&'static str], cmd: &'static [&'static str], size: u64) -> Image {
    Image {
        name,
        also,
        cmd,
        size,
        base: Base::Debian,
        programs: SHELL_TOOLS,
        about: "tools to look at the network with",
        ..Image::EMPTY
    }
}

/// A script of busybox or bash as an image.
const fn script(
    name: &'static str,
    base: Base,
    size: u64,
    files: &'static [(&'static str, &'static str)],
    about: &'static str,
) -> Image {
    Image { name, base, size, files, about, ..Image::EMPTY }
}

pub const IMAGES: &[Image] = &[
    Image {
        name: "registry.k8s.io/pause",
        also: &[
            "k8s.gcr.io/pause",
            "gcr.io/google_containers/pause",
            "docker.io/google/pause",
            "docker.io/kubernetes/pause",
        ],
        size: 320_448,
        entrypoint: &["/pause"],
        programs: &[("/pause", "pause")],
        about: "waits for its end",
        ..Image::EMPTY
    },
    // --- databases -------------------------------------------------------------------------------------------------
    Image {
        name: "docker.io/library/mysql",
        releases: "9.4.0 9.3.0 9.2.0 9.1.0 9.0.1 8.4.6 8.3.0 8.2.0 8.1.0 8.0.43 5.7.44 5.6.51 5.5.62 lts=8.4.6 \
                   innovation=9.4.0",
        size: 240_000_000,
        entrypoint: &["docker-entrypoint.sh"],
        cmd: &["mysqld"],
        ports: &[3306],
        base: Base::Debian,
        programs: &[("/usr/sbin/mysqld", "mysqld"), ("/usr/bin/mysql", "client"), ("/usr/bin/mysqladmin", "client")],
        files: &[("/usr/local/bin/docker-entrypoint.sh", MYSQL)],
        about: "starts and opens port 3306; queries are not simulated",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/library/mariadb",
        releases: "12.0.2 11.8.3 11.7.2 11.6.2 11.5.2 11.4.8 11.3.2 11.2.6 11.1.6 11.0.6 10.11.14 10.10.7 10.9.8 10.8.8 \
                   10.7.8 10.6.23 10.5.29 10.4.34 10.3.39 10.2.44 10.1.48 10.0.38 5.5.64 lts=11.8.3",
        size: 120_000_000,
        entrypoint: &["docker-entrypoint.sh"],
        cmd: &["mariadbd"],
        ports: &[3306],
        base: Base::Debian,
        programs: &[("/usr/sbin/mariadbd", "mariadbd"), ("/usr/bin/mariadb", "client"), ("/usr/bin/mysql", "client")],
        files: &[("/usr/local/bin/docker-entrypoint.sh", MARIADB)],
        about: "starts and opens port 3306; queries are not simulated",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/library/postgres",
        releases: "17.6 16.10 15.14 14.19 13.22 12.22 11.22 10.23 9.6.24 9.5.25 9.4.26 9.3.25 9.2.24 9.1.24 9.0.22 18.0",
        size: 160_000_000,
        entrypoint: &["docker-entrypoint.sh"],
        cmd: &["postgres"],
        ports: &[5432],
        stop_signal: crate::sh::Signal::INT,
        base: Base::Debian,
        programs: &[
            ("/usr/bin/postgres", "postgres"),
            ("/usr/bin/psql", "client"),
            ("/usr/bin/pg_isready", "pg_isready"),
        ],
        files: &[("/usr/local/bin/docker-entrypoint.sh", POSTGRES)],
        about: "starts and opens port 5432; queries are not simulated",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/library/mongo",
        releases: "8.0.13 7.0.24 6.0.26 5.0.31 4.4.29 4.2.24 4.0.28 3.6.23 3.4.24 3.2.21 3.0.15 2.6.12",
        size: 290_000_000,
        entrypoint: &["mongod"],
        ports: &[27017],
        base: Base::Debian,
        programs: &[("/usr/bin/mongod", "mongod"), ("/usr/bin/mongosh", "client"), ("/usr/bin/mongo", "client")],
        about: "starts and opens port 27017; queries are not simulated",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/library/memcached",
        releases: "1.6.39 1.5.22 1.4.39",
        size: 32_000_000,
        entrypoint: &["memcached"],
        ports: &[11211],
        base: Base::Debian,
        programs: &[("/usr/local/bin/memcached", "memcached")],
        about: "opens port 11211",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/library/rabbitmq",
        releases: "4.1.4 4.0.9 3.13.7 3.12.14 3.11.28 3.10.25 3.9.29 3.8.34 3.7.28 3.6.16",
        size: 100_000_000,
        entrypoint: &["rabbitmq-server"],
        ports: &[5672],
        base: Base::Debian,
        programs: &[("/usr/bin/rabbitmq-server", "rabbitmq-server")],
        about: "opens port 5672",
        ..Image::EMPTY
    },
    // --- agents ----------------------------------------------------------------------------------------------------
    daemon(
        "quay.io/fluentd_elasticsearch/fluentd",
        &[
            "docker.io/fluent/fluentd",
            "docker.io/library/fluentd",
            "registry.k8s.io/fluentd-elasticsearch",
            "k8s.gcr.io/fluentd-elasticsearch",
            "registry.k8s.io/fluentd-gcp",
            "docker.io/fluent/fluent-bit",
        ],
        70_000_000,
        AGENT,
    ),
    daemon(
        "docker.io/prom/node-exporter",
        &["quay.io/prometheus/node-exporter", "docker.io/prom/prometheus", "quay.io/prometheus/prometheus"],
        13_000_000,
        AGENT,
    ),
    // --- tools -----------------------------------------------------------------------------------------------------
    tools(
        "docker.io/tutum/dnsutils",
        &[
            "registry.k8s.io/e2e-test-images/jessie-dnsutils",
            "gcr.io/kubernetes-e2e-test-images/dnsutils",
            "registry.k8s.io/e2e-test-images/agnhost-dns",
        ],
        &["sleep", "3600"],
        60_000_000,
    ),
    tools(
        "docker.io/tutum/curl",
        &[
            "docker.io/luksa/curl",
            "docker.io/appropriate/curl",
            "docker.io/radial/busyboxplus",
            "docker.io/praqma/network-multitool",
            "docker.io/wbitt/network-multitool",
            "docker.io/nicolaka/netshoot",
            "docker.io/giantswarm/tiny-tools",
            "docker.io/byrnedo/alpine-curl",
        ],
        &["/bin/bash"],
        66_000_000,
    ),
    Image {
        name: "docker.io/polinux/stress",
        also: &["docker.io/vish/stress", "docker.io/progrium/stress", "docker.io/alexeiled/stress-ng"],
        size: 3_700_000,
        cmd: &["stress", "--help"],
        base: Base::Alpine,
        programs: &[("/usr/bin/stress", "stress"), ("/usr/bin/stress-ng", "stress")],
        about: "takes as much memory as it is told to",
        ..Image::EMPTY
    },
    // --- "Kubernetes in Action" --------------------------------------------------------------------------------------
    Image {
        entrypoint: &["/bin/fortuneloop.sh"],
        programs: &[("/usr/games/fortune", "fortune")],
        tags: "latest env args",
        ..script(
            "docker.io/luksa/fortune",
            Base::Debian,
            58_000_000,
            &[("/bin/fortuneloop.sh", FORTUNE)],
            "writes a saying to /var/htdocs every 10 seconds",
        )
    },
    Image {
        entrypoint: &["/main.sh"],
        ..script(
            "docker.io/luksa/batch-job",
            Base::Busybox,
            2_300_000,
            &[("/main.sh", BATCH_JOB)],
            "works for two minutes and ends",
        )
    },
    Image {
        entrypoint: &["/main.sh"],
        tags: "*",
        ..script(
            "docker.io/luksa/ssd-monitor",
            Base::Busybox,
            2_300_000,
            &[("/main.sh", SSD_MONITOR)],
            "says every five seconds that the disk is well",
        )
    },
];

const FORTUNE: &str = "#!/bin/bash\ntrap \"exit\" SIGINT\nINTERVAL=${1:-${INTERVAL:-10}}\necho Configured to generate new fortune every $INTERVAL seconds\nmkdir -p /var/htdocs\n\
while :\ndo\n  echo $(date) Writing fortune to /var/htdocs/index.html\n  /usr/games/fortune > /var/htdocs/index.html\n  sleep $INTERVAL\ndone\n";
const BATCH_JOB: &str =
    "#!/bin/sh\necho \"$(date) Batch job starting\"\nsleep 120\necho \"$(date) Finished succesfully\"\n";
const SSD_MONITOR: &str = "#!/bin/sh\nwhile true\ndo\n  echo \"$(date) SSD OK\"\n  sleep 5\ndone\n";

const MYSQL: &str = "#!/bin/sh\nnote() { echo \"$(date '+%Y-%m-%d %H:%M:%S+00:00') [$1] [Entrypoint]: $2\" >&2; }\n\
if [ \"${1#-}\" != \"$1\" ]; then set -- mysqld \"$@\"; fi\n\
if [ \"$1\" = mysqld ]; then\n  note Note 'Entrypoint script for MySQL Server {version}-1.el9 started.'\n  \
if [ ! -d /var/lib/mysql/mysql ]; then\n    \
if [ -z \"$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD\" ]; then\n      \
note ERROR 'Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD'\n      exit 1\n    fi\n    \
note Note 'Initializing database files'\n    mkdir -p /var/lib/mysql/mysql\n    note Note 'Database files initialized'\n    \
note Note 'MySQL init process done. Ready for start up.'\n  fi\nfi\nexec \"$@\"\n";

const MARIADB: &str = "#!/bin/sh\nnote() { echo \"$(date '+%Y-%m-%d %H:%M:%S+00:00') [$1] [Entrypoint]: $2\" >&2; }\n\
if [ \"${1#-}\" != \"$1\" ]; then set -- mariadbd \"$@\"; fi\n\
if [ \"$1\" = mariadbd ] || [ \"$1\" = mysqld ]; then\n  note Note 'Entrypoint script for MariaDB Server 1:{version}+maria~ubu2404 started.'\n  \
if [ ! -d /var/lib/mysql/mysql ]; then\n    \
if [ -z \"$MARIADB_ROOT_PASSWORD$MYSQL_ROOT_PASSWORD$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD\" ]; then\n      \
note ERROR 'Database is uninitialized and password option is not specified\n\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD'\n      exit 1\n    fi\n    \
mkdir -p /var/lib/mysql/mysql\n    note Note 'MariaDB init process done. Ready for start up.'\n  fi\n  shift\n  set -- mariadbd \"$@\"\nfi\nexec \"$@\"\n";

const POSTGRES: &str = "#!/bin/sh\nif [ \"${1#-}\" != \"$1\" ]; then set -- postgres \"$@\"; fi\n\
if [ \"$1\" = postgres ] && [ ! -s \"${PGDATA:-/var/lib/postgresql/data}/PG_VERSION\" ]; then\n  \
if [ -z \"$POSTGRES_PASSWORD\" ] && [ \"$POSTGRES_HOST_AUTH_METHOD\" != trust ]; then\n    cat >&2 <<'EOE'\n\
Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, \"-e POSTGRES_PASSWORD=password\" on \"docker run\".\n\n       \
You may also use \"POSTGRES_HOST_AUTH_METHOD=trust\" to allow all\n       connections without a password. This is *not* recommended.\n\n       \
See PostgreSQL documentation about \"trust\":\n       https://www.postgresql.org/docs/current/auth-trust.html\nEOE\n    exit 1\n  fi\n  \
mkdir -p \"${PGDATA:-/var/lib/postgresql/data}\"\n  echo {major} > \"${PGDATA:-/var/lib/postgresql/data}/PG_VERSION\"\n  echo\n  echo 'PostgreSQL init process complete; ready for start up.'\n  echo\nfi\nexec \"$@\"\n";
