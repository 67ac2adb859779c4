//! Where everything in the cluster picture is: control plane, dock, nodes, pods. Pure: objects, memory and a size in,
//! positions out.

mod boxes;

pub use boxes::*;

use super::geometry::*;
use super::memory::Memory;
use super::pod::{Phase, PodView};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The grid of slots inside a node.
#[derive(Clone, Copy, Debug)]
struct Grid {
    cols: usize,
    w: f64,
    h: f64,
    gap: f64,
}

impl Grid {
    fn new(lod: Lod, density: &Density, inner: f64, labels: bool) -> Self {
        let (min, max, h, gap) = match lod {
            Lod::Card => (CARD_MIN, CARD_MAX, CARD_HEIGHT + if labels { CHIPS } else { 0.0 }, CARD_GAP),
            Lod::Tile => (density.tile_min, f64::INFINITY, TILE_HEIGHT, TILE_GAP),
            Lod::Dot | Lod::Tally => (DOT, DOT, DOT, DOT_GAP),
        };
        let cols = (((inner + gap) / (min + gap)) as usize).max(1);
        let w = ((inner - gap * (cols - 1) as f64) / cols as f64).min(max).max(1.0).floor();
        Self { cols, w, h, gap }
    }

    fn slot(&self, slot: usize, x: f64, y: f64) -> Rect {
        let (col, row) = ((slot % self.cols) as f64, (slot / self.cols) as f64);
        Rect { x: x + col * (self.w + self.gap), y: y + row * (self.h + self.gap), w: self.w, h: self.h }
    }

    /// Height that `slots` slots take.
    fn height(&self, slots: usize) -> f64 {
        match slots.div_ceil(self.cols) {
            0 => 0.0,
            rows => rows as f64 * (self.h + self.gap) - self.gap,
        }
    }
}

/// Lays the picture out. `memory` must have taken in these pods.
pub fn stage(nodes: &[Rc<NodeView>], pods: &[Rc<PodView>], memory: &mut Memory, frame: &Frame) -> Stage {
    let density = if frame.width < SMALL { &COMPACT } else { &WIDE };
    let mut by_node: BTreeMap<&str, Vec<&Rc<PodView>>> = BTreeMap::new();
    for pod in pods {
        by_node.entry(pod.node.as_str()).or_default().push(pod);
    }
    let busiest = nodes.iter().map(|n| by_node.get(n.name.as_str()).map_or(0, Vec::len)).max().unwrap_or(0);
    let lod = level(frame, density, nodes.len(), busiest);
    let labels = frame.labels && lod == Lod::Card;
    let mut out = Stage { lod, small: density.small, width: frame.width, labels, ..Stage::default() };
    control_plane(&mut out, density, frame);
    let waiting = by_node.get("").map(Vec::as_slice).unwrap_or_default();
    dock(&mut out, density, waiting, memory);
    node_rows(&mut out, density, frame, nodes, &by_node, memory);
    out
}

/// The level for so many pods, with hysteresis so that it does not flicker at the limit.
fn level(frame: &Frame, density: &Density, nodes: usize, busiest: usize) -> Lod {
    let fits = |lod: Lod| {
        let limit = lod.limit();
        busiest < if frame.before < lod { limit / 5 * 4 } else { limit }
    };
    let order = [Lod::Card, Lod::Tile, Lod::Dot, Lod::Tally];
    let mut at = order.iter().position(|l| fits(*l)).unwrap_or(3);
    if at == 0 && (density.small || frame.height < LOW || nodes > 12) {
        at = 1;
    }
    if nodes > 24 && busiest >= 20 {
        at = 3;
    }
    order[(at as i32 - frame.zoom).clamp(0, 3) as usize]
}

