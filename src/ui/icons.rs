//! Icons: 16 × 16, stroked.

use yew::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    Step,
    Run,
    Close,
    Plus,
    Minus,
    Fit,
    Tag,
    Grid,
    Stack,
    Help,
    Sun,
    Book,
    Fold,
    Wrap,
    Copy,
    Check,
    Terminal,
    Back,
    Next,
    Lock,
    Bulb,
    File,
    Restart,
}

impl Icon {
    /// The path, and whether it is filled.
    fn path(self) -> (&'static str, bool) {
        match self {
            Self::Play => ("M5 3.2v9.6a.6.6 0 0 0 .9.5l7.6-4.8a.6.6 0 0 0 0-1L5.9 2.7A.6.6 0 0 0 5 3.2Z", true),
            Self::Pause => ("M5.5 3.5v9M10.5 3.5v9", false),
            Self::Step => ("M4 3.5 10 8l-6 4.5ZM12.5 3.5v9", false),
            Self::Run => ("M4.5 3v10l8-5Z", true),
            Self::Close => ("m4 4 8 8M12 4l-8 8", false),
            Self::Plus => ("M8 3v10M3 8h10", false),
            Self::Minus => ("M3 8h10", false),
            Self::Fit => ("M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10", false),
            Self::Tag => ("M2.5 2.5h5l6 6-5 5-6-6ZM5.3 5.3h.01", false),
            Self::Grid => ("M2.5 2.5h11v11h-11ZM2.5 6.2h11M6.2 2.5v11M6.2 9.8h7.3M9.8 6.2v7.3", false),
            Self::Stack => ("M2.5 2.5h11v4.5h-11ZM2.5 9h4.5v4.5H2.5ZM9 9h4.5v4.5H9Z", false),
            Self::Help => {
                ("M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8M6.3 6.3a1.7 1.7 0 1 1 2.5 1.5c-.5.3-.8.6-.8 1.2M8 11.3h.01", false)
            }
            Self::Sun => (
                "M5 8a3 3 0 1 0 6 0A3 3 0 1 0 5 8M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
                false,
            ),
            Self::Book => (
                "M8 4c-1.5-1-3.5-1.3-5.5-1v9.5c2-.3 4 0 5.5 1 1.5-1 3.5-1.3 5.5-1V3C11.5 2.7 9.5 3 8 4Zm0 0v9.5",
                false,
            ),
            Self::Fold => ("M2.5 3h11v10h-11ZM6.5 3v10M11 6.5 9.5 8l1.5 1.5", false),
            Self::Wrap => ("M2.5 4h11M2.5 8h9a2 2 0 0 1 0 4.2H8m1.5-1.7L8 12.2l1.5 1.6M2.5 12h2.5", false),
            Self::Copy => ("M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3", false),
            Self::Check => ("m3.5 8.5 3 3 6-7", false),
            Self::Terminal => ("m3 4 4 4-4 4M8.5 12H13", false),
            Self::Back => ("M10 3 5 8l5 5", false),
            Self::Next => ("m6 3 5 5-5 5", false),
            Self::Lock => ("M4 7.5h8v6H4ZM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2", false),
            Self::Bulb => ("M6 11.5c0-1.5-2-2.3-2-4.8a4 4 0 0 1 8 0c0 2.5-2 3.3-2 4.8ZM6.5 14h3", false),
            Self::File => ("M4 1.8h5l3 3v9.4H4ZM9 1.8v3h3", false),
            Self::Restart => ("M3 8a5 5 0 1 0 1.6-3.7L3 5.8M3 2.8v3h3", false),
        }
    }
}

/// An icon; it says nothing by itself, its button does.
pub fn icon(icon: Icon) -> Html {
    let (path, solid) = icon.path();
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path class={solid.then_some("solid")} d={path} /></svg>
    }
}

/// Podium's mark.
pub fn mark() -> Html {
    html! {
        <svg viewBox="0 0 22 22" aria-hidden="true">
            <rect x="1" y="12" width="6" height="9" rx="1.5" />
            <rect class="lit" x="8" y="6" width="6" height="15" rx="1.5" />
            <rect x="15" y="9" width="6" height="12" rx="1.5" />
            <circle class="lit" cx="11" cy="2.8" r="2" />
        </svg>
    }
}
