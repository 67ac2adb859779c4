//! `sleep`: waits.

use crate::apimachinery::Time;
use crate::sh::io::Io;
use crate::sh::process::{Program, Step};
use std::time::Duration;

#[derive(Clone)]
pub struct Sleep {
    wants: Result<Duration, String>,
    until: Option<Time>,
}

/// Seconds with an optional unit: `0.5`, `10`, `2m`. None where the text is none.
pub fn duration(text: &str) -> Option<Duration> {
    if text == "infinity" {
        return Some(Duration::from_secs(1 << 32));
    }
    let (number, unit) = match text.chars().last()? {
        's' => (&text[..text.len() - 1], 1.0),
        'm' => (&text[..text.len() - 1], 60.0),
        'h' => (&text[..text.len() - 1], 3_600.0),
        'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    if !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let seconds = number.parse::<f64>().ok()? * unit;
    Some(Duration::from_secs_f64(seconds.min(4e9)))
}

impl Sleep {
    pub fn new(args: &[String]) -> Self {
        let wants = match args {
            [] => Err("missing operand".to_owned()),
            _ => args.iter().try_fold(Duration::ZERO, |sum, arg| {
                duration(arg).map(|d| sum.saturating_add(d)).ok_or_else(|| format!("invalid time interval '{arg}'"))
            }),
        };
        Self { wants, until: None }
    }
}

impl Program for Sleep {
    fn step(&mut self, io: &mut Io<'_>) -> Step {
        let wants = match &self.wants {
            Ok(wants) => *wants,
            Err(text) => {
                io.err(&format!("sleep: {text}\n"));
                return Step::Exit(1);
            }
        };
        let until = *self.until.get_or_insert(io.now() + wants);
        if io.now() >= until {
            return Step::Exit(0);
        }
        io.wake_at(until);
        Step::Wait
    }
    fn boxed(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
