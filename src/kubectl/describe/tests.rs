//! Objects and their descriptions as recorded from the real cluster, without their events.

use super::generic;
use super::table::{self, Body};
use super::writer::Writer;
use crate::apimachinery::{Object, Time, yaml};

macro_rules! recorded {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("testdata/", $name, ".yaml")), include_str!(concat!("testdata/", $name, ".txt")))),*]
    };
}

#[test]
fn descriptions_are_those_recorded() {
    let all = recorded![
        "pod-pending",
        "pod-init",
        "pod-crash",
        "configmap",
        "secret",
        "job",
        "cronjob",
        "serviceaccount",
        "resourcequota",
        "poddisruptionbudget",
        "priorityclass",
        "role",
        "rolebinding",
        "hpa",
        "crontab",
    ];
    for (name, object, want) in all {
        let object = yaml::from_str(object).unwrap();
        let mut w = Writer::default();
        let gvk = object.gvk();
        match table::row(&gvk.group, &gvk.kind).map(|r| r.body) {
            Some(Body::Alone(describe)) => describe(&object, &mut w, Time(0)),
            Some(Body::Related(_)) => panic!("{name} asks the server"),
            None => generic::describe(&object, &mut w),
        }
        assert_eq!(w.finish(), want, "{name}");
    }
}