fn control_plane(out: &mut Stage, d: &Density, frame: &Frame) {
    let named = frame.width >= NAMED_MARKS;
    let middle = PLANE_TOP + d.plane_height / 2.0;
    out.client = Rect { x: d.pad, y: middle - 14.0, w: if named { CLIENT } else { CLIENT_SMALL }, h: 28.0 };
    let left = out.client.x + out.client.w + d.wire;
    out.plane = Rect { x: left, y: PLANE_TOP, w: (frame.width - d.pad - left).max(1.0), h: d.plane_height };
    let mut x = left + d.mark_pad;
    for (id, name) in ["apiserver", "scheduler", "controllers"].into_iter().zip(frame.marks) {
        let w = if named { (sans_width(name) * 0.95).round() + 32.0 } else { 22.0 };
        let at = Rect { x, y: middle - 14.0, w, h: 28.0 };
        out.marks.push(MarkBox { id, name, at, named });
        x += w + if named { 8.0 } else { d.mark_gap };
    }
    let left = x + d.dock_gap;
    let right = frame.width - d.pad - 8.0;
    out.dock.at = Rect { x: left, y: PLANE_TOP + 6.0, w: (right - left).max(1.0), h: d.plane_height - 12.0 };
}

fn dock(out: &mut Stage, d: &Density, waiting: &[&Rc<PodView>], memory: &mut Memory) {
    let at = out.dock.at;
    let room = at.w - 12.0;
    let tile = (room / 4.0).floor().clamp(d.dock_tile_min.min(room.max(1.0)), DOCK_TILE_MAX);
    let per = (((room + TILE_GAP) / (tile + TILE_GAP)) as usize).max(1);
    out.dock.waiting = waiting.len();
    let overflows = waiting.iter().any(|p| memory.place_of(&p.uid).is_some_and(|place| place.slot >= per));
    let shown = if overflows { per.saturating_sub(1).max(1) } else { per };
    let slot = |s: usize| Rect {
        x: (at.x + 6.0 + s as f64 * (tile + TILE_GAP)).round(),
        y: (at.y + at.h / 2.0 - TILE_HEIGHT / 2.0).round(),
        w: tile,
        h: TILE_HEIGHT,
    };
    let mut hidden = 0;
    for pod in waiting {
        let place = memory.place_of(&pod.uid).map_or(0, |p| p.slot);
        if place < shown {
            out.pods.push(pod_box(pod, slot(place), Lod::Tile, false, memory));
        } else {
            hidden += 1;
        }
    }
    for ghost in memory.ghosts.iter().filter(|g| g.node.is_empty() && g.slot < shown) {
        out.ghosts.push(ghost_box(ghost, slot(ghost.slot), Lod::Tile));
    }
    if hidden > 0 {
        out.dock.more = Some((slot(shown).x + 2.0, hidden));
    }
    let used = waiting.len().min(per) as f64 * (tile + TILE_GAP);
    out.dock.caption = hidden == 0 && at.w - used > 150.0;
}

#[inline(never)]
fn pod_box(pod: &Rc<PodView>, at: Rect, lod: Lod, labels: bool, memory: &mut Memory) -> PodBox {
    let (enter, changed) = memory.news(&pod.uid);
    PodBox { pod: pod.clone(), at, lod, hue: memory.hue(&pod.namespace), labels, enter, changed }
}

#[inline(never)]
fn ghost_box(ghost: &super::memory::Ghost, at: Rect, lod: Lod) -> GhostBox {
    GhostBox { key: format!("{}/{}", ghost.namespace, ghost.name), name: ghost.name.clone(), at, lod }
}

/// How many nodes stand in a row.
fn per_row(d: &Density, lod: Lod, width: f64, nodes: usize) -> usize {
    let all = (width - 2.0 * d.pad - d.gap * (nodes.saturating_sub(1)) as f64) / nodes.max(1) as f64;
    if nodes <= 4 && all >= d.one_row {
        return nodes.max(1);
    }
    let min = match lod {
        Lod::Card => 274.0,
        Lod::Tile | Lod::Dot => 176.0,
        Lod::Tally => 132.0,
    };
    (((width - 2.0 * d.pad + d.gap) / (min + d.gap)) as usize).clamp(1, nodes.max(1))
}

