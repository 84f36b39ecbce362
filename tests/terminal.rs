//! What a reader types into the terminal, and what it shows.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, screen, typed, web};
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::time::Duration;
use statefulset_playground::value::Value;

#[test]
fn the_shell_does_what_tutorials_need() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["echo a  'b  c' \"d\""], &["a b  c d"]),
        (
            &["x='a  b'; echo $x \"$x\" ${y:-none} '$x'"],
            &["a b a  b none $x"],
        ),
        (&["false && echo a || echo b; echo $?"], &["b", "0"]),
        (
            &["for i in 0 1 'a b'; do echo \"web-$i\" $i; done"],
            &["web-0 0", "web-1 1", "web-a b a b"],
        ),
        (
            &["for i in {0..2}; do for j in $(seq 2); do echo $i$j; done; done | tail -n 2"],
            &["21", "22"],
        ),
        (&["x=$(echo a; echo b); echo \"$x\" $x"], &["a", "b a b"]),
        (
            &["cat > f << EOF\n$HOME a\\$b $(echo c)\nEOF", "cat f"],
            &[" a$b c"],
        ),
        (
            &[
                "cat > f << 'EOF'\n$HOME\nEOF",
                "cat >> f << EOF\nb\nEOF",
                "cat < f | grep -v H",
            ],
            &["b"],
        ),
        (
            &["echo a > f; echo b >> f; cat f | wc -l; cat f | head -1; ls"],
            &["2", "a", "f"],
        ),
        (&["cat nothing 2> /dev/null || echo none"], &["none"]),
        (
            &["cat nothing > f 2>&1; cat f"],
            &["cat: nothing: No such file or directory"],
        ),
        (
            &["cat < nothing || echo none"],
            &["sh: nothing: No such file or directory", "none"],
        ),
        (&["export A=1 B=2; echo $A$B"], &["12"]),
        (
            &[
                "until true; do echo never; done; echo $?; while false; do echo never; done; echo $?",
            ],
            &["0", "0"],
        ),
        (
            &["x=a; while echo $x | grep -c b; do echo never; done; echo end"],
            &["0", "end"],
        ),
        (
            &["nonsense | cat; echo ok"],
            &["sh: nonsense: command not found", "ok"],
        ),
        (&["echo \\\n  a"], &["a"]),
        (
            &[
                "if [ a = b ]; then echo a; elif test -z ''; then echo c; else echo d; fi",
                "if false; then echo; fi; echo $?",
            ],
            &["0"],
        ),
        (
            &["ls >"],
            &["sh: syntax error near unexpected token `newline'"],
        ),
        (&["echo 'a", "b  'c"], &["a", "b  c"]),
        (&["echo a \\", "  b"], &["a b"]),
        (&["echo a &&", "echo b |", "wc -l"], &["a", "1"]),
        (&["for i in 1 2", "do", "echo $i", "done"], &["1", "2"]),
        (
            &[
                "cat > f << EOF; echo $?",
                "a: 'b",
                "",
                "EOF ",
                "EOF",
                "cat f",
            ],
            &["a: 'b", "", "EOF "],
        ),
        (&["cat <<- 'A' << B", "\t$(", "\tA", "b", "B"], &["b"]),
        (
            &["cat << EOF", "$(", "EOF"],
            &["sh: syntax error: $( is never closed"],
        ),
        (&["false", "echo $?", "echo $?"], &["0"]),
        (&["false", "# nothing", "echo $?"], &["1"]),
        (&["nonsense", "echo $?"], &["127"]),
        (&["echo a )", "echo $?"], &["2"]),
        (&["kubectl get pod none", "echo $?"], &["1"]),
    ];
    for (lines, want) in cases {
        let mut session = Session::new(Config::default());
        assert_eq!(typed(&mut session, lines), *want, "{lines:?}");
    }
}

