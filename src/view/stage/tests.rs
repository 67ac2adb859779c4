//! Stages of all sizes.

use super::*;
use crate::apimachinery::Time;
use crate::object;
use crate::sim::Rng;

const WIDE_FRAME: Frame = Frame {
    width: 1_040.0,
    height: 480.0,
    labels: false,
    before: Lod::Card,
    zoom: 0,
    marks: ["API server", "Scheduler", "Controllers"],
};

fn nodes(n: usize) -> Vec<Rc<NodeView>> {
    let node = |i| NodeView {
        name: format!("node-{i}"),
        ready: true,
        cordoned: false,
        pressure: false,
        cpu: 0,
        labels: Vec::new(),
        verdict: String::new(),
    };
    (1..=n).map(|i| Rc::new(node(i))).collect()
}

fn pod(i: u64, node: &str) -> Rc<PodView> {
    let v = object! { "metadata" => object! { "uid" => format!("u{i}"), "name" => format!("p{i}"), "namespace" => "default" },
    "spec" => object! { "nodeName" => node } };
    Rc::new(PodView::new(&v, Time(0)))
}

fn draw(pods: &[Rc<PodView>], memory: &mut Memory, frame: &Frame) -> Stage {
    let plain: Vec<PodView> = pods.iter().map(|p| (**p).clone()).collect();
    memory.update(&plain, Time(0));
    stage(&nodes(3), pods, memory, frame)
}

#[test]
fn three_nodes_stand_in_one_row_and_pods_inside_them() {
    let mut memory = Memory::default();
    let pods = [pod(1, "node-1"), pod(2, "node-3"), pod(3, "")];
    let stage = draw(&pods, &mut memory, &WIDE_FRAME);
    assert!(stage.nodes.windows(2).all(|w| w[0].at.y == w[1].at.y && w[0].at.x < w[1].at.x));
    for b in stage.pods.iter().filter(|b| !b.pod.node.is_empty()) {
        let node = stage.nodes.iter().find(|n| n.node.name == b.pod.node).unwrap().at;
        assert!(b.at.x >= node.x && b.at.x + b.at.w <= node.x + node.w, "{b:?}");
        assert!(b.at.y >= node.y && b.at.y + b.at.h <= node.y + node.h, "{b:?}");
    }
    assert_eq!(stage.dock.waiting, 1);
}

#[test]
fn an_object_keeps_its_place_through_random_arrivals_and_departures() {
    for seed in 0..20 {
        let (mut rng, mut memory, mut next) = (Rng::new(seed), Memory::default(), 0);
        let mut pods: Vec<Rc<PodView>> = Vec::new();
        let mut places: BTreeMap<String, Rect> = BTreeMap::new();
        for _ in 0..20 {
            if rng.below(3) > 0 || pods.is_empty() {
                next += 1;
                pods.push(pod(next, &format!("node-{}", rng.below(3) + 1)));
            } else {
                pods.remove(rng.below(pods.len() as u64) as usize);
            }
            let stage = draw(&pods, &mut memory, &WIDE_FRAME);
            let now: BTreeMap<_, _> = stage.pods.iter().map(|b| (b.pod.uid.clone(), b.at)).collect();
            for (uid, at) in &now {
                assert!(places.get(uid).is_none_or(|was| was == at), "seed {seed}: {uid} moved");
            }
            places = now;
        }
    }
}

#[test]
fn a_verdict_stands_below_the_pods_however_small_the_stage() {
    for (width, height) in [(1_040.0, 480.0), (390.0, 240.0)] {
        let mut memory = Memory::default();
        let pods: Vec<_> = (1..=9).map(|i| pod(i, ["node-1", "node-2", "node-3"][i as usize % 3])).collect();
        let refused = |n: &Rc<NodeView>| {
            let verdict = "kubia-gpu refused: node(s) didn't match Pod's node affinity/selector".to_owned();
            Rc::new(NodeView { verdict, ..(**n).clone() })
        };
        let nodes: Vec<_> = nodes(3).iter().map(refused).collect();
        let plain: Vec<PodView> = pods.iter().map(|p| (**p).clone()).collect();
        memory.update(&plain, Time(0));
        let stage = stage(&nodes, &pods, &mut memory, &Frame { width, height, ..WIDE_FRAME.clone() });
        for node in &stage.nodes {
            let top = node.at.y + node.at.h - VERDICT_LINE * node.verdict.len() as f64;
            let inside = stage.pods.iter().filter(|p| p.pod.node == node.node.name);
            assert!(!node.verdict.is_empty());
            assert!(inside.into_iter().all(|p| p.at.y + p.at.h <= top), "{width} wide: {node:?}");
        }
    }
}

#[test]
fn detail_falls_with_the_number_of_pods_and_does_not_flicker() {
    let frame = |before| Frame { before, ..WIDE_FRAME.clone() };
    let lod = |busiest, before| level(&frame(before), &WIDE, 3, busiest);
    assert_eq!(lod(19, Lod::Card), Lod::Card);
    assert_eq!(lod(20, Lod::Card), Lod::Tile);
    assert_eq!(lod(17, Lod::Tile), Lod::Tile);
    assert_eq!(lod(15, Lod::Tile), Lod::Card);
    assert_eq!(lod(60, Lod::Card), Lod::Dot);
    assert_eq!(lod(400, Lod::Card), Lod::Tally);
}
