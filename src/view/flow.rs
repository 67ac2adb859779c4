//! What flows between the parts of the picture, as paths: a request from pod to pod, a tunnel from the reader's machine
//! through the API server to a pod.

use super::stage::{Rect, Stage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowKind {
    Request,
    Tunnel,
    Watch,
}

impl FlowKind {
    /// The value of `data-kind`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Tunnel => "tunnel",
            Self::Watch => "watch",
        }
    }
}

/// Something that flows now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub kind: FlowKind,
    /// `namespace/name` of the pod it comes from; None for the reader's machine.
    pub from: Option<String>,
    /// `namespace/name` of the pod it goes to.
    pub to: String,
    /// Such as `8888 → 8080`.
    pub label: String,
    pub broken: bool,
}

/// A flow's path on the stage.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowBox {
    pub flow: Flow,
    pub path: String,
    pub label_x: f64,
    pub label_y: f64,
}

/// The paths of the flows whose ends are drawn.
#[inline(never)]
pub fn flows(stage: &Stage, flows: &[Flow]) -> Vec<FlowBox> {
    let place = |key: &str| {
        let pod = stage.pods.iter().find(|b| b.pod.key() == key).map(|b| b.at);
        pod.or_else(|| stage.ghosts.iter().find(|g| g.key == key).map(|g| g.at))
    };
    let drawn = flows.iter().filter_map(|flow| {
        let to = place(&flow.to)?;
        let (path, label_x, label_y) = match &flow.from {
            Some(from) => between(place(from)?, to),
            None => tunnel(stage, to),
        };
        Some(FlowBox { flow: flow.clone(), path, label_x, label_y })
    });
    drawn.collect()
}

fn middle(at: Rect) -> f64 {
    at.y + (at.h / 2.0).min(50.0)
}

/// A curve from the right edge of one pod to the left edge of another.
fn between(a: Rect, b: Rect) -> (String, f64, f64) {
    let (x1, y1, x2, y2) = (a.x + a.w, middle(a), b.x, middle(b));
    let handle = ((x2 - x1).abs() / 2.0).max(24.0);
    let path = format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + handle, x2 - handle);
    (path, (x1 + x2) / 2.0 + 8.0, (y1 + y2) / 2.0 - 6.0)
}

/// Along the wire to the API server, down into the gap above the nodes, sideways, down beside the pod, into it.
fn tunnel(stage: &Stage, to: Rect) -> (String, f64, f64) {
    let wire = stage.client.y + stage.client.h / 2.0;
    let start = stage.client.x + stage.client.w;
    let api = stage.marks.first().map_or(start, |m| m.at.x + if m.named { 14.0 } else { 11.0 });
    let first_row = stage.nodes.first().map_or(stage.plane.y + stage.plane.h + 16.0, |n| n.at.y);
    let gap = (stage.plane.y + stage.plane.h + first_row) / 2.0;
    let (left, into) = (to.x - 6.0, middle(to));
    let turn = if left >= api { 6.0 } else { -6.0 };
    let down = format!("V{}q0 5 5 5H{}", into - 5.0, to.x);
    let path = if (left - api).abs() < 14.0 {
        format!("M{start} {wire}H{api}V{gap}H{left}{down}")
    } else {
        format!("M{start} {wire}H{api}V{}q0 6 {turn} 6H{}q{turn} 0 {turn} 6{down}", gap - 6.0, left - turn)
    };
    (path, api.max(left) + 12.0, gap + 4.0)
}

#[cfg(test)]
mod tests {
    use super::super::stage::PodBox;
    use super::*;
    use crate::apimachinery::Time;
    use crate::object;
    use crate::view::pod::PodView;
    use crate::view::stage::Lod;
    use std::rc::Rc;

    fn stage() -> Stage {
        let boxed = |name: &str, x: f64| {
            let pod = object! { "metadata" => object! { "name" => name, "namespace" => "d", "uid" => name } };
            let at = Rect { x, y: 100.0, w: 120.0, h: 106.0 };
            let pod = Rc::new(PodView::new(&pod, Time(0)));
            PodBox { pod, at, lod: Lod::Card, hue: 0, labels: false, enter: false, changed: false }
        };
        Stage {
            client: Rect { x: 24.0, y: 14.0, w: 74.0, h: 28.0 },
            plane: Rect { x: 112.0, y: 2.0, w: 800.0, h: 52.0 },
            pods: vec![boxed("a", 40.0), boxed("b", 400.0)],
            ..Stage::default()
        }
    }

    fn flow(from: Option<&str>, to: &str) -> Flow {
        let from = from.map(str::to_owned);
        Flow { kind: FlowKind::Request, from, to: to.into(), label: String::new(), broken: false }
    }

    #[test]
    fn a_request_leaves_one_pod_and_enters_the_other() {
        let drawn = flows(&stage(), &[flow(Some("d/a"), "d/b"), flow(None, "d/b"), flow(None, "d/gone")]);
        assert_eq!(drawn.len(), 2, "a flow whose end is not drawn is left out");
        assert!(drawn[0].path.starts_with("M160 150C") && drawn[0].path.ends_with("400 150"), "{}", drawn[0].path);
        assert!(drawn[1].path.starts_with("M98 28H") && drawn[1].path.ends_with("H400"), "{}", drawn[1].path);
    }
}
