//! Input that nobody should type, and somebody will: it gets an answer, and the terminal goes on.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, screen, typed, web};
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::time::Duration;

#[test]
fn every_line_is_answered_and_the_next_one_runs() {
    let cases = [
        ("kubectl get pods -o jsonpath='{.items[*'", "error"),
        ("kubectl get pods -l 'a in ('", "unable to parse"),
        ("kubectl delete", "error"),
        ("kubectl exec web-0", "error"),
        ("cat /no/such", "No such file"),
        ("while true; do echo x; done", "x"),
        ("for i in $(seq 1 100000000); do echo $i; done", "1"),
        (
            "kubectl scale sts web --replicas=99999999999999999999",
            "invalid",
        ),
        ("kubectl scale sts web --replicas=-5", "error"),
        ("kubectl get pods --sort-by='{'", "web-0"),
        ("kubectl delete ns default", "forbidden"),
        ("kubectl run x --image=", "error"),
        ("sleep 99999999999999", "invalid"),
        ("kubectl patch sts web -p '{\"spec\":null}'", "invalid"),
        ("kubectl get pods -w", "web-0"),
    ];
    for (line, answer) in cases {
        let mut session = loaded(&web("replicas: 1", "image: nginx"));
        let said = typed(&mut session, &[line]).join("\n");
        assert!(said.contains(answer), "{line}: {said}");
        session.interrupt();
        let next = typed(&mut session, &["echo alive"]);
        assert_eq!(next, ["alive"], "{line}");
    }
}

#[test]
fn numbers_at_the_edge_of_their_type_are_taken() {
    for more in [
        "ordinals: {start: 2147483647}",
        "updateStrategy: {rollingUpdate: {partition: 2147483647}}",
        "minReadySeconds: 2147483647",
        "revisionHistoryLimit: 0",
    ] {
        let mut session = loaded(&web(&format!("replicas: 2\n  {more}"), "image: nginx"));
        let pods = typed(&mut session, &["kubectl get pods"]);
        assert!(pods[1].starts_with("web-"), "{more}: {pods:?}");
    }
}

#[test]
fn the_longest_spans_overflow_nothing() {
    let most = "2147483647";
    let longest = "9223372036854775807";
    let probe = |numbers: &str| format!("{{exec: {{command: [x]}}, {numbers}}}");
    let long_probe = probe(&format!(
        "periodSeconds: {most}, failureThreshold: {most}, initialDelaySeconds: {most}, timeoutSeconds: {most}"
    ));
    let specs = [
        format!("terminationGracePeriodSeconds: {longest}"),
        format!("activeDeadlineSeconds: {most}"),
        format!(
            "tolerations: [{{operator: Exists, effect: NoExecute, tolerationSeconds: {longest}}}]"
        ),
    ];
    let containers = [
        format!("startupProbe: {long_probe}"),
        format!("readinessProbe: {long_probe}"),
        format!("livenessProbe: {long_probe}"),
        format!("lifecycle: {{preStop: {{sleep: {{seconds: {longest}}}}}}}"),
        "resources: {requests: {cpu: 99999999999999999999, memory: 9Ei}}".to_owned(),
    ];
    let apps = [
        "exits 1 after 99999999999999999h",
        "exits 99999999999999999999 after -1s",
        "ignores-term, stops-after 9223372036854775807s",
        "listens-after 18446744073709551615h",
        "é é é",
    ];
    let pod = |app: &str, spec: &str, container: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, annotations: {{playground/app: \"{app}\"}}}}\nspec:\n  {spec}\n  containers:\n  - name: a\n    image: b\n    {container}\n"
        )
    };
    let mut manifests: Vec<String> = Vec::new();
    manifests.extend(specs.iter().map(|it| pod("", it, "")));
    manifests.extend(containers.iter().map(|it| pod("", "", it)));
    manifests.extend(apps.iter().map(|it| pod(it, "", "")));
    for text in manifests {
        let mut session = loaded(&text);
        for line in [
            "kubectl describe pods",
            "kubectl cordon node-1",
            "kubectl delete pod p --wait=false",
            "kubectl get pods",
        ] {
            typed(&mut session, &[line]);
        }
        let next = typed(&mut session, &["echo alive"]);
        assert_eq!(next, ["alive"], "{text}");
        session.doctor();
    }
}

#[test]
fn a_program_that_crashes_for_ever_does_not_run_for_ever() {
    let mut session = loaded(&web("replicas: 1", "image: nginx-crash"));
    let pods = typed(&mut session, &["kubectl get pods"]);
    assert!(pods[1].contains("CrashLoopBackOff"), "{pods:?}");
    let world = session.timeline().world();
    assert!(world.trace.iter().count() < 2000);
}

#[test]
fn one_command_reads_so_many_objects_and_says_so() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n";
    let session = loaded(&map.repeat(600));
    let last = screen(&session).pop().unwrap();
    assert_eq!(
        last,
        "error: the playground reads at most 500 objects in one command: the rest is left out"
    );
}