#[test]
fn loops_and_growth_have_an_end() {
    let mut session = Session::new(Config::default());
    let shown = typed(&mut session, &["while true; do echo round; done"]);
    assert_eq!(shown.len(), 1001);
    assert!(shown[1000].contains("stopped"), "{}", shown[1000]);
    let shown = typed(
        &mut session,
        &["for i in {1..999}; do for j in {1..999}; do true; done; done"],
    );
    assert!(shown[0].contains("stopped"), "{shown:?}");
    let shown = typed(
        &mut session,
        &["x=aaaaaaaa; for i in {1..900}; do x=$x$x; done; echo $x > /dev/null; echo end"],
    );
    assert_eq!(shown[0], "sh: x: Argument list too long");
    assert_eq!(shown.last().unwrap(), "end");
    typed(
        &mut session,
        &["echo aaaaaaaa > f; for i in {1..400}; do cat f f > g; cat g g > f; done; rm f g"],
    );
    let deep = "x='sh -c \"$x\"'; kubectl exec web-0 -- sh -c \"$x\"";
    typed(&mut session, &[deep]);
}

#[test]
fn loops_run_kubectl_and_programs_in_containers() {
    let container = "image: nginx, env: [{name: COLOUR, value: blue}]";
    let mut session = loaded(&web("replicas: 2", container));
    let cases: &[(&str, &[&str])] = &[
        (
            "for i in 0 1; do kubectl exec \"web-$i\" -- sh -c 'hostname'; done",
            &["web-0", "web-1"],
        ),
        (
            "for p in $(kubectl get pods -o name); do echo $p; done",
            &["pod/web-0", "pod/web-1"],
        ),
        ("kubectl get pods | grep web-1 | wc -l", &["1"]),
        (
            "grace=$(kubectl get pod web-0 -o jsonpath='{.spec.terminationGracePeriodSeconds}'); echo $grace",
            &["30"],
        ),
        (
            "kubectl exec web-0 -- sh -c 'echo \"I am $(hostname), $COLOUR\"; for i in 1 2; do echo $i; done'",
            &["I am web-0, blue", "1", "2"],
        ),
        (
            "kubectl exec web-0 -- sh -c 'nothing 2> /dev/null || echo $?'",
            &["127"],
        ),
        ("kubectl get pod web-9 2>&1 | grep -c NotFound", &["1"]),
        (
            "kubectl get service nginx -o yaml > f.yml && kubectl delete -f f.yml",
            &["service \"nginx\" deleted from default namespace"],
        ),
        (
            "cat << EOF | kubectl apply -f -\napiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None}\nEOF",
            &["service/db created"],
        ),
        (
            "kubectl scale sts web --replicas=1 > /dev/null; echo $?",
            &["0"],
        ),
    ];
    for (line, want) in cases {
        assert_eq!(typed(&mut session, &[line]), *want, "{line:?}");
    }
}

#[test]
fn the_shell_tells_why() {
    let mut session = Session::new(Config::default());
    session.load(include_str!("../www/examples/article.yaml"));
    session.advance(Duration::s(1));
    let mut ask = |line: &str| {
        let before = screen(&session).len() + 1;
        session.type_line(line);
        session.advance(Duration::ms(10));
        screen(&session).split_off(before).join("\n")
    };
    let waits = "web-0 is not running yet: nginx:1.9.1 is being pulled";
    assert!(ask("why pod/web-0").starts_with(waits));
    assert!(ask("why not web-1").starts_with("web-1 is not created yet: web-0 is not"));
    assert!(ask("why sts/web").contains("web-0"));
    let beyond = "web-7 is not there: web has 2 replicas, the ordinals 0 to 1";
    assert_eq!(ask("why web-7"), beyond);
    assert!(ask("why svc nginx").contains("which came of:"));
    assert_eq!(ask("why cat/tom"), "why: there is no kind named cat");
    assert!(ask("why pod/tom").starts_with("why: nothing has happened to pod/tom"));
    assert!(ask("why").starts_with("why: usage:"));
    assert_eq!(ask("doctor"), "nothing is wrong so far");
}

/// What the page's editor is to show.
fn editing(session: &Session) -> Value {
    let snapshot = Value::from_json(&session.snapshot()).expect("a snapshot is JSON");
    snapshot["terminal"]["editing"].clone()
}

