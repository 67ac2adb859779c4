//! Signals by name and number, as Linux numbers them.

/// A signal's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signal(pub u8);

impl Signal {
    pub const HUP: Signal = Signal(1);
    pub const INT: Signal = Signal(2);
    pub const QUIT: Signal = Signal(3);
    pub const KILL: Signal = Signal(9);
    pub const USR1: Signal = Signal(10);
    pub const USR2: Signal = Signal(12);
    pub const PIPE: Signal = Signal(13);
    pub const ALRM: Signal = Signal(14);
    pub const TERM: Signal = Signal(15);
    pub const CHLD: Signal = Signal(17);
    pub const CONT: Signal = Signal(18);
    pub const STOP: Signal = Signal(19);
    pub const XFSZ: Signal = Signal(25);
    pub const WINCH: Signal = Signal(28);

    /// Reads `TERM`, `SIGTERM`, `term` or `15`; 0 asks whether a process is there.
    pub fn parse(text: &str) -> Option<Signal> {
        if let Ok(n) = text.parse::<u8>() {
            return (n <= 64).then_some(Signal(n));
        }
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        NAMES.iter().find(|(n, ..)| *n == name).map(|(_, number, _)| Signal(*number))
    }

    /// `TERM`
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, n, _)| *n == self.0).map_or("?", |(name, ..)| name)
    }

    /// What a shell says of a job that it ended: `Terminated`.
    pub fn description(self) -> &'static str {
        NAMES.iter().find(|(_, n, _)| *n == self.0).map_or("Unknown signal", |(.., text)| text)
    }

    /// True where the default action is to do nothing (or to stop, which is not simulated).
    pub fn is_harmless(self) -> bool {
        matches!(self.0, 0 | 17..=23 | 28)
    }
}

/// Name, number, text.
pub const NAMES: &[(&str, u8, &str)] = &[
    ("HUP", 1, "Hangup"),
    ("INT", 2, "Interrupt"),
    ("QUIT", 3, "Quit"),
    ("ILL", 4, "Illegal instruction"),
    ("TRAP", 5, "Trace/breakpoint trap"),
    ("ABRT", 6, "Aborted"),
    ("BUS", 7, "Bus error"),
    ("FPE", 8, "Floating point exception"),
    ("KILL", 9, "Killed"),
    ("USR1", 10, "User defined signal 1"),
    ("SEGV", 11, "Segmentation fault"),
    ("USR2", 12, "User defined signal 2"),
    ("PIPE", 13, "Broken pipe"),
    ("ALRM", 14, "Alarm clock"),
    ("TERM", 15, "Terminated"),
    ("CHLD", 17, "Child exited"),
    ("CONT", 18, "Continued"),
    ("STOP", 19, "Stopped (signal)"),
    ("TSTP", 20, "Stopped"),
    ("TTIN", 21, "Stopped (tty input)"),
    ("TTOU", 22, "Stopped (tty output)"),
    ("XFSZ", 25, "File size limit exceeded"),
    ("WINCH", 28, "Window changed"),
];