/// A text of 256 KiB in the variable `x`, and in a file.
const MUCH: [&str; 3] = [
    "x=aaaaaaaaaaaaaaaa",
    "for i in {1..14}; do x=$x$x; done",
    "echo $x > /tmp/f",
];

#[test]
fn a_line_asks_for_no_gigabytes_and_no_minutes() {
    let cases = [
        ("y=$x$x$x$x$x$x$x$x", "sh: y: Argument list too long"),
        ("true $x$x$x$x$x$x$x$x", "sh: true: Argument list too long"),
        (
            "for i in $x$x$x$x$x$x$x$x; do true; done",
            "sh: for: Argument list too long",
        ),
        (
            "sed s/a/$x/g /tmp/f",
            "sed: this is too much text: it is stopped here",
        ),
        (
            "awk '{print $0 $0 $0 $0 $0 $0 $0 $0 $0 $0 $0 $0 $0 $0 $0 $0 $0}' /tmp/f",
            "awk: this is too much text: it is stopped here",
        ),
        (
            "grep 'a*a*a*a*b' /tmp/f",
            "grep: this takes too long: it is stopped here",
        ),
        (
            "while true; do grep b /tmp/f; done",
            "handles too much text: it is stopped here",
        ),
    ];
    for inside in [false, true] {
        for (line, answer) in cases {
            let mut session = loaded(&web("replicas: 1", "image: nginx"));
            if inside {
                typed(&mut session, &["kubectl exec -it web-0 -- sh"]);
            }
            typed(&mut session, &MUCH);
            let said = typed(&mut session, &[line]).join("\n");
            assert!(said.contains(answer), "{line}: {said}");
        }
    }
}

#[test]
fn a_long_line_is_as_cheap_to_keep_as_a_short_one() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    let pipe = format!("echo a{}", "|cat".repeat(10_000));
    assert_eq!(typed(&mut session, &[&pipe]), ["a"]);
    let many = format!("for i in {{1..999}}; do {} done", "true; ".repeat(10_000));
    assert_eq!(
        typed(&mut session, &[&many]),
        ["This line has run 20000 commands: it is stopped here."]
    );
    typed(&mut session, &MUCH);
    let said = typed(&mut session, &["for i in {1..999}; do echo $x; done"]);
    assert!(said.len() < 20, "{}", said.len());
}

#[test]
fn a_command_too_long_to_be_read_in_time_is_not_run() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    let refused = ["A command of more than 64 KiB: it is not run."];
    let long = format!("echo {}", "a ".repeat(1 << 16));
    assert_eq!(typed(&mut session, &[&long]), refused);
    typed(&mut session, &["cat > f << EOF"]);
    for _ in 0..20_000 {
        session.type_line("a: b c d");
    }
    assert_eq!(typed(&mut session, &["EOF"]), refused);
    assert_eq!(typed(&mut session, &["echo $?"]), ["126"]);
    assert!(!typed(&mut session, &["ls"]).contains(&"f".to_owned()));
}

#[test]
fn a_manifest_of_half_a_megabyte_is_left_out_by_name() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    typed(&mut session, &["echo 'a: b c d e f g h i j k l m n' > f"]);
    for _ in 0..7 {
        typed(&mut session, &["cat f f f f > g; cat g > f"]);
    }
    let said = typed(&mut session, &["kubectl apply -f f"]);
    let left_out = "the playground reads at most 64 KiB of manifests in one command: f is left out";
    assert!(said[0].contains(left_out), "{said:?}");
}

/// The world has its turn in between: what is typed meanwhile, Ctrl-C first of all, is heard.
#[test]
fn no_step_runs_more_than_a_turn_of_a_line() {
    let loops = [
        "for i in {1..900}; do kubectl nosuch; kubectl nosuch; kubectl nosuch; done",
        "kubectl exec web-0 -- sh -c 'while true; do echo a; done'",
    ];
    for line in loops {
        let mut session = loaded(&web("replicas: 1", "image: nginx"));
        session.type_line(line);
        let terminal = |it: &Session| it.timeline().world().terminal().printed();
        let (mut before, mut most) = (terminal(&session), 0);
        while most < 100 {
            session.step(StepSize::Event);
            most = terminal(&session) - before;
            before = terminal(&session);
        }
        assert!(most <= 2000, "{most} lines of {line}");
        session.interrupt();
        session.step(StepSize::Idle);
        assert_eq!(typed(&mut session, &["echo $?"]), ["130"], "{line}");
    }
}