#[test]
fn edit_waits_for_the_editor_of_the_page() {
    let mut session = Session::new(Config::default());
    typed(&mut session, &["kubectl create cm a --from-literal=x=1"]);
    typed(&mut session, &["kubectl edit cm a"]);
    let given = editing(&session);
    assert!(
        given
            .as_str()
            .starts_with("# Please edit the object below.")
    );
    assert_eq!(prompt(&session), "", "the command waits");
    let link = session.link();
    session.edited(0, Some(&given.as_str().replace("x: \"1\"", "x: \"2\"")));
    session.step(StepSize::Idle);
    assert_eq!(screen(&session).pop().unwrap(), "configmap/a edited");
    let told = typed(&mut session, &["kubectl get cm a -o jsonpath={.data.x}"]);
    assert_eq!(told, ["2"]);
    let (end, whole) = (session.snapshot(), session.link());

    let mut opened = Session::new(Config::default());
    opened.open(&whole);
    opened.seek(99);
    opened.step(StepSize::Idle);
    assert_eq!(opened.snapshot(), end);
    opened.open(&link);
    assert_eq!(editing(&opened), given, "a link may lead into the editor");
    opened.edited(0, Some(given.as_str()));
    opened.step(StepSize::Idle);
    assert_eq!(
        screen(&opened).pop().unwrap(),
        "Edit cancelled, no changes made."
    );
    typed(&mut opened, &["kubectl edit cm a"]);
    opened.interrupt();
    opened.step(StepSize::Idle);
    assert_eq!(
        (editing(&opened), prompt(&opened)),
        (Value::Null, "$ ".into())
    );
    assert!(
        opened
            .exec("kubectl edit cm a")
            .output
            .contains("KUBE_EDITOR"),
        "scripts have none"
    );
}

/// Saves what the open editor shows, changed, and gives the text it is opened with again.
fn save(session: &mut Session, from: &str, to: &str) -> String {
    let shown = editing(session);
    session.edited(0, Some(&shown.as_str().replace(from, to)));
    session.step(StepSize::Idle);
    editing(session).as_str().to_owned()
}

#[test]
fn an_edit_that_is_refused_opens_the_editor_again() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    typed(&mut session, &["kubectl edit sts web"]);
    let again = save(&mut session, "  replicas: 1", "  replicas: -1");
    let invalid = "error: statefulsets.apps \"web\" is invalid";
    assert_eq!(screen(&session).pop().unwrap(), invalid);
    let head = "# reopened with the relevant failures.
#
# statefulsets.apps \"web\" was not valid:
# * spec.replicas: Invalid value: -1: must be greater than or equal to 0
#
apiVersion: apps/v1
";
    assert!(again.contains(head), "{again}");
    let again = save(&mut session, "replicas: -1", "replicas: [");
    let reason = "# * <nil>: Invalid value: \"The edited file failed validation\": yaml: line ";
    assert!(again.contains(reason), "{again}");
    assert_eq!(again.matches("was not valid").count(), 1, "only the last");
    assert_eq!(save(&mut session, "replicas: [", "replicas: 2"), "");
    let edited = "statefulset.apps/web edited";
    assert_eq!(screen(&session).pop().unwrap(), edited);
    let end = (session.snapshot(), session.link());
    let mut opened = Session::new(Config::default());
    opened.open(&end.1);
    opened.step(StepSize::Idle);
    assert_eq!(opened.snapshot(), end.0, "a link leads through the editor");

    // What is saved again as it was is given up, and kept in a file that other commands find.
    typed(&mut session, &["kubectl edit sts web"]);
    save(&mut session, "serviceName: nginx", "serviceName: other");
    assert_eq!(save(&mut session, "", ""), "");
    let said = screen(&session).split_off(screen(&session).len() - 3);
    let file = said[1].split('"').nth(1).unwrap_or_default().to_owned();
    let kept = format!("A copy of your changes has been stored to \"{file}\"");
    let none = "error: Edit cancelled, no valid changes were saved.";
    assert_eq!(said, [invalid, &kept, none]);
    let replace = format!("kubectl replace --force -f {file}");
    let replaced = typed(&mut session, &[&replace]);
    assert_eq!(replaced.last().unwrap(), "statefulset.apps/web replaced");

    typed(&mut session, &["kubectl edit sts web"]);
    save(&mut session, "resourceVersion: \"", "resourceVersion: \"9");
    let said = screen(&session).pop().unwrap();
    assert!(said.starts_with("You can run `kubectl replace -f /tmp/kubectl-edit-"));
    assert_eq!(prompt(&session), "$ ");
}

