//! CronJobs. Models `ValidateCronJobSpec`.

use super::{invalid_each, job, metadata, non_negative, one_of};
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{Object, Value, names};

/// A CronJob. Its jobs' names end in eleven more characters.
pub fn cron_job(cron: &Value) -> ErrorList {
    let mut errors = metadata::validate(cron, true, names::is_dns1123_subdomain);
    let (spec, path) = (&cron["spec"], Path::new("spec"));
    schedule(&mut errors, spec["schedule"].str(), &path.child("schedule"));
    non_negative(&mut errors, &path, spec, "startingDeadlineSeconds");
    if let Some(zone) = spec["timeZone"].as_str() {
        time_zone(&mut errors, zone, &path.child("timeZone"));
    }
    one_of(&mut errors, &path, spec, "concurrencyPolicy", &["Allow", "Forbid", "Replace"]);
    let (template, at) = (&spec["jobTemplate"]["spec"], path.child("jobTemplate").child("spec"));
    job::spec(&mut errors, template, &at);
    if !template["selector"].is_null() {
        let selector = template["selector"].clone();
        errors.push(Error::invalid(&at.child("selector"), selector, "`selector` will be auto-generated"));
    }
    if template["manualSelector"].bool() {
        errors.push(Error::not_supported(&at.child("manualSelector"), true, &["nil", "false"]));
    }
    non_negative(&mut errors, &path, spec, "successfulJobsHistoryLimit");
    non_negative(&mut errors, &path, spec, "failedJobsHistoryLimit");
    if cron.name().len() > 52 {
        let texts = vec!["must be no more than 52 characters".to_owned()];
        invalid_each(&mut errors, &Path::new("metadata").child("name"), cron.name(), texts);
    }
    errors
}

fn schedule(errors: &mut ErrorList, schedule: &str, path: &Path) {
    if schedule.is_empty() {
        return errors.push(Error::required(path, ""));
    }
    // The parser reads a zone in front; that it may not be there is said below.
    let zoned = schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=");
    let times = schedule.split_once(' ').filter(|_| zoned).map_or(schedule, |(_, times)| times.trim());
    if let Err(why) = crate::api::cron::Schedule::parse(times) {
        errors.push(Error::invalid(path, schedule, why));
    }
    if schedule.contains("TZ") {
        let detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
        errors.push(Error::invalid(path, schedule, detail));
    }
}

/// Where the names of zones begin.
const REGIONS: [&str; 16] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Brazil",
    "Canada",
    "Chile",
    "Etc",
    "Europe",
    "Indian",
    "Mexico",
    "Pacific",
    "US",
];
/// Zones without a region.
const PLAIN: &str = "CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GMT HST Hongkong Iceland Iran Israel Jamaica Japan \
    Kwajalein Libya MET MST MST7MDT NZ Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey UCT UTC Universal \
    W-SU WET Zulu";

/// There is no list of zones here: one is known by its region.
fn time_zone(errors: &mut ErrorList, zone: &str, path: &Path) {
    let detail = if zone.is_empty() {
        "timeZone must be nil or non-empty string".to_owned()
    } else if zone.eq_ignore_ascii_case("local") {
        "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones".to_owned()
    } else {
        let is_known = match zone.split_once('/') {
            Some((region, rest)) => REGIONS.contains(&region) && !rest.is_empty(),
            None => PLAIN.split_ascii_whitespace().any(|known| known == zone),
        };
        if is_known {
            return;
        }
        format!("unknown time zone {zone}")
    };
    errors.push(Error::invalid(path, zone, detail));
}
