//! One story that must come out the same natively, in Node and in Chromium: the article's manifests, both pods
//! deleted, some time travel on the way.

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::view::log::trace_text;
use statefulset_playground::view::words::Words;

/// The trace of the story as it was when it was last read by a person.
pub const TRACE: &str = include_str!("../cases/article.trace");

/// Plays the story; its trace as text.
pub fn play() -> String {
    let mut session = Session::new(Config::default());
    session.load(include_str!("../../www/examples/article.yaml"));
    session.step(StepSize::Ready);
    let here = session.snapshot();
    assert!(session.back() && session.step(StepSize::Change));
    assert_eq!(session.snapshot(), here, "back and forth is exact");
    session.type_line("kubectl delete pod -l app=nginx");
    session.step(StepSize::Idle);
    session.seek(3);
    session.step(StepSize::Idle);
    trace_text(&session.timeline().world().trace, &Words::default())
}