#[test]
fn an_editor_that_is_always_wrong_is_opened_no_more() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    let editor = "export KUBE_EDITOR=\"sed -i 's/serviceName: /serviceName: a/'\"";
    let said = typed(&mut session, &[editor, "kubectl edit sts web", "echo $?"]);
    assert_eq!(said, ["1"]);
    let said = screen(&session);
    assert!(said.contains(&"error: Edit cancelled, no valid changes were saved.".into()));
}

/// The prompt, as the page shows it.
fn prompt(session: &Session) -> String {
    let snapshot = Value::from_json(&session.snapshot()).expect("a snapshot is JSON");
    snapshot["terminal"]["prompt"].as_str().to_owned()
}

#[test]
fn a_command_that_goes_on_is_asked_for_line_by_line() {
    let mut session = Session::new(Config::default());
    for line in ["cat > f << EOF", "apiVersion: v1"] {
        session.type_line(line);
        session.step(StepSize::Idle);
        assert_eq!(prompt(&session), "> ");
    }
    let steps = session.timeline().world().trace.shown();
    assert_eq!(steps, 0, "nothing has run");
    session.type_line("EOF");
    session.step(StepSize::Idle);
    let shown = ["$ cat > f << EOF", "> apiVersion: v1", "> EOF"];
    assert_eq!(
        (screen(&session), prompt(&session)),
        (shown.map(String::from).into(), "$ ".into())
    );
    assert_eq!(typed(&mut session, &["cat f"]), ["apiVersion: v1"]);
    let (end, seq) = (session.snapshot(), session.timeline().world().seq);
    while session.back() {}
    assert_eq!(session.timeline().world().seq, 0);
    let link = session.link();
    session.seek(99);
    session.step(StepSize::Idle);
    assert_eq!(
        (session.timeline().world().seq, session.snapshot()),
        (seq, end.clone())
    );
    let mut opened = Session::new(Config::default());
    opened.open(&link);
    opened.seek(99);
    opened.step(StepSize::Idle);
    assert_eq!(opened.snapshot(), end);
}

#[test]
fn an_open_line_is_dropped_by_ctrl_c_and_by_what_is_pasted() {
    let mut session = Session::new(Config::default());
    typed(&mut session, &["cat > f << EOF", "echo a"]);
    session.interrupt();
    assert_eq!(prompt(&session), "$ ");
    assert_eq!(typed(&mut session, &["echo $?"]), ["130"]);
    assert_eq!(typed(&mut session, &["ls", "echo 'a"]), [""; 0]);
    session.apply("$ kubectl get pods\n");
    session.step(StepSize::Idle);
    let last = screen(&session).pop();
    assert_eq!(
        last.as_deref(),
        Some("No resources found in default namespace.")
    );
    typed(&mut session, &["echo 'a"]);
    session.apply("kind: Service\napiVersion: v1\nmetadata: {name: a}\nspec: {clusterIP: None}\n");
    session.step(StepSize::Idle);
    assert_eq!(screen(&session).pop().as_deref(), Some("service/a created"));
    let pasted = screen(&session).len() + 1;
    session.apply("$ echo 'open\n$ echo b\n");
    session.step(StepSize::Idle);
    let shown = screen(&session).split_off(pasted);
    assert_eq!(
        shown,
        ["sh: syntax error: ' is never closed", "$ echo b", "b"]
    );
}

