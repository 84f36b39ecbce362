//! What a reader pastes, and what it is taken for.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::shell::Origin;
use statefulset_playground::shell::transcript::{self, PasteKind, Pasted, RemarkKind};
use statefulset_playground::sim::StepSize;
use statefulset_playground::value::Value;
use statefulset_playground::yaml;

const TRANSCRIPT: &str = include_str!("cases/article-transcript.txt");
const ARTICLE: &str = include_str!("cases/article-with-prose.md");

/// The commands of the article; a mark before those typed inside a container.
const COMMANDS: [&str; 14] = [
    "cat >> svc.yml << EOF",
    "kubectl apply -f svc.yml && kubectl get service nginx",
    "cat >> statefulset.yml << EOF",
    "kubectl apply -f statefulset.yml && kubectl get pods -w -l app=nginx",
    "kubectl get statefulset web",
    "kubectl exec web-0 -- sh -c 'hostname'",
    "kubectl exec web-1 -- sh -c 'hostname'",
    "kubectl run -i --tty --image busybox:1.28.4 dns-test --restart=Never --rm /bin/sh",
    "/ # nslookup web-0.nginx",
    "/ # nslookup web-1.nginx",
    "kubectl delete pod -l app=nginx",
    "kubectl get pod -w -l app=nginx",
    "kubectl run -i --tty --image busybox:1.28.4 dns-test --restart=Never --rm /bin/sh",
    "/ # nslookup web-0.nginx &&  nslookup web-1.nginx",
];

/// First lines of commands, those inside a container behind their prompt.
fn commands(pasted: &Pasted) -> Vec<String> {
    let shown = |it: &transcript::Typed| {
        let mark = if it.command.origin == Origin::Inner {
            "/ # "
        } else {
            ""
        };
        format!("{mark}{}", it.command.text.lines().next().unwrap_or(""))
    };
    pasted.commands.iter().map(shown).collect()
}

fn check_article(text: &str) {
    let pasted = transcript::read(text);
    assert_eq!(pasted.kind, PasteKind::Transcript);
    assert_eq!(commands(&pasted), COMMANDS);
    assert!(pasted.is_old);
    let line_of = |needle: &str| 1 + text.lines().position(|it| it.contains(needle)).unwrap();
    // The second here-document never closes.
    let remarks: Vec<_> = pasted.remarks.iter().map(|it| (it.line, it.kind)).collect();
    assert_eq!(
        remarks,
        [(
            line_of("cat >> statefulset.yml"),
            RemarkKind::UnclosedHereDocument
        )]
    );
    assert!(
        pasted.commands[2]
            .command
            .text
            .ends_with("      name: web\nEOF")
    );
    let files: Vec<_> = pasted
        .manifests
        .iter()
        .map(|it| (it.file_name.as_deref().unwrap(), it.first_line))
        .collect();
    assert_eq!(
        files,
        [
            ("svc.yml", line_of("svc.yml << EOF") + 1),
            ("statefulset.yml", line_of("statefulset.yml <<") + 1)
        ]
    );
    for manifest in &pasted.manifests {
        let parsed = yaml::parse_at(&manifest.text, manifest.first_line);
        assert_eq!(
            (parsed.error, parsed.warnings.len(), parsed.documents.len()),
            (None, 0, 1)
        );
    }
    let set = yaml::parse_at(&pasted.manifests[1].text, pasted.manifests[1].first_line);
    assert_eq!(
        set.documents[0]
            .nearest("spec.template.spec.containers[0].image")
            .line,
        line_of("image: nginx:1.9.1")
    );
    // Every line of output has its number and its command.
    let lines: Vec<&str> = text.lines().collect();
    let all = || pasted.commands.iter().flat_map(|it| &it.output);
    assert!(all().all(|(number, output)| lines[number - 1].trim_end() == *output));
    assert_eq!(
        pasted
            .commands
            .iter()
            .map(|it| it.output.len())
            .collect::<Vec<_>>(),
        [0, 2, 0, 9, 2, 1, 1, 0, 4, 4, 2, 17, 1, 8]
    );
}

