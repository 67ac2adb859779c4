//! `kubectl autoscale`. Models `kubectl/pkg/cmd/autoscale/autoscale.go`.

use super::util::{self, DryRun};
use crate::action;
use crate::apimachinery::Value;
use crate::apimachinery::quantity::Quantity;
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::Request;
use crate::kubectl::create::save_typed_config;
use crate::object;

const FLAGS: &[Flag] = &[
    Flag::str("cpu", "", "The CPU that pods should use: a percentage of what they request (70%) or an amount (500m)."),
    Flag::int32("cpu-percent", "-1", "The CPU that pods should use, in percent of what they request.").deprecated(
        "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
    ),
    Flag::str("field-manager", "kubectl-autoscale", "Name under which the fields written are owned."),
    Flag::int32("max", "-1", "The most pods there may be. Required."),
    Flag::str("memory", "", "The memory that pods should use: a percentage of what they request, or an amount."),
    Flag::int32("min", "-1", "The fewest pods there may be; the server's default where it is left out."),
    Flag::str("name", "", "The name of the autoscaler; that of the resource where it is left out."),
];

pub const COMMAND: Command = Command::new(
    "autoscale",
    "Auto-scale a deployment, replica set, stateful set, or replication controller",
    action!(run),
)
.usage("(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY] [options]")
.long("Creates an autoscaler that automatically chooses and sets the number of pods that run in a Kubernetes cluster")
.examples("# Auto scale a deployment foo between 2 and 10 pods\nkubectl autoscale deployment foo --min=2 --max=10\n\n# Auto scale a replication controller foo between 1 and 5 pods by CPU\nkubectl autoscale rc foo --max=5 --cpu=80%")
.flags(&[
    FLAGS,
    flag_sets::DRY_RUN,
    flag_sets::FILES,
    flag_sets::PRINT,
    flag_sets::RECORD,
    flag_sets::SAVE_CONFIG,
])
.required(&["max"]);

async fn run(f: &Factory) -> Result {
    let (min, max) = (f.flags.int("min"), f.flags.int("max"));
    if max < 1 {
        return Err(format!("--max=MAXPODS is required and must be at least 1, max: {max}").into());
    }
    if max < min {
        return Err(format!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}").into());
    }
    if f.flags.int("cpu-percent") > 0 && !f.flags.str("cpu").is_empty() {
        return Err("--cpu-percent and --cpu are mutually exclusive".into());
    }
    let metrics = metrics(f)?;
    let builder = Builder::new(f)?.files(f).args(f, false, f.args()).await?;
    let (mut count, mut errors) = (0, Vec::new());
    for entry in builder.entries(f).await? {
        let done = match entry {
            Ok(info) => one(f, &info, &metrics).await,
            Err(e) => Err(e),
        };
        match done {
            Ok(()) => count += 1,
            Err(e) => errors.push(e),
        }
    }
    Error::all(errors)?;
    if count == 0 { Err("no objects passed to autoscale".into()) } else { Ok(()) }
}

fn metrics(f: &Factory) -> Result<Vec<Value>> {
    let mut metrics = Vec::new();
    let percent = f.flags.int("cpu-percent");
    if percent > 0 {
        metrics.push(metric("cpu", utilization(percent)));
    }
    for (resource, unit) in [("cpu", "m"), ("memory", "Mi")] {
        let text = f.flags.str(resource);
        if !text.is_empty() {
            metrics.push(metric(resource, target(text.trim(), resource, unit)?));
        }
    }
    Ok(metrics)
}

fn metric(name: &str, target: Value) -> Value {
    object! { "resource" => object! { "name" => name, "target" => target }, "type" => "Resource" }
}

fn utilization(percent: i64) -> Value {
    object! { "averageUtilization" => percent, "type" => "Utilization" }
}