#[test]
fn what_runs_in_a_container_takes_its_time() {
    let mut session = Session::new(Config::default());
    session.load(&web("replicas: 2", "image: nginx"));
    session.step(StepSize::Idle);
    let mut now = session.timeline().world().now;
    let mut took = |session: &mut Session, lines: &[&str]| {
        let shown = typed(session, lines);
        let before = core::mem::replace(&mut now, session.timeline().world().now);
        (shown, now.since(before).ms / 1000)
    };
    let sleep = "kubectl exec web-0 -- sh -c 'sleep 1m 40; echo $?'";
    assert_eq!(took(&mut session, &[sleep]), (vec!["0".into()], 100));
    assert_eq!(
        took(
            &mut session,
            &["kubectl exec web-0 -it -- sh", "false", "echo $?"]
        ),
        (vec!["1".into()], 0)
    );
    assert_eq!(
        took(&mut session, &["sleep 5; hostname"]),
        (vec!["web-0".into()], 5)
    );
    let wrong = vec!["sleep: invalid time interval 'x'".into()];
    assert_eq!(took(&mut session, &["sleep 5 x"]), (wrong, 0));
    // Ctrl-C ends the program, not the shell it was typed at; a line typed ahead waits for its turn.
    session.type_line("sleep 100");
    session.advance(Duration::s(1));
    session.type_line("echo $?");
    session.advance(Duration::s(1));
    assert_eq!(
        (prompt(&session), screen(&session).pop()),
        (String::new(), Some("/ # sleep 100".into()))
    );
    session.interrupt();
    session.advance(Duration::s(1));
    assert_eq!(
        (prompt(&session).as_str(), screen(&session).pop().as_deref()),
        ("/ # ", Some("130"))
    );
    session.type_line("sleep 1000");
    session.advance(Duration::s(200));
    assert_eq!(prompt(&session), "", "what was left wakes nobody");
    session.advance(Duration::s(900));
    let shown = typed(&mut session, &["cat << EOF", "EOF", "nonsense", "exit"]);
    assert_eq!(shown, ["command terminated with exit code 127"]);
    assert_eq!(typed(&mut session, &["echo $?"]), ["127"]);
}

/// What the page offers to tap.
fn suggested(session: &Session) -> Vec<String> {
    let snapshot = Value::from_json(&session.snapshot()).expect("a snapshot is JSON");
    let all = snapshot["terminal"]["suggestions"].items().iter();
    all.map(|it| it.as_str().to_owned()).collect()
}

#[test]
fn commands_are_suggested_that_work_here() {
    let mut session = Session::new(Config::default());
    assert_eq!(
        suggested(&session),
        ["kubectl get pods", "kubectl get nodes"]
    );
    let elsewhere = web("replicas: 2", "image: nginx")
        .replace("metadata: {name: ", "metadata: {namespace: db, name: ")
        .replace(
            "matchLabels: {app: nginx}",
            "matchExpressions: [{key: app, operator: In, values: [nginx, x]}]",
        );
    session.load(&format!(
        "kind: Namespace\napiVersion: v1\nmetadata: {{name: db}}\n---\n{elsewhere}"
    ));
    session.step(StepSize::Idle);
    let all = [
        "kubectl get pods -o wide -n db",
        "kubectl get pods -w -l 'app in (nginx,x)' -n db",
        "kubectl get statefulset web -n db",
        "kubectl delete pod -l 'app in (nginx,x)' -n db",
        "kubectl exec web-0 -n db -- sh -c 'hostname'",
        "kubectl run -i --tty --image busybox:1.28.4 dns-test -n db --restart=Never --rm /bin/sh",
        "kubectl scale statefulset web --replicas=3 -n db",
    ];
    assert_eq!(suggested(&session), all);
    typed(
        &mut session,
        &["kubectl run -i --tty --image busybox:1.28.4 dns-test --restart=Never --rm /bin/sh"],
    );
    let inside = ["nslookup web-0.nginx.db", "nslookup web-1.nginx.db", "exit"];
    assert_eq!(suggested(&session), inside);
    for line in inside {
        let shown = typed(&mut session, &[line]).join("\n");
        assert!(!shown.contains("can't resolve"), "{shown}");
    }
    for line in &all[2..] {
        let shown = typed(&mut session, &[line]).join("\n");
        assert!(!shown.to_lowercase().contains("error"), "{line}: {shown}");
    }
    assert_eq!(suggested(&session).len(), 3, "in the container's shell");
    typed(&mut session, &["echo 'a"]);
    assert_eq!(suggested(&session).len(), 0, "while a line is open");
}

