//! What a reader types into the terminal, and what it shows.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, screen, typed, web};
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::time::Duration;

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
            &["if true; then echo; fi"],
            &["sh: if is not simulated yet"],
        ),
        (&["echo 'a"], &["sh: syntax error: ' is never closed"]),
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
    assert_eq!(shown.len(), 1);
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