/// A percentage, an amount, or a bare number in the resource's usual unit. Models `parseResourceInput`.
fn target(text: &str, resource: &str, unit: &str) -> Result<Value> {
    if text.is_empty() {
        return Err("empty input".into());
    }
    if let Some(percent) = text.strip_suffix('%') {
        return match percent.parse::<i32>() {
            Ok(n) if n >= 0 => Ok(utilization(n.into())),
            _ => Err(format!("invalid percentage value: {percent}").into()),
        };
    }
    let with_unit = if text.parse::<f64>().is_ok() { format!("{text}{unit}") } else { text.to_owned() };
    let amount =
        Quantity::parse(&with_unit).map_err(|_| Error::Msg(format!("invalid resource {resource} value: {text}")))?;
    Ok(object! { "averageValue" => amount.to_string(), "type" => "AverageValue" })
}

async fn one(f: &Factory, info: &Info, metrics: &[Value]) -> Result {
    let mapping = &info.mapping;
    if !mapping.subresources.iter().any(|s| s == "scale") {
        return Err(Error::Msg(format!(
            "cannot autoscale a {}: could not find scale subresource for {} in discovery information",
            mapping.kind, mapping.resource
        )));
    }
    let name = match f.flags.str("name") {
        "" => info.name.as_str(),
        name => name,
    };
    let mut spec = object! {
        "maxReplicas" => f.flags.int("max"),
        "scaleTargetRef" => object! {
            "apiVersion" => mapping.resource.group_version().to_string(), "kind" => mapping.kind.as_str(),
            "name" => info.name.as_str(),
        },
    };
    if !metrics.is_empty() {
        spec.set("metrics", metrics.to_vec());
    }
    if f.flags.int("min") > 0 {
        spec.set("minReplicas", f.flags.int("min"));
    }
    let mut hpa = object! {
        "apiVersion" => "autoscaling/v2", "kind" => "HorizontalPodAutoscaler",
        "metadata" => object! { "name" => name }, "spec" => spec,
        "status" => object! { "currentMetrics" => Value::Null, "desiredReplicas" => 0 },
    };
    util::record(f, &mut hpa);
    let options = util::write_options(f, "kubectl-autoscale")?;
    if options.dry_run == DryRun::Client {
        return printers::for_operation(f, &options.dry_run.operation("created"))?.typed().print(f, &hpa);
    }
    if f.flags.bool("save-config") {
        save_typed_config(&mut hpa);
    }
    let created = send(f, hpa, &options).await?;
    printers::for_operation(f, &options.dry_run.operation("autoscaled"))?.typed().print(f, &created)
}

/// Creates the autoscaler; what `autoscaling/v2` refuses is tried in v1, where it can be said in v1.
async fn send(f: &Factory, mut hpa: Value, options: &util::WriteOptions) -> Result<Value> {
    let namespace = f.namespace()?.0;
    let url = |version: &str| format!("/apis/autoscaling/{version}/namespaces/{namespace}/horizontalpodautoscalers");
    let error = match f.send(options.apply(Request::post(url("v2"), hpa.clone()))).await {
        Ok(created) => return Ok(created),
        Err(error) => error,
    };
    let (cpu, memory) = (f.flags.str("cpu"), f.flags.str("memory"));
    let kind = target(cpu.trim(), "cpu", "m").map_err(|e| {
        let text = "failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1:";
        Error::Msg(format!("{text} {}", e.text()))
    })?;
    if !memory.is_empty() || kind["type"].str() != "Utilization" {
        return Err(error);
    }
    hpa.set("apiVersion", "autoscaling/v1");
    hpa.remove("spec.metrics");
    hpa.set("status", object! { "currentReplicas" => 0, "desiredReplicas" => 0 });
    f.send(options.apply(Request::post(url("v1"), hpa))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As recorded in 203-err-more and 300-create-dryrun.
    #[test]
    fn targets_are_percentages_or_amounts() {
        assert_eq!(target("80%", "cpu", "m").unwrap(), utilization(80));
        assert_eq!(target("500", "cpu", "m").unwrap()["averageValue"].str(), "500m");
        assert_eq!(target("1Gi", "memory", "Mi").unwrap()["averageValue"].str(), "1Gi");
        assert_eq!(target("abc", "cpu", "m").unwrap_err().text(), "invalid resource cpu value: abc");
        assert_eq!(target("x%", "cpu", "m").unwrap_err().text(), "invalid percentage value: x");
    }
}