fn node_rows(
    out: &mut Stage,
    d: &Density,
    frame: &Frame,
    nodes: &[Rc<NodeView>],
    by_node: &BTreeMap<&str, Vec<&Rc<PodView>>>,
    memory: &mut Memory,
) {
    let per = per_row(d, out.lod, frame.width, nodes.len());
    let width = ((frame.width - 2.0 * d.pad - d.gap * (per - 1) as f64) / per as f64).max(1.0);
    let grid = Grid::new(out.lod, d, width - 2.0 * d.node_pad, out.labels);
    let head = d.node_head + if out.labels { CHIPS } else { 0.0 };
    let mut y = out.plane.y + out.plane.h + d.gap;
    let single = nodes.len() <= per;
    for row in nodes.chunks(per) {
        let content = |node: &Rc<NodeView>| {
            let pods = by_node.get(node.name.as_str()).map(Vec::as_slice).unwrap_or_default();
            match out.lod {
                Lod::Tally => phases(pods).len() as f64 * TALLY_ROW,
                _ => grid.height(slots_used(pods, &node.name, memory)),
            }
        };
        let least = if out.lod == Lod::Card { CARD_HEIGHT } else { 60.0 };
        let tallest = row.iter().map(content).fold(least, f64::max);
        let most = if d.small { VERDICT_LINES_SMALL } else { VERDICT_LINES };
        let verdict = |node: &NodeView| match node.verdict.as_str() {
            "" => Vec::new(),
            text => wrap(text, width - 2.0 * d.node_pad, most),
        };
        let longest = row.iter().map(|node| verdict(node).len()).max().unwrap_or(0);
        let mut h = head + tallest + NODE_FOOT + longest as f64 * VERDICT_LINE;
        if single {
            h = h.max(frame.height - y - d.bottom);
        }
        for (i, node) in row.iter().enumerate() {
            let x = (d.pad + i as f64 * (width + d.gap)).round();
            let at = Rect { x, y, w: width.round(), h };
            let pods = by_node.get(node.name.as_str()).map(Vec::as_slice).unwrap_or_default();
            out.nodes.push(NodeBox { node: node.clone(), at, pods: pods.len(), verdict: verdict(node) });
            let origin = (x + d.node_pad, y + head);
            fill_node(out, &grid, node, pods, origin, width - 2.0 * d.node_pad, memory);
        }
        y += h + d.gap;
    }
    out.height = frame.height.max(y - d.gap + d.bottom);
}

fn slots_used(pods: &[&Rc<PodView>], node: &str, memory: &Memory) -> usize {
    let of_pods = pods.iter().filter_map(|p| memory.place_of(&p.uid)).map(|p| p.slot + 1);
    let of_ghosts = memory.ghosts.iter().filter(|g| g.node == node).map(|g| g.slot + 1);
    of_pods.chain(of_ghosts).max().unwrap_or(0)
}

/// How many pods each phase has, the usual ones first.
fn phases(pods: &[&Rc<PodView>]) -> Vec<(Phase, usize)> {
    const FIRST: [Phase; 3] = [Phase::Running, Phase::NotReady, Phase::ContainerCreating];
    let mut by = BTreeMap::new();
    for pod in pods {
        *by.entry(pod.phase).or_insert(0) += 1;
    }
    let usual: Vec<_> = FIRST.iter().filter_map(|p| by.remove(p).map(|n| (*p, n))).collect();
    usual.into_iter().chain(by).collect()
}

#[inline(never)]
fn fill_node(
    out: &mut Stage,
    grid: &Grid,
    node: &NodeView,
    pods: &[&Rc<PodView>],
    (x, y): (f64, f64),
    inner: f64,
    memory: &mut Memory,
) {
    let (lod, labels) = (out.lod, out.labels);
    if lod == Lod::Tally {
        let bar = |count: usize| (inner >= 150.0).then(|| ((inner - 68.0) * count as f64 / pods.len() as f64).max(3.0));
        for (row, (phase, count)) in phases(pods).into_iter().enumerate() {
            let y = y + row as f64 * TALLY_ROW;
            out.tallies.push(Tally { node: node.name.clone(), phase, count, x, y, bar: bar(count) });
        }
        return;
    }
    for pod in pods {
        let at = grid.slot(memory.place_of(&pod.uid).map_or(0, |p| p.slot), x, y);
        out.pods.push(pod_box(pod, at, lod, labels, memory));
    }
    for ghost in memory.ghosts.iter().filter(|g| g.node == node.name) {
        out.ghosts.push(ghost_box(ghost, grid.slot(ghost.slot, x, y), lod));
    }
}

#[cfg(test)]
mod tests;
