//! What the driver does when the cluster does not come to rest.

use super::*;

const WHY: &str = "a controller does not come to rest; it was last busy with \"default/web\"";

#[test]
fn a_cluster_that_spun_ends_what_waits_for_it_and_says_who() {
    let mut lab = Lab::for_replay(&ClusterSpec::plain(1));
    lab.cluster_mut().spin();
    let begin = lab.now();
    lab.run_until(begin + Duration::from_secs(3_600));
    assert_eq!(lab.stopped(), Some(WHY));
    let ran = lab.run_line("sleep 10; echo late");
    assert_eq!(String::from_utf8_lossy(&ran.stderr), format!("podium: {WHY}\n"));
    assert_eq!((ran.code, ran.stdout.len()), (124, 0));
}

#[test]
fn a_snapshot_of_a_cluster_that_spun_has_spun() {
    let mut cluster = Cluster::boot(&ClusterSpec::plain(1));
    assert_eq!(cluster.step(), Ok(false));
    cluster.spin();
    let error = cluster.clone().step().map_err(|spun| spun.to_string());
    assert_eq!(error, Err(WHY.to_owned()));
}
