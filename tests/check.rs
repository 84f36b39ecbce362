//! Articles on disk: outputs are compared and written anew, and pages get their static twins.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(all(feature = "cli", not(target_arch = "wasm32")))]

mod reader;

use std::fs;
use std::path::{Path, PathBuf};

use statefulset_playground::article::{check, prerender};

/// An article that is right.
fn article() -> String {
    let web = reader::web("replicas: 2", "image: nginx:1.27");
    format!("# Two pods\n\n```yaml web.yaml\n{web}```\n\n{PRINTED}\nAnd prose.\n")
}

const PRINTED: &str = "\
```console
$ kubectl apply -f web.yaml
service/nginx created
statefulset.apps/web created
$ kubectl rollout status sts/web
...
partitioned roll out complete: 2 new pods have been updated...
$ kubectl get pods
NAME    READY   STATUS    RESTARTS   AGE
web-0   1/1     Running   0          3m
web-1   1/1     Running   0          2m
$ kubectl get nodes
```
";

#[test]
fn an_article_that_is_right_passes_whatever_its_ages() {
    let article = article();
    let checked = check(&article);
    assert_eq!(checked.wrong, Vec::<String>::new());
    assert_eq!((checked.same, checked.silent), (3, 1));
    assert_eq!(checked.text, article, "nothing to write");
}

#[test]
fn what_an_article_prints_wrong_is_named_and_written_anew() {
    let rotten = article()
        .replace(
            "web-1   1/1     Running   0          2m\n",
            "web-1   0/1     Pending   0          2m\nweb-2   1/1     Running   0          1m\n",
        )
        .replace(
            "statefulset.apps/web created",
            "statefulset.apps/web configured",
        );
    let checked = check(&rotten);
    assert_eq!(checked.wrong.len(), 2, "{:?}", checked.wrong);
    assert!(checked.wrong[0].starts_with("line 23: `kubectl apply -f web.yaml` prints something else\n  - service/nginx created\n  - statefulset.apps/web configured\n  + service/nginx created\n  + statefulset.apps/web created"), "{}", checked.wrong[0]);
    let again = check(&checked.text);
    assert_eq!(again.wrong, Vec::<String>::new());
    assert!(
        checked
            .text
            .ends_with("$ kubectl get nodes\n```\n\nAnd prose.\n")
    );
    assert!(!checked.text.contains("web-2"));
}

#[test]
fn a_container_that_is_left_without_a_word_moves_no_output() {
    let checked = check(
        "```console\n$ kubectl run box --image=busybox -- sleep 1d\n$ kubectl wait --for=condition=Ready pod/box\n$ kubectl exec -it box -- sh\n/ # hostname\nbox\n$ kubectl get pods -o name\npod/box\n```\n",
    );
    assert_eq!((checked.wrong, checked.same), (Vec::new(), 2));
}

#[test]
fn a_manifest_that_no_cluster_takes_is_wrong() {
    let checked = check(
        "```yaml\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec: {replicas: many}\n```\n",
    );
    assert!(
        checked
            .wrong
            .iter()
            .any(|it| it.starts_with("line 2: ") && it.contains("spec.replicas")),
        "{:?}",
        checked.wrong
    );
}

#[test]
fn blocks_of_other_languages_are_not_run() {
    let text = "```js\nconst it = `\napiVersion: [\n`;\n```\n\n```yaml no-check\njobs: [\n```\n";
    let checked = check(text);
    assert_eq!((checked.wrong, checked.text.as_str()), (Vec::new(), text));
}

#[test]
fn our_own_articles_are_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut articles: Vec<PathBuf> = vec![root.join("README.md")];
    for entry in fs::read_dir(root.join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "md") {
            articles.push(path);
        }
    }
    let mut compared = 0;
    for path in articles {
        let checked = check(&fs::read_to_string(&path).unwrap());
        assert_eq!(checked.wrong, Vec::<String>::new(), "{}", path.display());
        compared += checked.same;
    }
    assert!(compared > 3, "some of them print something");
}

const PAGE: &str = "<!doctype html>\n<p>Before &amp; after</p>\n<statefulset-playground step=\"ready\" commands=\"kubectl get pods\">\n  <pre><code class=\"language-yaml\">\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: a&lt;b}\n  </code></pre>\n  <script type=\"text/yaml\">\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: one}\n    spec: {containers: [{name: a, image: nginx}]}\n  </script>\n</statefulset-playground>\n<statefulset-playground src=\"elsewhere.yaml\"></statefulset-playground>\n";

#[test]
fn a_page_gets_the_twins_of_its_elements_once() {
    let (page, count) = prerender(PAGE).unwrap();
    assert_eq!(count, 1, "manifests that stand elsewhere are not fetched");
    assert!(page.starts_with(
        "<!doctype html>\n<p>Before &amp; after</p>\n<statefulset-playground step=\"ready\""
    ));
    assert_eq!(page.matches("<figure data-twin><svg").count(), 1);
    assert!(page.contains(">one</text>"), "the pod is drawn");
    assert!(
        page.contains("kubectl get pods"),
        "and what was typed is told"
    );
    assert_eq!(prerender(&page).unwrap(), (page, 1), "a twin is made anew");
}

#[test]
fn a_twin_has_what_the_element_would_run() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: a, image: nginx}]}\n";
    let page = format!(
        "<statefulset-playground><pre data-lang=\"yaml\">{pod}</pre><pre class=\"sh\">kubectl get pods -o name</pre>\
         <pre class=\"language-js\">const it = `[`;</pre></statefulset-playground>"
    );
    let (page, _) = prerender(&page).unwrap();
    assert!(
        page.contains("$ kubectl get pods -o name\npod/one"),
        "{page}"
    );
    assert!(!page.contains("error"), "{page}");
}
