//! What stands inside a pod's card: namespace tab, containers, count, label chips. Pure; all numbers in CSS pixels from
//! the card's own corner.

use super::geometry::{MONO, sans_width, shorten};
use super::pod::{Phase, PodView};

const CONTAINERS_FROM: f64 = 36.0;
const CONTAINER_MAX: f64 = 74.0;
const CONTAINER_GAP: f64 = 4.0;
/// From here on a container's box has room for a letter.
const LETTER: f64 = 14.0;

/// A label chip.
#[derive(Clone, Debug, PartialEq)]
pub struct Chip {
    pub x: f64,
    pub w: f64,
    pub text: String,
    /// The label's key; "" for the one that counts those without room.
    pub key: String,
}

/// A container's box.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerBox {
    pub x: f64,
    pub w: f64,
    /// Its name, its first letter, or nothing.
    pub text: String,
}

/// The inside of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub tab: f64,
    pub namespace: String,
    pub containers: Vec<ContainerBox>,
    /// The countdown while one runs, otherwise ready containers of containers.
    pub count: String,
    pub count_x: f64,
    pub notched: bool,
}

/// Lays out a card of this width.
pub fn card(pod: &PodView, width: f64) -> Card {
    let notched = pod.phase == Phase::CrashLoopBackOff;
    let edge = if notched { 14.0 } else { 9.0 };
    let count = count(pod);
    let counted = if count.is_empty() { 0.0 } else { count.chars().count() as f64 * MONO + 8.0 };
    let natural = sans_width(&pod.namespace) + 17.0;
    let fits = natural <= width - 7.0;
    let tab = if fits { natural } else { width - 8.0 };
    let namespace = if fits { pod.namespace.clone() } else { shorten(&pod.namespace, tab - 14.0) };
    let room = width - edge - counted - CONTAINERS_FROM;
    Card { tab, namespace, containers: containers(pod, room), count, count_x: width - edge, notched }
}

/// The countdown while one runs, otherwise ready containers of containers.
pub fn count(pod: &PodView) -> String {
    if pod.timer.is_empty() { pod.ready.clone() } else { pod.timer.clone() }
}

fn containers(pod: &PodView, room: f64) -> Vec<ContainerBox> {
    let n = pod.containers.len();
    let each = ((room - CONTAINER_GAP * n.saturating_sub(1) as f64) / n.max(1) as f64).clamp(2.0, CONTAINER_MAX);
    let whole = n == 1 || pod.containers.iter().all(|c| c.name.chars().count() as f64 * MONO <= each - 4.0);
    let text = |name: &str| match (each >= LETTER, whole) {
        (false, _) => String::new(),
        (true, true) => shorten(name, each - 4.0),
        (true, false) => name.chars().take(1).collect(),
    };
    let at = |i: usize| CONTAINERS_FROM + i as f64 * (each + CONTAINER_GAP);
    pod.containers.iter().enumerate().map(|(i, c)| ContainerBox { x: at(i), w: each, text: text(&c.name) }).collect()
}

/// The chips that fit side by side, that of the key that is asked for (`hit`, or "") first; the last one counts the rest.
pub fn chips(labels: &[(String, String)], width: f64, hit: &str) -> Vec<Chip> {
    let (asked, others): (Vec<_>, Vec<_>) = labels.iter().partition(|(key, _)| key == hit);
    let mut out = Vec::new();
    let mut x = 0.0;
    for (i, (key, value)) in asked.into_iter().chain(others).enumerate() {
        let last = i + 1 == labels.len();
        let room = width - x - if last { 0.0 } else { 26.0 };
        let text = shorten(&[key.as_str(), "=", value].concat(), (room - 12.0).max(30.0));
        let w = text.chars().count() as f64 * MONO + 12.0;
        if (i > 0 && w > room + 1.0) || room < 44.0 {
            out.push(Chip { x, w: 24.0, text: ["+", &(labels.len() - i).to_string()].concat(), key: String::new() });
            break;
        }
        out.push(Chip { x, w, text, key: key.clone() });
        x += w + 4.0;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::Time;
    use crate::{list, object};

    fn pod(namespace: &str, containers: &[&str]) -> PodView {
        let containers: Vec<_> = containers.iter().map(|n| object! { "name" => *n }).collect();
        let v = object! {
            "metadata" => object! { "name" => "p", "namespace" => namespace },
            "spec" => object! { "nodeName" => "n", "containers" => crate::apimachinery::Value::from(containers) },
            "status" => object! { "phase" => "Pending", "conditions" => list![] },
        };
        PodView::new(&v, Time(0))
    }

    #[test]
    fn containers_stay_inside_the_card_whatever_their_number() {
        for names in [&["kubia"][..], &["web", "sidecar"], &["a", "b", "c", "d", "e"]] {
            let card = card(&pod("default", names), 118.0);
            assert!(card.containers.windows(2).all(|w| w[0].x + w[0].w < w[1].x));
            let end = card.containers.last().map_or(0.0, |c| c.x + c.w);
            assert!(end <= card.count_x - card.count.len() as f64 * MONO, "{names:?}: {card:?}");
        }
        assert_eq!(card(&pod("default", &["kubia"]), 140.0).containers[0].text, "kubia");
        assert_eq!(card(&pod("default", &["kubia", "logger"]), 140.0).containers[1].text, "l");
    }

    #[test]
    fn a_long_namespace_is_shortened_to_its_tab() {
        let card = card(&pod("a-namespace-with-a-very-long-name", &["a"]), 118.0);
        assert!(card.namespace.contains('…') && card.tab <= 118.0, "{card:?}");
    }

    #[test]
    fn chips_that_do_not_fit_are_counted() {
        let labels = |n: usize| (0..n).map(|i| (format!("key{i}"), "value".to_owned())).collect::<Vec<_>>();
        assert_eq!(chips(&labels(1), 160.0, "")[0].text, "key0=value");
        assert_eq!(chips(&labels(4), 160.0, "key3")[0].text, "key3=value");
        let many = chips(&labels(4), 160.0, "");
        assert_eq!(many.last().unwrap().text, format!("+{}", 4 - (many.len() - 1)));
        assert!(many.iter().all(|c| c.x + c.w <= 164.0), "{many:?}");
    }
}
