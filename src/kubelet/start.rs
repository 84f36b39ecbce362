//! Starting one container: back-off, image, run, hook.
//!
//! upstream: doBackOff and startContainer of kuberuntime, EnsureImageExists.

use super::back_off::go_text;
use super::behaviour::{Behaviour, words_end};
use super::images::malformed;
use super::life::Life;
use super::probes::KINDS;
use super::status::terminated;
use crate::config::Version;
use crate::memory::{ProbeMemory, Stage};
use crate::object;
use crate::time::{Duration, Time};
use crate::value::{Text, Value};
use crate::why::Why;

/// From a sync with an error to the next one: 10 to 15 s and up to a second in the queue.
pub(super) const RETRY: Duration = Duration::s(13);
/// The longest wait between two syncs.
const RESYNC: Duration = Duration::s(60);
/// What a container's variables are made of is missing; its image's name is none.
pub(super) const CONFIG_ERROR: &str = "CreateContainerConfigError";
pub(super) const INVALID_IMAGE: &str = "InvalidImageName";
/// What a registry takes to say that it does not have an image.
const REFUSAL_MS: u64 = 1200;

impl Life<'_> {
    /// Starts a container unless something keeps it; false while its image is being pulled or its hook runs.
    pub(super) fn start(&mut self, at: usize) -> bool {
        let now = self.ctx.now;
        let it = &mut self.it.containers[at];
        if let Some(exited) = it.exited_at {
            if let Some(left) = it.restart_back_off.left(exited, now) {
                self.hold_back(at, left);
                return true;
            }
            it.restart_back_off.grow(exited, now);
        }
        if !it.exit.is_null() {
            it.exited_at = Some(it.ended);
        }
        self.ensure_image(at)
    }

    /// The container waits; the next status says so.
    fn fail(&mut self, at: usize, reason: &str, message: Text, retry: Duration) {
        self.it.containers[at].waiting = object! {"reason": reason, "message": message};
        self.it.retry = Some(self.it.retry.map_or(retry, |it| it.min(retry)));
    }

    /// upstream: doBackOff; the sync after it comes 1 to 1.5 times what is left later.
    fn hold_back(&mut self, at: usize, left: Duration) {
        let length = go_text(self.it.containers[at].restart_back_off.length);
        let (pod, container) = (self.name(), self.container_name(at));
        let who = crate::text!("{pod}_{}({})", self.pod.namespace(), self.pod.uid());
        let told = crate::text!("Back-off restarting failed container {container} in pod {who}");
        let message =
            crate::text!("back-off {length} restarting failed container={container} pod={who}");
        let why = Why::WaitsForRestart {
            pod,
            container,
            length,
        };
        self.record(at, ("BackOff", told, true), &why);
        let left = left.min(RESYNC).ms;
        let retry = Duration::ms(left + left / 4 + 500);
        self.fail(at, "CrashLoopBackOff", message, retry);
    }

    /// The container cannot be started, and the Event of it says the same.
    fn refuse(&mut self, at: usize, reason: &'static str, message: Text) -> bool {
        let told = match reason {
            CONFIG_ERROR => message.as_str(),
            reason => reason,
        };
        let told = crate::text!("Error: {told}");
        self.fail(at, reason, message, RETRY);
        let why = self.held(at);
        if reason == INVALID_IMAGE {
            let message = self.it.containers[at].waiting["message"].as_str().into();
            self.record(at, ("InspectFailed", message, true), &why);
        }
        self.record(at, ("Failed", told, true), &why);
        true
    }

    fn ensure_image(&mut self, at: usize) -> bool {
        let spec = self.container(at);
        let image: Text = spec["image"].as_str().into();
        if let Some(problem) = malformed(&image) {
            let message = crate::text!(
                "Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": {problem}"
            );
            return self.refuse(at, INVALID_IMAGE, message);
        }
        let (pod, node) = (self.name(), self.node());
        let is_missing = self.is_image_missing(at);
        let is_present = self.has_image(&image);
        let policy = spec["imagePullPolicy"].as_str();
        let now = self.ctx.now;
        if is_present && policy != "Always" {
            let told = match self.ctx.config.version {
                Version::V1_22 => "",
                Version::V1_36 => " and can be accessed by the pod",
            };
            let text = crate::text!("Container image \"{image}\" already present on machine{told}");
            let why = Why::ImagePresent { pod, image, node };
            self.record(at, ("Pulled", text, false), &why);
            return self.run(at);
        }
        let why = Why::ImageMissing {
            pod: pod.clone(),
            image: image.clone(),
            node: node.clone(),
        };
        if policy == "Never" {
            let text = crate::text!(
                "Container image \"{image}\" is not present with pull policy of Never"
            );
            self.record(at, ("ErrImageNeverPull", text.clone(), true), &why);
            self.record(
                at,
                ("Failed", "Error: ErrImageNeverPull".into(), true),
                &why,
            );
            self.fail(at, "ErrImageNeverPull", text, RETRY);
            return true;
        }
        let back_off = self.it.containers[at].pull_back_off;
        if back_off.left(back_off.since, now).is_some() {
            let text = crate::text!("Back-off pulling image \"{image}\"");
            self.record(at, ("BackOff", text.clone(), false), &why);
            self.record(at, ("Failed", "Error: ImagePullBackOff".into(), true), &why);
            let message = crate::text!("{text}: ErrImagePull: {}", pull_error(&image));
            self.fail(at, "ImagePullBackOff", message, RETRY);
            return true;
        }
        let mut time = self.pull_time(&image);
        if is_missing {
            time = Duration::ms(time.ms.min(REFUSAL_MS));
        }
        let text = crate::text!("Pulling image \"{image}\"");
        self.record(
            at,
            ("Pulling", text, false),
            &Why::ImagePulled { pod, image, node },
        );
        self.it.pull = time;
        self.to(Stage::Pulling(at), time);
        false
    }

    pub(super) fn pull_has_ended(&mut self, at: usize) {
        let image: Text = self.container(at)["image"].as_str().into();
        let (pod, node, now) = (self.name(), self.node(), self.ctx.now);
        if self.is_image_missing(at) {
            let error = pull_error(&image);
            let text = crate::text!("Failed to pull image \"{image}\": {error}");
            let why = Why::ImageMissing { pod, image, node };
            self.record(at, ("Failed", text, true), &why);
            self.record(at, ("Failed", "Error: ErrImagePull".into(), true), &why);
            self.it.containers[at].pull_back_off.grow(now, now);
            self.fail(at, "ErrImagePull", error, RETRY);
            return self.act_after(at);
        }
        let took = go_text(self.it.pull);
        self.memory.images.insert((node.clone(), image.clone()), ());
        let text = crate::text!(
            "Successfully pulled image \"{image}\" in {took} ({took} including waiting). Image size: 62000000 bytes."
        );
        let why = Why::ImagePulled { pod, image, node };
        self.record(at, ("Pulled", text, false), &why);
        if self.run(at) {
            self.act_after(at);
        }
    }

    /// The container runs, if what it takes from elsewhere is there; false while its postStart hook does.
    ///
    /// upstream: startContainer, generateContainerConfig.
    fn run(&mut self, at: usize) -> bool {
        if let Some(problem) = self.lacks_variable(at) {
            return self.refuse(at, CONFIG_ERROR, problem);
        }
        let name = self.container_name(at);
        let texts = match self.ctx.config.version {
            Version::V1_22 => [
                crate::text!("Created container {name}"),
                crate::text!("Started container {name}"),
            ],
            Version::V1_36 => ["Container created".into(), "Container started".into()],
        };
        let [created, started] = texts;
        let now = self.ctx.now;
        let behaviour = Behaviour::of(self.ctx.config, self.pod, at);
        self.forget_end(at);
        let spec = self.container(at);
        let it = &mut self.it.containers[at];
        let pod: Text = self.pod.name().into();
        let why = if it.exit.is_null() {
            Why::ContainersStarted { pod }
        } else {
            it.before = core::mem::take(&mut it.exit);
            it.restarts += 1;
            Why::ContainerRestarted {
                pod,
                container: name,
                code: crate::text!("{}", it.before["exitCode"]),
            }
        };
        it.running = Some(now);
        it.ends = behaviour.ends.map(|(after, code)| (now + after, code));
        it.waiting = Value::Null;
        it.said = Text::new();
        for (probe, kind) in it.probes.iter_mut().zip(KINDS) {
            let period = period(&spec[kind.field]);
            let first = if probe.next == Time::NEVER {
                now
            } else {
                probe.next
            };
            *probe = ProbeMemory {
                next: period.map_or(Time::NEVER, |it| next_tick(first, it, now)),
                ..ProbeMemory::default()
            };
        }
        self.it.has_started = true;
        self.record(at, ("Created", created, false), &why);
        self.record(at, ("Started", started, false), &why);
        match self.hook_end(at, "postStart") {
            Some((after, _)) => {
                self.to(Stage::Hooking(at), after);
                false
            }
            None => true,
        }
    }

    /// upstream: startContainer, step 4: a container whose postStart hook fails is killed.
    pub(super) fn hook_has_ended(&mut self, at: usize) {
        let has_failed = |it: &(Duration, i32)| it.1 != 0;
        if self
            .hook_end(at, "postStart")
            .is_some_and(|it| has_failed(&it))
        {
            let why = Why::HookFailed {
                pod: self.name(),
                container: self.container_name(at),
                hook: "postStart".into(),
            };
            let message: Text = "PostStartHook failed".into();
            self.record(at, ("FailedPostStartHook", message.clone(), true), &why);
            self.record(at, ("Killing", "FailedPostStartHook".into(), false), &why);
            self.end(at, 137);
            self.fail(at, "PostStartHookError", message, RETRY);
        }
        self.act_after(at);
    }

    /// How long a hook runs and what it ends with; nothing where there is none.
    pub(super) fn hook_end(&self, at: usize, name: &str) -> Option<(Duration, i32)> {
        let hook = self.hook(at, name);
        if hook.is_null() {
            return None;
        }
        if let Some(seconds) = hook["sleep"]["seconds"].as_int() {
            return Some((Duration::s(u64::try_from(seconds).unwrap_or(0)), 0));
        }
        let words = &hook["exec"]["command"];
        words_end(&[words[0].as_str(), words[1].as_str(), words[2].as_str()])
            .or(Some((Duration::default(), 0)))
    }

    /// How long after its start a program is up: the one that has to recover needs that long too.
    pub(super) fn up_after(&self, at: usize, behaviour: &Behaviour) -> Duration {
        let recovers = behaviour.recovers.filter(|_| {
            let who = self.program(at);
            self.memory.unclean.contains_key(&who)
        });
        behaviour.up_after.max(recovers.unwrap_or_default())
    }

    /// The program in a container, whichever pod of that name runs it.
    fn program(&self, at: usize) -> Text {
        let (namespace, pod) = (self.pod.namespace(), self.pod.name());
        crate::text!("{namespace}/{pod}/{}", self.container_name(at))
    }

    /// A program that begins in a pod without claims has nothing to recover.
    fn forget_end(&mut self, at: usize) {
        let is_first = self.it.containers[at].exit.is_null();
        if is_first && self.pod.claim_names().next().is_none() {
            let who = self.program(at);
            self.memory.unclean.remove(&who);
        }
    }

    /// Notes whether a program that may have to recover was up and has ended by itself.
    pub(super) fn note_end(&mut self, at: usize, code: i32) {
        let behaviour = Behaviour::of(self.ctx.config, self.pod, at);
        let Some(since) = self.it.containers[at]
            .running
            .filter(|_| behaviour.recovers.is_some())
        else {
            return;
        };
        let was_up = self.ctx.now >= since + self.up_after(at, &behaviour);
        let who = self.program(at);
        if was_up && code == 0 {
            self.memory.unclean.remove(&who);
        } else {
            self.memory.unclean.insert(who, ());
        }
    }

    /// The run of a container has ended.
    pub(super) fn end(&mut self, at: usize, code: i32) {
        self.note_end(at, code);
        let it = &mut self.it.containers[at];
        it.exit = terminated(self.ctx, self.pod, at, it, code);
        it.running = None;
        it.ends = None;
        it.ended = self.ctx.now;
    }
}

/// `periodSeconds` of a probe; nothing where there is no probe.
pub(super) fn period(probe: &Value) -> Option<Duration> {
    let seconds = probe["periodSeconds"].as_int().unwrap_or(10);
    (!probe.is_null()).then(|| Duration::s(u64::try_from(seconds).unwrap_or(1).max(1)))
}

/// The first tick after now of a ticker that ticked then.
pub(super) fn next_tick(then: Time, period: Duration, now: Time) -> Time {
    if then > now {
        return then;
    }
    let ticks = now.since(then).ms / period.ms + 1;
    then + Duration::ms(ticks * period.ms)
}

/// What the runtime says of an image that the registry does not have.
fn pull_error(image: &str) -> Text {
    crate::text!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": failed to resolve reference \
         \"{image}\": {image}: not found"
    )
}
