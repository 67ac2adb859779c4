//! How virtual time follows the reader's.

use super::screen::TimeView;
use crate::apimachinery::Time;
use crate::apimachinery::time::Duration;

/// Play, pause and speed.
#[derive(Clone, Copy, Debug)]
pub struct TimeControl {
    pub paused: bool,
    /// Virtual seconds per second.
    pub speed: f64,
}

/// A frame that took longer than this (a hidden tab, a slow machine) counts as this much.
const LONGEST_FRAME: Duration = Duration::from_millis(250);
const SPEEDS: std::ops::RangeInclusive<f64> = 0.05..=240.0;

impl Default for TimeControl {
    fn default() -> Self {
        Self { paused: false, speed: 1.0 }
    }
}

impl TimeControl {
    pub fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end());
        }
    }

    /// How much virtual time a frame brings.
    pub fn share(&self, elapsed: Duration) -> Duration {
        if self.paused { Duration::ZERO } else { elapsed.min(LONGEST_FRAME).mul_f64(self.speed) }
    }

    pub fn view(&self, start: Time, now: Time) -> TimeView {
        let secs = now.since(start).as_secs();
        let clock = format!("{:02}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60);
        TimeView { paused: self.paused, speed: self.speed, clock }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_brings_its_share_unless_time_stands() {
        let mut time = TimeControl::default();
        time.set_speed(4.0);
        assert_eq!(time.share(Duration::from_millis(10)), Duration::from_millis(40));
        assert_eq!(time.share(Duration::from_secs(3_600)), Duration::from_secs(1));
        time.paused = true;
        assert_eq!(time.share(Duration::from_millis(10)), Duration::ZERO);
        time.set_speed(f64::NAN);
        assert_eq!(time.speed, 4.0);
        assert_eq!(time.view(Time(0), Time::from_secs(3_725)).clock, "01:02:05");
    }
}
