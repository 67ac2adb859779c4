//! `kubectl create poddisruptionbudget` and `kubectl create priorityclass`.

use super::one;
use crate::action;
use crate::apimachinery::Value;
use crate::apimachinery::labels::{Operator, Selector};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::object;

pub const DISRUPTION_BUDGET: Command =
    Command::new("poddisruptionbudget", "Create a pod disruption budget with the specified name", action!(budget))
        .aliases(&["pdb"])
        .usage("NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none] [options]")
        .examples("# Keep at least one pod of an app\nkubectl create poddisruptionbudget my-pdb --selector=app=rails --min-available=1\n\n# Keep at least half of them\nkubectl create pdb my-pdb --selector=app=nginx --min-available=50%")
        .flags(&[
            &[
                Flag::str("max-unavailable", "", "How many pods, or which part of them, may be gone."),
                Flag::str("min-available", "", "How many pods, or which part of them, must stay."),
                Flag::str("selector", "", "Labels of the pods."),
            ],
            flag_sets::PRINT,
            flag_sets::DRY_RUN,
            flag_sets::VALIDATE,
            flag_sets::SAVE_CONFIG,
            super::FIELD_MANAGER,
        ]);

async fn budget(f: &Factory) -> Result {
    let name = one::name(f)?;
    let (min, max) = (f.flags.str("min-available"), f.flags.str("max-unavailable"));
    if f.flags.str("selector").is_empty() {
        return Err("a selector must be specified".into());
    }
    let (field, text) = match (min, max) {
        ("", "") => return Err("one of min-available or max-unavailable must be specified".into()),
        ("", max) => ("maxUnavailable", max),
        (min, "") => ("minAvailable", min),
        _ => return Err("min-available and max-unavailable cannot be both specified".into()),
    };
    let digits = text.strip_suffix('%').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let flag = if field == "minAvailable" { "min-available" } else { "max-unavailable" };
        return Err(format!("invalid format specified for {flag}").into());
    }
    let amount: Value = text.parse::<i64>().map_or_else(|_| text.into(), Value::from);
    let selector = label_selector(f.flags.str("selector"))?;
    let budget = object! {
        "apiVersion" => "policy/v1", "kind" => "PodDisruptionBudget", "metadata" => object! { "name" => name },
        "spec" => object! { field => amount, "selector" => selector },
        "status" => object! {
            "currentHealthy" => 0, "desiredHealthy" => 0, "disruptionsAllowed" => 0, "expectedPods" => 0,
        },
    };
    one::create(f, budget, "poddisruptionbudgets").await
}

/// A selector's text as matchLabels and matchExpressions. Models `metav1.ParseToLabelSelector`.
fn label_selector(text: &str) -> Result<Value> {
    let mut out = Value::object();
    let parsed = Selector::parse(text)
        .map_err(|why| Error::Msg(format!("couldn't parse the selector string \"{text}\": {why}")))?;
    for r in parsed.requirements {
        let operator = match r.operator {
            Operator::Equals | Operator::DoubleEquals => {
                out.set_in(&["matchLabels", &r.key], r.values.first().map_or("", String::as_str));
                continue;
            }
            Operator::In => "In",
            Operator::NotIn | Operator::NotEquals => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
            _ => return Err(format!("{text:?} is not a valid label selector operator").into()),
        };
        let mut expression = object! { "key" => r.key, "operator" => operator };
        if !r.values.is_empty() {
            expression.set("values", r.values.iter().map(String::as_str).collect::<Value>());
        }
        out.map_mut().entry("matchExpressions").list_mut().push(expression);
    }
    Ok(out)
}

pub const PRIORITY_CLASS: Command =
    Command::new("priorityclass", "Create a priority class with the specified name", action!(priority_class))
        .aliases(&["pc"])
        .usage("NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none] [options]")
        .examples("# Create a priority class\nkubectl create priorityclass high-priority --value=1000 --description=\"high priority\"")
        .flags(&[
            &[
                Flag::str("description", "", "When to use the class."),
                Flag::bool("global-default", "Pods without a class get this one."),
                Flag::str("preemption-policy", "PreemptLowerPriority", "PreemptLowerPriority or Never."),
                Flag::int32("value", "0", "The priority of the class."),
            ],
            flag_sets::PRINT,
            flag_sets::DRY_RUN,
            flag_sets::VALIDATE,
            flag_sets::SAVE_CONFIG,
            super::FIELD_MANAGER,
        ]);

async fn priority_class(f: &Factory) -> Result {
    let name = one::name(f)?;
    let mut class = object! {
        "apiVersion" => "scheduling.k8s.io/v1", "kind" => "PriorityClass", "metadata" => object! { "name" => name },
        "value" => f.flags.int("value"), "preemptionPolicy" => f.flags.str("preemption-policy"),
    };
    if f.flags.bool("global-default") {
        class.set("globalDefault", true);
    }
    if !f.flags.str("description").is_empty() {
        class.set("description", f.flags.str("description"));
    }
    one::create(f, class, "priorityclass").await
}
