//! What stands on the stage, each thing with its place.

use super::super::pod::{Phase, PodView};
use std::rc::Rc;

/// Level of detail: how much of a pod is drawn. Ordered from coarse to fine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lod {
    Tally,
    Dot,
    Tile,
    #[default]
    Card,
}

impl Lod {
    /// The value of `data-lod`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tally => "tally",
            Self::Dot => "dot",
            Self::Tile => "tile",
            Self::Card => "card",
        }
    }

    /// From this many pods on one node on, the next coarser level.
    pub(super) fn limit(self) -> usize {
        match self {
            Self::Card => 20,
            Self::Tile => 50,
            Self::Dot => 100,
            Self::Tally => usize::MAX,
        }
    }
}

/// A node, as far as the picture shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    pub name: String,
    pub ready: bool,
    pub cordoned: bool,
    /// It is short of memory, disk or processes.
    pub pressure: bool,
    /// CPU requested of CPU there is, 0 to 100.
    pub cpu: u8,
    pub labels: Vec<(String, String)>,
    /// Why the scheduler refused the selected pod here, or "".
    pub verdict: String,
}

/// What the layout needs besides the objects.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub width: f64,
    pub height: f64,
    pub labels: bool,
    /// The level of the frame before, for hysteresis.
    pub before: Lod,
    /// Steps finer (+) or coarser (-) that the reader zoomed.
    pub zoom: i32,
    /// Names of API server, scheduler and controllers, in the reader's language.
    pub marks: [&'static str; 3],
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

/// One mark of the control plane: `apiserver`, `scheduler`, `controllers`.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkBox {
    pub id: &'static str,
    pub name: &'static str,
    pub at: Rect,
    pub named: bool,
}

/// Where pods without a node wait.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dock {
    pub at: Rect,
    pub waiting: usize,
    /// Where `+n` stands, and n, when not all fit.
    pub more: Option<(f64, usize)>,
    /// There is room for the caption beside the tiles.
    pub caption: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NodeBox {
    pub node: Rc<NodeView>,
    pub at: Rect,
    pub pods: usize,
    /// The node's verdict in lines that fit, at the foot of the box, below its pods.
    pub verdict: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PodBox {
    pub pod: Rc<PodView>,
    pub at: Rect,
    pub lod: Lod,
    pub hue: usize,
    /// Its chips are shown.
    pub labels: bool,
    /// It has just appeared.
    pub enter: bool,
    /// It has just appeared, moved or changed its phase.
    pub changed: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GhostBox {
    pub key: String,
    pub name: String,
    pub at: Rect,
    pub lod: Lod,
}

/// How many pods of one phase a node has, at the coarsest level.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub node: String,
    pub phase: Phase,
    pub count: usize,
    pub x: f64,
    pub y: f64,
    /// The width of its bar, where there is room for one.
    pub bar: Option<f64>,
}

/// The whole picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    pub lod: Lod,
    pub small: bool,
    pub width: f64,
    pub height: f64,
    pub labels: bool,
    /// The reader's own machine, left of the plane.
    pub client: Rect,
    pub plane: Rect,
    pub marks: Vec<MarkBox>,
    pub dock: Dock,
    pub nodes: Vec<NodeBox>,
    pub pods: Vec<PodBox>,
    pub ghosts: Vec<GhostBox>,
    pub tallies: Vec<Tally>,
}

/// A layout holds no NaN. With this, shared stages are compared by pointer first.
impl Eq for Stage {}
