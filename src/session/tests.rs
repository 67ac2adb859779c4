//! What the page is told when its cluster stops.

use super::*;

#[test]
fn a_cluster_that_stopped_is_told_with_its_reason() {
    let mut session = Session::new(Options::default()).0;
    let frame = || Action::Frame { elapsed: Duration::from_millis(16) };
    let is_told = |effects: &[Effect]| {
        effects
            .iter()
            .any(|e| matches!(e, Effect::Stopped(why) if why.starts_with("a controller does not come to rest")))
    };
    assert!(!is_told(&session.update(frame())));
    session.lab().cluster_mut().spin();
    assert!(is_told(&session.update(frame())));
    session.update(Action::SkipWait);
}
