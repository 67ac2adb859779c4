//! Images that tutorials run to have something running: each opens the port that the real one serves and answers with a
//! short page.

use super::Image;
use super::base::Base;
use super::server::{App, Context, Stop};
use crate::sh::http::{Request, Response};
use crate::sh::signal::Signal;

type Programs = &'static [(&'static str, &'static str)];

/// An image that serves: its names, its command line, its program (`page-PORT`), megabytes.
const fn serves(
    name: &'static str,
    also: &'static [&'static str],
    cmd: &'static [&'static str],
    programs: Programs,
    megabytes: u64,
) -> Image {
    Image {
        name,
        also,
        cmd,
        programs,
        size: megabytes * 1_000_000,
        base: Base::Debian,
        about: "answers with a short page; what else it does is not simulated",
        ..Image::EMPTY
    }
}

/// The same on Alpine.
const fn small(name: &'static str, also: &'static [&'static str], cmd: &'static [&'static str], p: Programs) -> Image {
    Image { base: Base::Alpine, ..serves(name, also, cmd, p, 40) }
}

/// A Linux of which `os` is `/etc/os-release`.
const fn linux(name: &'static str, os: &'static [(&'static str, &'static str)]) -> Image {
    Image {
        name,
        cmd: &["/bin/bash"],
        files: os,
        size: 70_000_000,
        base: Base::Debian,
        about: "Linux with bash",
        ..Image::EMPTY
    }
}

pub const IMAGES: &[Image] = &[
    // --- web applications ------------------------------------------------------------------------------------------
    serves("docker.io/library/wordpress", &["docker.io/bitnami/wordpress"], &["apache2-foreground"], APACHE, 250),
    serves("docker.io/library/drupal", &["docker.io/library/joomla"], &["apache2-foreground"], APACHE, 240),
    serves("docker.io/library/nextcloud", &["docker.io/library/phpmyadmin"], &["apache2-foreground"], APACHE, 400),
    Image { tags: "*", ..serves("docker.io/library/php", &[], &["apache2-foreground"], APACHE, 180) },
    serves("docker.io/phpmyadmin/phpmyadmin", &[], &["apache2-foreground"], APACHE, 180),
    serves(
        "gcr.io/google-samples/gb-frontend",
        &["us-docker.pkg.dev/google-samples/containers/gke/gb-frontend", "registry.k8s.io/guestbook"],
        &["apache2-foreground"],
        APACHE,
        170,
    ),
    serves("docker.io/library/ghost", &[], &["node", "current/index.js"], &[("/usr/local/bin/node", "page-2368")], 200),
    small("docker.io/library/adminer", &[], &["php", "-S", "[::]:8080"], &[("/usr/local/bin/php", "page-8080")]),
    serves(
        "docker.io/library/tomcat",
        &["docker.io/bitnami/tomcat"],
        &["catalina.sh", "run"],
        &[("/usr/local/bin/catalina.sh", "page-8080")],
        220,
    ),
    serves(
        "docker.io/library/jenkins",
        &["docker.io/jenkins/jenkins"],
        &["jenkins.sh"],
        &[("/usr/local/bin/jenkins.sh", "page-8080")],
        280,
    ),
    serves("docker.io/library/sonarqube", &[], &["sonar.sh"], &[("/usr/local/bin/sonar.sh", "page-9000")], 500),
    serves("docker.io/grafana/grafana", &[], &["/run.sh"], &[("/run.sh", "page-3000")], 180),
    serves("docker.io/library/influxdb", &[], &["influxd"], &[("/usr/bin/influxd", "page-8086")], 130),
    serves(
        "docker.io/library/elasticsearch",
        &["docker.elastic.co/elasticsearch/elasticsearch"],
        &["eswrapper"],
        &[("/usr/local/bin/eswrapper", "page-9200")],
        600,
    ),
    serves(
        "docker.io/library/kibana",
        &["docker.elastic.co/kibana/kibana"],
        &["kibana"],
        &[("/usr/local/bin/kibana", "page-5601")],
        400,
    ),
    serves(
        "docker.io/library/logstash",
        &["docker.elastic.co/logstash/logstash"],
        &["logstash"],
        &[("/usr/local/bin/logstash", "page-9600")],
        400,
    ),
    serves("docker.io/library/mongo-express", &[], &["mongo-express"], &[("/usr/bin/mongo-express", "page-8081")], 60),
    serves("docker.io/kennethreitz/httpbin", &["docker.io/kong/httpbin"], &["gunicorn"], GUNICORN, 200),
    serves(
        "docker.io/kodekloud/webapp-color",
        &[
            "docker.io/mmumshad/simple-webapp-flask",
            "docker.io/kodekloud/ecommerce",
            "docker.io/mmumshad/simple-webapp",
        ],
        &["python", "app.py"],
        &[("/usr/local/bin/python", "page-8080")],
        80,
    ),
    serves(
        "docker.io/schoolofdevops/vote",
        &["docker.io/dockersamples/examplevotingapp_vote", "docker.io/kodekloud/examplevotingapp_vote"],
        &["gunicorn"],
        GUNICORN,
        80,
    ),
    serves("docker.io/training/webapp", &[], &["python", "app.py"], &[("/usr/bin/python", "page-5000")], 150),
    small("docker.io/alexwhen/docker-2048", &[], &["nginx"], &[("/usr/sbin/nginx", "page-80")]),
    small("docker.io/jpetazzo/webcolor", &[], &["webcolor"], &[("/usr/bin/webcolor", "page-80")]),
    small(
        "docker.io/paulbouwer/hello-kubernetes",
        &["docker.io/jmalloc/echo-server", "docker.io/kicbase/echo-server", "docker.io/inanimate/echo-server"],
        &["npm", "start"],
        &[("/usr/local/bin/npm", "page-8080")],
    ),
    small("docker.io/ealen/echo-server", &[], &["node", "webserver"], &[("/usr/bin/node", "page-80")]),
    small(
        "docker.io/stefanprodan/podinfo",
        &["ghcr.io/stefanprodan/podinfo"],
        &["./podinfo"],
        &[("/usr/local/bin/podinfo", "page-9898"), ("/podinfo", "page-9898")],
    ),
    serves(
        "mcr.microsoft.com/azuredocs/aks-helloworld",
        &["mcr.microsoft.com/azuredocs/azure-vote-front"],
        &["/start.sh"],
        &[("/start.sh", "page-80")],
        400,
    ),
    small("docker.io/rancher/hello-world", &[], &["k3s-hello"], &[("/usr/bin/k3s-hello", "page-80")]),
    small(
        "gcr.io/google-samples/hello-go-gke",
        &["gcr.io/google-samples/hello-frontend", "us-docker.pkg.dev/google-samples/containers/gke/whereami"],
        &["/usr/bin/hello"],
        &[("/usr/bin/hello", "page-80")],
    ),
    small(
        "registry.k8s.io/test-webserver",
        &["k8s.gcr.io/test-webserver", "gcr.io/google_containers/test-webserver"],
        &["/test-webserver"],
        &[("/test-webserver", "page-80")],
    ),
    // --- "Kubernetes in Action" --------------------------------------------------------------------------------------
    serves(
        "docker.io/luksa/kiada",
        &["docker.io/luksa/quiz-api", "docker.io/luksa/quote-service", "docker.io/luksa/quiz-initializer"],
        &["node", "app.js"],
        &[("/usr/local/bin/node", "page-8080")],
        300,
    ),
    small("docker.io/luksa/kubectl-proxy", &[], &["/kubectl-proxy.sh"], &[("/kubectl-proxy.sh", "page-8001")]),
    small("docker.io/luksa/kiada-ssl-proxy", &[], &["envoy"], &[("/usr/local/bin/envoy", "page-8443")]),
    // --- proxies ---------------------------------------------------------------------------------------------------
    serves("docker.io/library/haproxy", &[], &["haproxy"], &[("/usr/local/sbin/haproxy", "page-80")], 40),
    small("docker.io/library/traefik", &[], &["traefik"], &[("/usr/local/bin/traefik", "page-80")]),
    small("docker.io/library/caddy", &[], &["caddy", "run"], &[("/usr/bin/caddy", "page-80")]),
    serves("docker.io/envoyproxy/envoy", &[], &["envoy"], &[("/usr/local/bin/envoy", "page-10000")], 60),
    small("registry.k8s.io/goproxy", &["k8s.gcr.io/goproxy"], &["/goproxy"], &[("/goproxy", "page-8080")]),
    small("docker.io/alpine/socat", &[], &["socat"], &[("/usr/bin/socat", "daemon")]),
    // --- data ------------------------------------------------------------------------------------------------------
    small("docker.io/library/registry", &[], &["registry", "serve"], &[("/usr/bin/registry", "page-5000")]),
    small(
        "docker.io/library/consul",
        &["docker.io/hashicorp/consul"],
        &["consul", "agent"],
        &[("/usr/bin/consul", "page-8500")],
    ),
    small(
        "docker.io/library/vault",
        &["docker.io/hashicorp/vault"],
        &["vault", "server"],
        &[("/usr/bin/vault", "page-8200")],
    ),
    serves("docker.io/minio/minio", &["quay.io/minio/minio"], &["minio"], &[("/usr/bin/minio", "page-9000")], 60),
    serves(
        "registry.k8s.io/etcd",
        &["quay.io/coreos/etcd", "docker.io/bitnami/etcd", "docker.io/library/etcd", "k8s.gcr.io/etcd"],
        &["etcd"],
        &[("/usr/local/bin/etcd", "page-2379")],
        60,
    ),
    serves(
        "docker.io/library/zookeeper",
        &["registry.k8s.io/kubernetes-zookeeper", "docker.io/bitnami/zookeeper"],
        &["zkServer.sh", "start-foreground"],
        &[("/usr/bin/zkServer.sh", "page-2181")],
        120,
    ),
    serves(
        "docker.io/bitnami/kafka",
        &["docker.io/confluentinc/cp-kafka", "docker.io/apache/kafka"],
        &["/run.sh"],
        &[("/run.sh", "page-9092")],
        300,
    ),
    serves(
        "docker.io/library/cassandra",
        &["gcr.io/google-samples/cassandra", "docker.io/bitnami/cassandra"],
        &["cassandra", "-f"],
        &[("/usr/local/bin/cassandra", "page-9042"), ("/usr/bin/nodetool", "client"), ("/usr/bin/cqlsh", "client")],
        170,
    ),
    small("docker.io/library/nats", &[], &["nats-server"], &[("/usr/bin/nats-server", "page-4222")]),
    small("docker.io/library/eclipse-mosquitto", &[], &["mosquitto"], &[("/usr/sbin/mosquitto", "page-1883")]),
    serves("docker.io/library/neo4j", &[], &["neo4j"], &[("/usr/bin/neo4j", "page-7474")], 300),
    serves("docker.io/library/couchdb", &[], &["couchdb"], &[("/usr/bin/couchdb", "page-5984")], 80),
    serves("docker.io/library/solr", &[], &["solr-foreground"], &[("/usr/bin/solr-foreground", "page-8983")], 300),
    serves(
        "docker.io/bitnami/mysql",
        &["docker.io/bitnami/mariadb"],
        &["/run.sh"],
        &[("/run.sh", "mysqld"), ("/usr/bin/mysql", "client")],
        200,
    ),
    serves(
        "docker.io/bitnami/postgresql",
        &[],
        &["/run.sh"],
        &[("/run.sh", "postgres"), ("/usr/bin/psql", "client")],
        110,
    ),
    serves(
        "gcr.io/google-samples/xtrabackup",
        &[],
        &["/bin/bash"],
        &[("/usr/bin/xtrabackup", "client"), ("/usr/bin/ncat", "nc"), ("/usr/bin/mysql", "client")],
        80,
    ),
    serves(
        "gcr.io/google_samples/gb-redisslave",
        &[
            "gcr.io/google-samples/gb-redis-follower",
            "us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower",
        ],
        &["redis-server"],
        &[("/usr/local/bin/redis-server", "redis-server"), ("/usr/local/bin/redis-cli", "redis-cli")],
        40,
    ),
    // --- agents ----------------------------------------------------------------------------------------------------
    small(
        "gcr.io/cadvisor/cadvisor",
        &["docker.io/google/cadvisor"],
        &["/usr/bin/cadvisor"],
        &[("/usr/bin/cadvisor", "page-8080")],
    ),
    small("gcr.io/google-containers/startup-script", &[], &["/manage.sh"], &[("/manage.sh", "daemon")]),
    // --- systems ---------------------------------------------------------------------------------------------------
    linux("docker.io/library/centos", &[("/etc/os-release", "NAME=\"CentOS Linux\"\nID=\"centos\"\n")]),
    linux("docker.io/library/fedora", &[("/etc/os-release", "NAME=\"Fedora Linux\"\nID=fedora\n")]),
    linux("docker.io/library/amazonlinux", &[("/etc/os-release", "NAME=\"Amazon Linux\"\nID=\"amzn\"\n")]),
    linux("docker.io/library/rockylinux", &[("/etc/os-release", "NAME=\"Rocky Linux\"\nID=\"rocky\"\n")]),
    linux("docker.io/library/buildpack-deps", &[]),
    Image {
        cmd: &["bash"],
        releases: "5.3.3 5.2.37 5.1.16 5.0.18 4.4.23 4.3.48 4.2.53 4.1.17 4.0.44 3.2.57 devel=5.3.3",
        ..small("docker.io/library/bash", &[], &[], &[("/usr/local/bin/bash", "bash")])
    },
    // --- what runs once --------------------------------------------------------------------------------------------
    Image {
        name: "docker.io/library/hello-world",
        size: 2_000,
        cmd: &["/hello"],
        programs: &[("/hello", "hello-world")],
        about: "says hello and ends",
        ..Image::EMPTY
    },
    Image { entrypoint: &["git"], ..small("docker.io/alpine/git", &[], &["--help"], &[("/usr/bin/git", "client")]) },
    Image { entrypoint: &["curl"], ..small("docker.io/alpine/curl", &[], &["-h"], &[("/usr/bin/curl", "curl")]) },
    Image {
        entrypoint: &["kubectl"],
        ..small(
            "docker.io/bitnami/kubectl",
            &["docker.io/lachlanevenson/k8s-kubectl", "registry.k8s.io/kubectl", "docker.io/alpine/k8s"],
            &["--help"],
            &[("/usr/local/bin/kubectl", "client")],
        )
    },
    Image {
        files: &[("/throw-dice.sh", DICE)],
        ..small("docker.io/kodekloud/throw-dice", &[], &["/throw-dice.sh"], &[])
    },
    Image { files: &[("/clock.sh", CLOCK)], ..small("docker.io/jpetazzo/clock", &[], &["/clock.sh"], &[]) },
    Image {
        files: &[("/events.sh", EVENTS)],
        ..small("docker.io/kodekloud/event-simulator", &[], &["/events.sh"], &[])
    },
];

const CLOCK: &str = "#!/bin/sh\nwhile date; do sleep 1; done\n";
const APACHE: Programs = &[("/usr/local/bin/apache2-foreground", "page-80"), ("/usr/bin/curl", "curl")];
const GUNICORN: Programs = &[("/usr/local/bin/gunicorn", "page-80")];

const DICE: &str = "#!/bin/sh\nn=$(( $(od -An -N1 -tu1 /dev/urandom 2>/dev/null || echo ${RANDOM:-5}) % 6 + 1 ))\necho $n\n\
                    [ $n = 6 ]\n";
const EVENTS: &str = "#!/bin/sh\ni=0\nwhile true; do\n  i=$((i+1))\n  \
                      echo \"[$(date '+%Y-%m-%d %H:%M:%S,000')] INFO in event-simulator: USER$((i%4+1)) is viewing page$((i%3+1))\"\n  \
                      sleep 1\ndone\n";

/// Serves one page for every path, on the port that its program was made with.
pub const APPS: &[App] = &[App { name: "page", port: |c| Ok(c.port), started: |_| {}, in_use, answer, stop }];

fn in_use(c: &mut Context<'_, '_>) -> i32 {
    let text = format!("listen tcp :{}: bind: address already in use\n", c.port);
    c.io.err(&text);
    1
}

fn answer(_: &mut Context<'_, '_>, _: &Request) -> Response {
    Response::new(200, "text/html", b"<html><body><h1>It works!</h1></body></html>\n".to_vec())
}

fn stop(signal: Signal) -> Option<Stop> {
    matches!(signal, Signal::TERM | Signal::INT | Signal::QUIT).then_some(Stop { log: |_, _| {}, code: 0 })
}