#[test]
fn a_terminal_shows_only_so_much() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    let enter = |session: &mut Session, line: &str| {
        session.type_line(line);
        session.step(StepSize::Idle);
    };
    for _ in 0..20 {
        enter(&mut session, "seq 1000");
        enter(&mut session, "kubectl get pods -o name");
    }
    let shown = screen(&session);
    assert!((5_000..10_000).contains(&shown.len()), "{}", shown.len());
    assert_eq!(shown.last().unwrap(), "pod/web-0");
    let (end, count) = (session.snapshot(), session.timeline().world().trace.shown());
    session.seek(count - 9);
    assert_ne!(screen(&session), shown);
    session.seek(count);
    session.step(StepSize::Idle);
    assert_eq!(session.snapshot(), end, "going back and on is exact");
    for line in MUCH.iter().chain(&["echo $x"; 40]) {
        enter(&mut session, line);
    }
    let bytes: usize = screen(&session).iter().map(String::len).sum();
    assert!(bytes <= 1 << 23, "{bytes}");
    session.type_line("watch echo a");
    session.advance(Duration::s(9));
    let shown = screen(&session);
    assert_eq!(
        shown[shown.len() - 4..],
        ["$ watch echo a", "Every 2.0s: echo a", "", "a"]
    );
}

#[test]
fn a_pipe_loses_nothing() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    typed(&mut session, &MUCH);
    assert_eq!(typed(&mut session, &["cat /tmp/f | wc -c"]), ["262145"]);
}

#[test]
fn what_fault_does_not_know_it_refuses_in_its_own_name() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    for line in [
        "fault",
        "fault pod web-0 exits abc",
        "fault pod web-0 exits 256",
        "fault pod web-0 exits -1",
        "fault pod web-0 'evicted '",
    ] {
        let said = typed(&mut session, &[line]).join("\n");
        assert!(said.starts_with("fault: usage: "), "{line}: {said}");
    }
    let said = typed(&mut session, &["fault storage slow 9999999h"]);
    assert_eq!(said, ["fault: 9999999h is too long: less than 24h"]);
    let restarts = typed(&mut session, &["kubectl get pods | awk 'NR==2 {print $4}'"]);
    assert_eq!(restarts, ["0"]);
}

#[test]
fn a_node_that_is_lost_again_is_not_found_in_between() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    for way in ["cut", "cut", "down", "cut"] {
        session.type_line(&format!("fault node node-2 {way}"));
        session.advance(Duration::s(25));
    }
    let node = session.exec("kubectl get node node-2 --no-headers | awk '{print $2}'");
    assert_eq!(node.output, "NotReady\n");
    // The power was gone, whatever was said after that: the containers have ended.
    session.exec("fault node node-2 up");
    session.advance(Duration::s(10));
    let restarts = session.exec("kubectl get pods --no-headers | awk '{print $4}'");
    assert_eq!(restarts.output, "1\n");
}

#[test]
fn a_command_left_open_takes_in_no_later_one() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    for line in ["echo 'a", "cat <<EOF", "for i in 1", "echo a |"] {
        let ran = session.exec(line);
        let open = "sh: syntax error: unexpected end of file\n";
        assert_eq!((ran.output.as_str(), ran.code), (open, 2), "{line}");
        assert_eq!(session.exec("echo b").output, "b\n", "{line}");
    }
}

#[test]
fn a_command_may_go_on_for_thousands_of_lines() {
    let cases = [
        ("cat > f << EOF", "a: 1", "EOF"),
        ("x='a", "{\"a\": 1}", "'"),
        ("for i in 1; do", "echo done > f", "done"),
        ("if false; then", "echo \"fi\"", "fi"),
        ("x=$(true", "# (", ")"),
    ];
    for (begin, line, end) in cases {
        let mut session = Session::new(Config::default());
        session.type_line(begin);
        // Read from its beginning for every line, each of these takes minutes.
        for _ in 0..20_000 {
            session.type_line(line);
        }
        assert!(session.timeline().world().terminal().is_line_open());
        let mut left = Session::new(Config::default());
        left.open(&session.link());
        left.step(StepSize::Idle);
        left.interrupt();
        assert_eq!(typed(&mut left, &["echo $?"]), ["130"]);
        session.type_line(end);
        session.step(StepSize::Idle);
        assert_eq!(typed(&mut session, &["echo a"]), ["a"], "{begin}");
    }
}

#[test]
fn a_command_that_is_read_again_and_again_is_stopped() {
    let mut session = Session::new(Config::default());
    session.type_line("echo \"a");
    let line = format!("\"{}\"", "b".repeat(100));
    for _ in 0..1000 {
        session.type_line(&line);
    }
    let open = session.timeline().world().terminal().is_line_open();
    assert!(!open, "each line could have ended it");
    let said = screen(&session);
    let stopped = "This line handles too much text: it is stopped here.";
    assert!(said.iter().any(|it| it == stopped));
}

#[test]
fn why_asks_the_cluster_wherever_the_terminal_is() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    session.exec("kubectl exec -it web-0 -- sh");
    let why = session.why("web-0");
    assert!(why.starts_with("web-0 is Running and Ready"), "{why}");
    assert!(session.why("web-0; echo b").starts_with("why: "));
}

#[test]
fn a_link_has_no_more_branches_than_the_page_makes() {
    let mut session = loaded("");
    let runs = vec!["[]"; 100_000].join(",");
    let said = session.open(&format!("{{\"runs\":[{runs}]}}"));
    assert!(
        said.contains("the link's runs was not understood"),
        "{said}"
    );
    session.snapshot();
}