#[test]
fn only_lines_of_a_transcript_are_counted_as_such() {
    let mut session = Session::new(Config::default());
    let pending = |session: &Session| {
        let snapshot = Value::from_json(&session.snapshot()).expect("a snapshot is JSON");
        snapshot["terminal"]["pending"].as_int()
    };
    session.type_line("sleep 10");
    session.step(StepSize::Event);
    session.type_line("echo a");
    assert_eq!(pending(&session), Some(0));
    session.apply("$ echo b\n$ echo c\n");
    assert_eq!(pending(&session), Some(2));
    session.step(StepSize::Idle);
    assert_eq!(session.timeline().world().now.ms / 1000, 10);
    assert_eq!(
        screen(&session),
        [
            "$ sleep 10",
            "$ echo a",
            "a",
            "$ echo b",
            "b",
            "$ echo c",
            "c"
        ]
    );
}

#[test]
fn a_step_on_a_slice_marks_its_service() {
    let mut session = Session::new(Config::default());
    session.load(&web("replicas: 2", "image: nginx"));
    let mut marked = 0;
    while session.step(StepSize::Change) {
        let snapshot = Value::from_json(&session.snapshot()).expect("a snapshot is JSON");
        let object = snapshot["current"]["object"].as_str();
        if object.starts_with("endpointslice/") {
            assert!(snapshot["services"][0]["current"].is_true(), "{object}");
            marked += 1;
        }
    }
    assert!(marked > 1, "{marked}");
}

#[test]
fn a_command_run_at_once_may_clear_the_screen() {
    let mut session = Session::new(Config::default());
    session.exec("echo a; echo b");
    let ran = session.exec("echo c; clear; echo d; echo e; nonsense");
    assert_eq!(ran.output, "d\ne\nsh: nonsense: command not found\n");
    assert_eq!(session.exec("echo f").output, "f\n");
}

#[test]
fn a_command_run_at_once_comes_after_what_was_loaded() {
    let mut session = Session::new(Config::default());
    session.load(&web("replicas: 1", "image: nginx"));
    assert!(
        session.why("sts/web").contains("nothing has happened"),
        "looking changes nothing"
    );
    assert_eq!(
        session.exec("kubectl get sts -o name").output,
        "statefulset.apps/web\n"
    );
    assert!(session.why("pod/web-0").contains("web-0"));
}

#[test]
fn a_drain_goes_on_with_all_pods_at_once_until_it_gives_up() {
    let config = Config {
        nodes: 1,
        ..Config::default()
    };
    let mut session = Session::new(config);
    let budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n\
                  spec: {maxUnavailable: 1, selector: {matchLabels: {app: nginx}}}\n";
    session.load(&format!(
        "{}---\n{budget}",
        web("replicas: 2", "image: nginx")
    ));
    session.step(StepSize::Idle);
    let got = typed(&mut session, &["kubectl drain node-1 --timeout=4s"]);
    let late = "error when evicting pods/\"web-1\" -n \"default\": global timeout reached: 4s";
    let want = [
        "node/node-1 cordoned",
        "evicting pod default/web-0",
        "evicting pod default/web-1",
        "error when evicting pods/\"web-1\" -n \"default\" (will retry after 5s): Cannot evict pod as it would violate the \
         pod's disruption budget.",
        "pod/web-0 evicted",
        "evicting pod default/web-1",
        &format!("There are pending pods in node \"node-1\" when an error occurred: {late}"),
        "pod/web-1",
        &format!(
            "error: unable to drain node \"node-1\" due to error: {late}, continuing command..."
        ),
        "There are pending nodes to be drained:",
        " node-1",
        late,
    ];
    assert_eq!(got[..want.len()], want);
}
