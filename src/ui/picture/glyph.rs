//! The phase glyph around (0,0): a ring that measures and a shape that names.

use super::super::parts::num;
use crate::view::pod::Phase;
use yew::prelude::*;

/// Ring radius on a card, a tile, a dot, and in a tally.
pub const CARD: f64 = 9.0;
pub const TILE: f64 = 7.0;
pub const DOT: f64 = 6.5;
pub const TALLY: f64 = 8.0;

const HALF: &str = "M0-5.4A5.4 5.4 0 0 0 0 5.4Z";
const BURST: &str = "M0-6 1.5-2.6 5.2-3 3 0 5.2 3 1.5 2.6 0 6-1.5 2.6-5.2 3-3 0-5.2-3-1.5-2.6Z";
const ARROW: &str = "M0-4.5V1.5M-2.8-.8 0 2 2.8-.8M-3.4 4.6H3.4";
const TICK: &str = "M-4 .3-1.2 3.2 4.2-3";
const CROSS: &str = "M-3.4-3.4 3.4 3.4M3.4-3.4-3.4 3.4";
const DASH: &str = "M-3.4 0H3.4";

/// The glyph of a phase whose ring measures `value` (0 to 100).
pub fn glyph(phase: Phase, value: u8, radius: f64) -> Html {
    let scale = radius / CARD;
    let r = num(radius);
    let sized = |class: &'static str, d: &'static str| {
        let transform = (radius != CARD).then(|| format!("scale({scale:.3})"));
        html! { <path {class} {d} {transform} /> }
    };
    let track = html! { <circle class="ring-track" r={r.clone()} /> };
    let ring = html! {
        <circle class="ring" {r} pathLength="100" stroke-dasharray={[&value.to_string(), " 100"].concat()} />
    };
    let shape = match phase {
        Phase::Pending => return track,
        Phase::ContainerCreating => html! {},
        Phase::Running => html! { <circle class="shape" r={num(5.4 * scale)} /> },
        Phase::NotReady => html! {
            <>{ sized("shape", HALF) }<circle class="stroke" r={num(4.8 * scale)} stroke-width="1.2" /></>
        },
        Phase::CrashLoopBackOff | Phase::Error => sized("shape", BURST),
        Phase::ErrImagePull | Phase::ImagePullBackOff => sized("stroke", ARROW),
        Phase::Terminating => sized("stroke", DASH),
        Phase::Succeeded => return html! { <>{ track }{ sized("stroke", TICK) }</> },
        Phase::Failed => return html! { <>{ track }{ sized("stroke", CROSS) }</> },
        Phase::Unknown => {
            return html! { <>{ track }<text class="shape-text" y={num(4.4 * scale)}>{ "?" }</text></> };
        }
    };
    html! { <>{ track }{ ring }{ shape }</> }
}
