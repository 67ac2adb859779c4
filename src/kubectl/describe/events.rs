//! The events of a description. Models `searchEvents` and `DescribeEvents`.

use super::common::since;
use super::writer::Writer;
use crate::apimachinery::{Time, Value};

/// The selector of the events about an object. `kind` is "" where it does not matter.
pub fn field_selector(name: &str, namespace: &str, kind: &str, uid: &str) -> String {
    let mut terms = vec![format!("involvedObject.name={name}"), format!("involvedObject.namespace={namespace}")];
    if !kind.is_empty() {
        terms.push(format!("involvedObject.kind={kind}"));
    }
    if !uid.is_empty() {
        terms.push(format!("involvedObject.uid={uid}"));
    }
    terms.join(",")
}

/// By the last time they were seen; those without one first.
pub fn sort(events: &mut [Value]) {
    events.sort_by_key(|e| Time::parse_rfc3339(e["lastTimestamp"].str()));
}

/// `6s (x3 over 10s)`
pub fn age(event: &Value, now: Time) -> String {
    let first = if event["eventTime"].is_null() { &event["firstTimestamp"] } else { &event["eventTime"] };
    let first = since(first, now);
    let (series, count) = (&event["series"], event["count"].int());
    if !series.is_null() {
        let last = since(&series["lastObservedTime"], now);
        return format!("{last} (x{} over {first})", series["count"].int());
    }
    if count > 1 {
        return format!("{} (x{count} over {first})", since(&event["lastTimestamp"], now));
    }
    first
}

/// Writes the section.
pub fn describe(w: &mut Writer, mut events: Vec<Value>, now: Time) {
    if events.is_empty() {
        return w.field(0, "Events", "<none>");
    }
    w.flush();
    sort(&mut events);
    w.write(0, "Events:\n");
    w.row(1, &["Type", "Reason", "Age", "From", "Message"]);
    w.row(1, &["----", "------", "----", "----", "-------"]);
    for e in &events {
        let source = match e.at("source.component").str() {
            "" => e["reportingComponent"].str(),
            component => component,
        };
        let message = match e.at("involvedObject.fieldPath").str() {
            "" => e["message"].str().trim().to_owned(),
            path => format!("{path}: {}", e["message"].str().trim()),
        };
        w.row(1, &[e["type"].str(), e["reason"].str(), &age(e, now), source, &message]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    /// As recorded in 503-jobs.
    #[test]
    fn repeated_events_show_both_ages() {
        let at = |s: &str| format!("2026-11-23T12:{s}Z");
        let combined = object! {
            "type" => "Warning", "reason" => "UnexpectedJob", "count" => 5, "message" => "Saw a job ",
            "firstTimestamp" => at("36:04"), "lastTimestamp" => at("36:07"), "eventTime" => Value::Null,
            "source" => object! { "component" => "cronjob-controller" },
        };
        let scheduled = object! {
            "type" => "Normal", "reason" => "Scheduled", "message" => "x", "eventTime" => at("37:00.5"),
            "reportingComponent" => "default-scheduler",
        };
        let mut w = Writer::default();
        let now = Time::parse_rfc3339("2026-11-23T12:37:07Z").unwrap();
        describe(&mut w, list![combined, scheduled].items().to_vec(), now);
        assert_eq!(
            w.finish(),
            "Events:\n  Type     Reason         Age                From                Message\n  \
             ----     ------         ----               ----                -------\n  \
             Normal   Scheduled      6s                 default-scheduler   x\n  \
             Warning  UnexpectedJob  60s (x5 over 63s)  cronjob-controller  Saw a job\n"
        );
    }
}