#[test]
fn the_article_is_read_with_and_without_its_prose() {
    check_article(TRANSCRIPT);
    check_article(ARTICLE);
    check_article(&ARTICLE.replace('\n', "\r\n"));
    let shared = std::env::var("SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into());
    if let Ok(text) = std::fs::read_to_string(format!("{shared}/article/article.zh.md")) {
        check_article(&text);
    }
}

#[test]
fn prompts_are_told_from_comments_output_and_prose() {
    let cases: &[(&str, &[&str])] = &[
        ("$ kubectl get pods\nNAME READY\n", &["kubectl get pods"]),
        (
            "kubectl get pods\nNAME READY\n\nkubectl get svc\n",
            &["kubectl get pods", "kubectl get svc"],
        ),
        ("$kubectl get pods\n", &["kubectl get pods"]),
        (
            "# kubectl get pods\n#kubectl get svc\n# a comment\n# watch what happens\n# for each pod\n# cat and mouse\n",
            &["kubectl get pods"],
        ),
        (
            "# watch kubectl get po\n# cat a.yml\n# for i in 0 1; do echo $i; done\n# exit\n",
            &[
                "watch kubectl get po",
                "cat a.yml",
                "for i in 0 1; do echo $i; done",
                "exit",
            ],
        ),
        ("# kubectl 命令如下\n$ ls\n", &["ls"]),
        (
            "me@box:~$ ls\n[root@master ~]# kubectl get po\nroot@k8s:/home# helm list\nbash-5.1$ ls\n",
            &["ls", "kubectl get po", "helm list", "ls"],
        ),
        (
            "➜  ~ kubectl get po\nmaster $ kubectl get no\n% kubectl get svc\nPS C:\\> kubectl get ns\n",
            &[
                "kubectl get po",
                "kubectl get no",
                "kubectl get svc",
                "kubectl get ns",
            ],
        ),
        (
            "$ kubectl get po -w\nweb-0 1/1\n^C\n^C$ ls\n$ \n$\n",
            &["kubectl get po -w", "ls"],
        ),
        ("$\u{a0}kubectl\u{a0}get po\n", &["kubectl get po"]),
        (
            "$ kubectl run a \\\n  --image=b \\\n  -it\n",
            &["kubectl run a \\"],
        ),
        (
            "$ kubectl exec -it web-0 -- bash\nroot@web-0:/# hostname\nweb-0\nroot@web-0:/# exit\n$ ls\n",
            &[
                "kubectl exec -it web-0 -- bash",
                "/ # hostname",
                "/ # exit",
                "ls",
            ],
        ),
        (
            "$ kubectl exec -it web-0 -- sh\n# hostname\nweb-0\n# kubectl get po\n$ ls\n",
            &[
                "kubectl exec -it web-0 -- sh",
                "/ # hostname",
                "kubectl get po",
                "ls",
            ],
        ),
        (
            "$ kubectl exec web-0 -- ls\n# hostname\n",
            &["kubectl exec web-0 -- ls", "hostname"],
        ),
        (
            "/ # nslookup a\n/app # ls\n~ $ ls\n# ls\n",
            &["/ # nslookup a", "/ # ls", "/ # ls", "ls"],
        ),
        (
            "$ for i in 0 1; do\n>   echo $i\n> done\n0\n",
            &["for i in 0 1; do"],
        ),
        ("$ echo 'a\nb'\n$ ls\n", &["echo 'a", "ls"]),
        ("$ echo it's\nout\n$ ls\n", &["echo it's", "ls"]),
    ];
    for (text, want) in cases {
        let pasted = transcript::read(text);
        assert_eq!(pasted.kind, PasteKind::Transcript, "{text:?}");
        assert_eq!(commands(&pasted), *want, "{text:?}");
    }
    let text = |at: usize| {
        transcript::read(cases[at].0).commands[0]
            .command
            .text
            .to_string()
    };
    assert_eq!(text(10), "kubectl run a \\\n  --image=b \\\n  -it");
    assert_eq!(text(15), "for i in 0 1; do\n  echo $i\ndone");
    assert_eq!(text(16), "echo 'a\nb'");
}

#[test]
fn here_documents_keep_their_place_and_end_somewhere() {
    let cases = [
        (
            "$ cat > a.yml << EOF\nkind: A\nEOF\n",
            "kind: A\n",
            2,
            Some("a.yml"),
        ),
        (
            "$ cat << 'EOF' > a.yml\n> kind: A\n> EOF\nout\n",
            "kind: A\n",
            2,
            Some("a.yml"),
        ),
        (
            "$ cat <<-EOF | kubectl apply -f -\n\tkind: A\n\tEOF\n",
            "kind: A\n",
            2,
            None,
        ),
        (
            "$ cat >> a.yml << EOF\nkind: A\n# kubectl get po\n\n\n$ ls\n",
            "kind: A\n# kubectl get po\n",
            2,
            Some("a.yml"),
        ),
        (
            "```\n$ cat > a.yml << EOF\nkind: A\n```\nprose\n",
            "kind: A\n",
            3,
            Some("a.yml"),
        ),
        (
            "kubectl apply -f - <<EOF\nkind: A\nEOF\nkubectl get po\n",
            "kind: A\n",
            2,
            None,
        ),
    ];
    for (text, manifest, line, file) in cases {
        let pasted = transcript::read(text);
        assert_eq!(pasted.manifests.len(), 1, "{text:?}");
        let found = &pasted.manifests[0];
        assert_eq!(
            (
                found.text.as_str(),
                found.first_line,
                found.file_name.as_deref()
            ),
            (manifest, line, file),
            "{text:?}"
        );
        let command = &pasted.commands[0].command.text;
        assert!(command.ends_with("\nEOF"), "{command}");
    }
}

#[test]
fn articles_may_keep_manifests_and_output_in_blocks_of_their_own() {
    let article = "\
Create it:

```yaml title=\"web.yaml\"
kind: A
```

```yaml
kind: B
```

```yml
replicas: 3
```

```sh
kubectl apply -f web.yaml
kubectl create -f b.yaml
kubectl get pods
what is this
```

```
NAME    READY
web-0   1/1
```

```python
kubectl = 1
```

   ```console
   $ kubectl get sts
   NAME
   ```
";
    let pasted = transcript::read(article);
    assert_eq!(
        commands(&pasted),
        [
            "kubectl apply -f web.yaml",
            "kubectl create -f b.yaml",
            "kubectl get pods",
            "kubectl get sts"
        ]
    );
    let manifests: Vec<_> = pasted
        .manifests
        .iter()
        .map(|it| (it.text.as_str(), it.file_name.as_deref(), it.is_written))
        .collect();
    assert_eq!(
        manifests,
        [
            ("kind: A\n", Some("web.yaml"), false),
            ("kind: B\n", Some("b.yaml"), false)
        ]
    );
    let output: Vec<_> = pasted.commands[2]
        .output
        .iter()
        .map(|(number, text)| (*number, text.as_str()))
        .collect();
    assert_eq!(
        output,
        [
            (19, "what is this"),
            (23, "NAME    READY"),
            (24, "web-0   1/1")
        ]
    );
    assert_eq!(pasted.commands[3].output[0], (33, "NAME".into()));
    assert_eq!(pasted.remarks, []);
}

#[test]
fn nothing_is_dropped_in_silence() {
    let text = "```bash\nwhat is this\n$ kubectl get po\n```\n```yaml\nkind: A\n```\n";
    let pasted = transcript::read(text);
    let remarks: Vec<_> = pasted.remarks.iter().map(|it| (it.line, it.kind)).collect();
    assert_eq!(
        remarks,
        [
            (2, RemarkKind::NotUnderstood),
            (6, RemarkKind::UnusedManifest)
        ]
    );
}

#[test]
fn manifests_stay_manifests() {
    for text in [
        "# kubectl apply -f this.yaml\napiVersion: v1\nkind: Pod\n",
        "kind: Pod\nspec:\n  args:\n  - |\n    $ kubectl get po\n",
        "{\"kind\": \"Pod\"}\n",
        "a：b\n",
        "Words.\n```yaml\napiVersion: v1\nkind: Pod\n```\nMore.\n",
        "Words without any code.\n",
    ] {
        let pasted = transcript::read(text);
        assert_eq!(pasted.kind, PasteKind::Manifests, "{text:?}");
        assert_eq!(pasted.manifests.len(), 1, "{text:?}");
    }
    let fenced = transcript::read("Words.\n```yaml\napiVersion: v1\n```\nMore.\n");
    assert_eq!(
        (
            fenced.manifests[0].text.as_str(),
            fenced.manifests[0].first_line
        ),
        ("apiVersion: v1\n", 3)
    );
    for text in ["", " \n\n", "\r\n"] {
        assert_eq!(transcript::read(text).kind, PasteKind::Empty);
    }
}

#[test]
fn old_output_is_known_by_what_it_says() {
    let is_old =
        |line: &str| transcript::read(&format!("$ kubectl delete po web-0\n{line}\n")).is_old;
    assert!(is_old("pod \"web-0\" deleted"));
    assert!(is_old("statefulset.apps \"web\" deleted"));
    assert!(!is_old("pod \"web-0\" deleted from default namespace"));
    assert!(!is_old("namespace \"a\" deleted"));
    assert!(!is_old("node \"a\" deleted"));
}

#[test]
fn hostile_texts_are_read_in_time() {
    let cases = [
        "$ echo '\n".repeat(5000),
        "$ cat << EOF\n".repeat(5000),
        "$ for i in 1; do\n".repeat(5000),
        "echo '\n".repeat(20_000),
        "```\n".repeat(50_000),
        "`".repeat(1 << 20),
        format!("$ {}", "# $ ".repeat(1 << 18)),
        "$ kubectl apply -f a.yml\n```yaml\nkind: A\n```\n".repeat(500),
        "#".repeat(1 << 20),
        "/ ".repeat(1 << 18),
        "\u{3000}$\u{a0}\u{2028}".repeat(1 << 16),
    ];
    for text in &cases {
        transcript::read(text);
    }
}

/// An article that shows its manifest and then applies it.
#[test]
fn a_manifest_of_an_article_is_the_file_its_commands_apply() {
    let article = "```yaml\napiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None}\n```\n\
        ```sh\nkubectl apply -f db.yaml\nkubectl get svc db\n```\n";
    let mut session = Session::new(Config::default());
    let report = session.load(article);
    session.step(StepSize::Idle);
    assert!(session.snapshot().contains("service/db created"));
    assert!(report.contains("\"diagnostics\":[]"), "{report}");
    let report = session.load("```sh\n$ ls\n```\n```yaml\nkind: A\n```\n");
    assert!(
        report.contains("no command of the text applies this manifest"),
        "{report}"
    );
}

/// A hint is what could stand there instead; whatever else is to be said belongs to the message.
#[test]
fn what_is_said_of_a_text_is_in_the_reader_s_language() {
    let said = |catalogue: &str, text: &str| -> Vec<String> {
        let mut session = Session::new(Config::default());
        session.set_language(catalogue).unwrap();
        let paste = Value::from_json(&session.check(text)).unwrap();
        let all = paste["diagnostics"].items().iter();
        all.map(|it| it["message"].as_str().to_owned()).collect()
    };
    let chinese = include_str!("../www/languages/engine/zh-CN.json");
    let texts = [
        (
            "a:\n\u{a0} b: c\n  d: e\n",
            "this sign is U+00A0, YAML needs a plain blank",
            "这里的符号是 U+00A0，YAML 需要的是 普通空格",
        ),
        (
            "a: b: c\n",
            "put the value into quotes",
            "请把这个值放进引号里",
        ),
        (
            "$ cat > f << EOF\nkind: Pod\n$ kubectl get pods\n",
            "this here-document never closes: it ends at the next prompt",
            "这个 here-document 没有结束标记：它在下一个提示符处结束",
        ),
    ];
    for (text, english, translated) in texts {
        for (catalogue, want) in [("", english), (chinese, translated)] {
            let said = said(catalogue, text).join("\n");
            assert!(said.contains(want), "{text:?}: {said}");
        }
    }
}

#[test]
fn hints_can_replace_what_stands_there() {
    let session = Session::new(Config::default());
    let cases = [
        (
            "kind: Service\napiVersion: v1\nspecs: {}\n",
            "unknown field \"specs\"",
            "spec",
        ),
        (
            "kind: StatefulSet\napiVersion: v1\n",
            "no matches for kind \"StatefulSet\" in version \"v1\"",
            "apiVersion: apps/v1",
        ),
        (
            "kind: StatefulSets\napiVersion: apps/v1\n",
            "no matches for kind \"StatefulSets\" in version \"apps/v1\"",
            "StatefulSet",
        ),
        (
            "kind: List\napiVersion: v1\n",
            "a List is applied item by item: paste the items as documents of their own to have each of them checked here",
            "",
        ),
        (
            "kind: Service\nmetadata: {name: 'a}\n",
            "found unexpected end of stream: this quote is never closed",
            "",
        ),
    ];
    for (text, message, hint) in cases {
        let report = Value::from_json(&session.check(text)).unwrap();
        let first = &report["diagnostics"][0];
        let found = (first["message"].as_str(), first["hint"].as_str());
        assert_eq!(found, (message, hint), "{text}");
    }
}

/// A text with every fix that is offered for it, until there is none.
fn mended(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..8 {
        let paste = Value::from_json(&Session::new(Config::default()).check(&text)).unwrap();
        let remarks = paste["diagnostics"].items().iter();
        let Some(fix) = remarks
            .map(|it| &it["fix"])
            .find(|it| !it.items().is_empty())
        else {
            return text;
        };
        let mut lines: Vec<Vec<char>> = text.lines().map(|it| it.chars().collect()).collect();
        for edit in fix.items() {
            let number = |name: &str| usize::try_from(edit[name].as_int().unwrap()).unwrap();
            let from = number("column") - 1;
            let line = &mut lines[number("line") - 1];
            line.splice(from..from + number("length"), edit["text"].as_str().chars());
        }
        let lines: Vec<String> = lines
            .into_iter()
            .map(|it| it.into_iter().collect())
            .collect();
        text = lines.join("\n");
    }
    panic!("fixes without end: {text}")
}

#[test]
fn what_was_clearly_meant_can_be_put_there() {
    let right =
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: \"db\"\nspec:\n  clusterIP: None";
    for wrong in [
        right
            .replace("  name: ", "\tname: ")
            .replace("  cl", "\tcl"),
        right.replace("kind: ", "kind："),
        right.replace("kind: ", "kind:"),
        right.replace("\"db\"", "“db”"),
        right.replace("  name", "\u{3000}\u{3000}name"),
        right.replace("clusterIP", "clusterIp"),
        right
            .replace("name: \"db\"", "name：“db”")
            .replace("clusterIP", "clustrIP"),
    ] {
        let got = mended(&wrong);
        let read = |text: &str| {
            yaml::parse(text)
                .documents
                .first()
                .map(|it| it.value.clone())
        };
        assert_eq!(read(&got), read(right), "{wrong:?} became {got:?}");
    }
    let kept = right.replace("\"db\"", "\"a\" # 你好：“世界”");
    assert_eq!(mended(&kept), kept, "a comment is nobody's business");
}

/// The labels offered where `|` stands in a text.
fn offered(text: &str) -> Vec<String> {
    let at = text.find('|').unwrap();
    let line = text[..at].matches('\n').count() + 1;
    let column = text[..at].rsplit('\n').next().unwrap().chars().count() + 1;
    let assist = Session::new(Config::default()).assist(&text.replace('|', ""), line, column);
    let assist = Value::from_json(&assist).unwrap();
    let options = assist["options"].items().iter();
    options.map(|it| it["label"].as_str().to_owned()).collect()
}

#[test]
fn what_can_stand_at_a_place_is_offered() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: web\nspec:\n";
    let has = |text: &str, wanted: &[&str], other: &str| {
        let offered = offered(text);
        for it in wanted {
            assert!(
                offered.iter().any(|have| have == it),
                "{text}: {it} in {offered:?}"
            );
        }
        assert!(offered.iter().all(|it| it != other), "{text}: {other}");
    };
    has(
        &format!("{set}  |"),
        &["replicas", "serviceName"],
        "containers",
    );
    has(
        &format!("{set}  podManagementPolicy: |"),
        &["OrderedReady", "Parallel"],
        "replicas",
    );
    let pods = format!("{set}  template:\n    spec:\n      containers:\n");
    has(
        &format!("{pods}      - name: c\n        im|"),
        &["image", "ports"],
        "containers",
    );
    has(
        &format!("{pods}      - |"),
        &["image", "name"],
        "containers",
    );
    has(
        &format!("{pods}        - name: c\n          ports:\n          - |"),
        &["containerPort"],
        "image",
    );
    has(
        &format!("{pods}      - name: c\n      |"),
        &["volumes", "hostNetwork"],
        "image",
    );
    has(
        &format!("{set}---\nkind: S|"),
        &["Service", "StatefulSet"],
        "replicas",
    );
    has("|", &["apiVersion", "kind"], "spec");
    has(
        &format!("{set}  updateStrategy:\n    type: |"),
        &["OnDelete", "RollingUpdate"],
        "true",
    );
}

#[test]
fn no_place_of_any_text_breaks_the_assistant() {
    let session = Session::new(Config::default());
    for text in [
        ARTICLE,
        TRANSCRIPT,
        "",
        "- - -\n：\n\t- a: \u{3000}b",
        "---\n---\n-\n - \n",
    ] {
        for line in 0..text.lines().count() + 2 {
            for column in [0, 1, 2, 3, 5, 9, 1000] {
                let told = session.assist(text, line, column);
                assert!(Value::from_json(&told).is_ok());
            }
        }
    }
}
