//! What looks at the machine's own network: `netstat`, `ss`, `ip`, `ifconfig`; and tools that say they are not there.

use super::language::Run;
use crate::sh::io::Io;

pub const PROGRAMS: &[(&str, Run)] = &[
    ("ifconfig", ifconfig),
    ("ip", ip),
    ("netstat", netstat),
    ("ss", netstat),
    ("top", absent),
    ("vi", absent),
    ("nano", absent),
    ("getopt", absent),
    ("gunzip", absent),
    ("gzip", absent),
    ("tar", absent),
];

fn absent(io: &mut Io<'_>, argv: &[String]) -> i32 {
    let name = argv.first().map_or("", |a| a.rsplit('/').next().unwrap_or(""));
    io.err(&format!("{name}: not simulated here\n"));
    1
}

/// Listening ports, as busybox' and net-tools' `netstat -tln` print them.
fn netstat(io: &mut Io<'_>, _: &[String]) -> i32 {
    let mut text = "Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign \
                    Address         State       \n"
        .to_owned();
    for port in io.kernel().listening_ports() {
        let local = format!("0.0.0.0:{port}");
        text += &format!("tcp        0      0 {local:<23} 0.0.0.0:*               LISTEN      \n");
    }
    io.out(&text);
    0
}

fn address(io: &Io<'_>) -> String {
    io.kernel().ip.clone()
}

fn ip(io: &mut Io<'_>, argv: &[String]) -> i32 {
    let what = argv.iter().skip(1).find(|a| !a.starts_with('-')).map_or("", String::as_str);
    let ip = address(io);
    match what {
        "a" | "addr" | "address" => io.out(&format!(
            "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n    link/loopback \
             00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever \
             preferred_lft forever\n2: eth0@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP\n    \
             inet {ip}/24 brd {0}.255 scope global eth0\n       valid_lft forever preferred_lft forever\n",
            network(&ip)
        )),
        "r" | "route" => {
            let net = network(&ip);
            io.out(&format!("default via {net}.1 dev eth0\n{net}.0/24 dev eth0 scope link  src {ip}\n"));
        }
        _ => return absent(io, argv),
    }
    0
}

/// The first three numbers of an address.
fn network(ip: &str) -> &str {
    ip.rsplit_once('.').map_or("", |(net, _)| net)
}

fn ifconfig(io: &mut Io<'_>, _: &[String]) -> i32 {
    let ip = address(io);
    io.out(&format!(
        "eth0      Link encap:Ethernet\n          inet addr:{ip}  Bcast:{0}.255  Mask:255.255.255.0\n          UP BROADCAST \
         RUNNING MULTICAST  MTU:1500  Metric:1\n\nlo        Link encap:Local Loopback\n          inet addr:127.0.0.1  \
         Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n",
        network(&ip)
    ));
    0
}
