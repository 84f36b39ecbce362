//! The clients of servers that tutorials run in sets, typed as the tutorials type them.
//!
//! upstream: kubernetes/website, run-replicated-stateful-application.md, zookeeper.md and cassandra.md.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed, web};
use statefulset_playground::session::Session;

/// Types lines, each with what it must print; a `…` at the end of a printed line stands for what follows.
fn check(session: &mut Session, cases: &[(&str, &[&str])]) {
    for (line, want) in cases {
        let shown = typed(session, &[line]);
        let is_met = shown.len() == want.len()
            && shown
                .iter()
                .zip(*want)
                .all(|(it, want)| match want.strip_suffix('…') {
                    Some(begun) => it.starts_with(begun),
                    None => it == want,
                });
        assert!(is_met, "{line}\n{}", shown.join("\n"));
    }
}

const CLAIM: &str = "volumeClaimTemplates:\n  - metadata: {name: data}\n    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}";
const MYSQL: &str = "image: mysql:5.7, ports: [{containerPort: 3306}], volumeMounts: [{name: data, mountPath: /var/lib/mysql}]";

#[test]
fn mysql_answers_its_client() {
    let mut session = loaded(&web(&format!("replicas: 2\n  {CLAIM}"), MYSQL));
    let cases: &[(&str, &[&str])] = &[
        (
            "kubectl exec -i web-0 -- mysql -h web-0.nginx <<EOF\nCREATE DATABASE test;\nCREATE TABLE test.messages (message VARCHAR(250));\nINSERT INTO test.messages VALUES ('hello');\nEOF",
            &[],
        ),
        (
            "kubectl exec -it web-1 -- mysql -h web-0.nginx -e 'SELECT * FROM test.messages'",
            &[
                "+---------+",
                "| message |",
                "+---------+",
                "| hello   |",
                "+---------+",
            ],
        ),
        (
            "kubectl exec web-0 -- mysql -e 'SELECT * FROM test.messages'",
            &["message", "hello"],
        ),
        (
            "kubectl exec -it web-0 -- mysql -e 'SELECT @@server_id,NOW()'",
            &[
                "+-------------+---------------------+",
                "| @@server_id | NOW()               |",
                "+-------------+---------------------+",
                "|           0 | 2026-01-01 00:…",
                "+-------------+---------------------+",
            ],
        ),
        (
            "kubectl exec -it web-0 -- sh -c 'mysql -e \"SELECT 1\" | cat; mysql -NBe \"SELECT 1, NULL\"'",
            &["1", "1", "1\tNULL"],
        ),
        (
            "kubectl exec web-1 -- mysql -e 'SHOW DATABASES'",
            &[
                "Database",
                "information_schema",
                "mysql",
                "performance_schema",
                "sys",
            ],
        ),
        (
            "kubectl exec web-0 -- mysql test -e 'CREATE TABLE n (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(9)); INSERT INTO n (name) VALUES (\"a\\tb\"), (NULL); SHOW TABLES; SELECT name, id FROM n WHERE id >= 1 ORDER BY id DESC; SELECT COUNT(*) FROM n'",
            &[
                "Tables_in_test",
                "messages",
                "n",
                "name\tid",
                "NULL\t2",
                "a\\tb\t1",
                "COUNT(*)",
                "2",
            ],
        ),
        (
            "kubectl exec web-0 -- mysql test -e 'UPDATE n SET name = \"c\" WHERE id = 2; DELETE FROM n WHERE name <> \"c\"; SELECT * FROM n'",
            &["id\tname", "2\tc"],
        ),
        (
            "kubectl delete pod web-0",
            &["pod \"web-0\" deleted from default namespace"],
        ),
        (
            "kubectl exec web-0 -- mysql -Ne 'SELECT * FROM test.messages'",
            &["hello"],
        ),
        ("kubectl exec web-0 -- ls /var/lib/mysql", &["test"]),
        (
            "kubectl exec web-0 -- mysqladmin ping",
            &["mysqld is alive"],
        ),
    ];
    check(&mut session, cases);
}

const FAILED: &str = "command terminated with exit code 1";

/// What goes wrong, by the line that does it.
const FAILURES: &[(&str, &[&str])] = &[
    (
        "kubectl exec client -- mysql -h web-7.nginx -e 'SELECT 1'",
        &[
            "ERROR 2005 (HY000): Unknown MySQL server host 'web-7.nginx' (0)",
            FAILED,
        ],
    ),
    (
        "kubectl exec client -- mysql -h web-0.nginx -P 3307 -e 'SELECT 1'",
        &[
            "ERROR 2003 (HY000): Can't connect to MySQL server on 'web-0.nginx' (111)",
            FAILED,
        ],
    ),
    (
        "kubectl exec client -- mysql",
        &[
            "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)",
            FAILED,
        ],
    ),
    (
        "kubectl exec new -- mysql -e 'SELECT 1'",
        &[
            "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: NO)",
            FAILED,
        ],
    ),
    (
        "kubectl exec new -- mysql -pa -e 'SELECT @@server_id'",
        &[
            "mysql: [Warning] Using a password on the command line interface can be insecure.",
            "@@server_id",
            "1",
        ],
    ),
    (
        "kubectl exec web-0 -- mysql -e 'SELECT 1; SELECT * FROM a.b'",
        &[
            "1",
            "1",
            "ERROR 1049 (42000) at line 1: Unknown database 'a'",
            FAILED,
        ],
    ),
    (
        "kubectl exec web-0 -- mysql -e 'CREATE DATABASE a;\nSELECT * FROM a.b'",
        &[
            "ERROR 1146 (42S02) at line 2: Table 'a.b' doesn't exist",
            FAILED,
        ],
    ),
    (
        "kubectl exec web-0 -- mysql -e 'CREATE DATABASE a'",
        &[
            "ERROR 1007 (HY000) at line 1: Can't create database 'a'; database exists",
            FAILED,
        ],
    ),
    (
        "kubectl exec web-0 -- mysql -e 'CREATE TABLE b (c INT)'",
        &["ERROR 1046 (3D000) at line 1: No database selected", FAILED],
    ),
    (
        "kubectl exec web-0 -- mysql a -e 'CREATE TABLE b (c INT); INSERT INTO b VALUES (1, 2)'",
        &[
            "ERROR 1136 (21S01) at line 1: Column count doesn't match value count at row 1",
            FAILED,
        ],
    ),
    (
        "kubectl exec web-0 -- mysql a -e 'SELECT d FROM b'",
        &[
            "ERROR 1054 (42S22) at line 1: Unknown column 'd' in 'field list'",
            FAILED,
        ],
    ),
    (
        "kubectl exec web-0 -- mysql -e 'SELEC 1'",
        &[
            "ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'SELEC 1' at line 1",
            FAILED,
        ],
    ),
    (
        "kubectl exec web-0 -- mysql a -e 'SELECT c FROM b JOIN b'",
        &[
            "mysql: a mistake, or SQL that is not simulated, near 'JOIN b'",
            FAILED,
        ],
    ),
    (
        "kubectl exec -it web-0 -- mysql",
        &[
            "mysql: its prompt is not simulated: give it statements with -e, or on its standard input",
            FAILED,
        ],
    ),
    (
        "kubectl exec client -- mysqladmin ping -h web-7.nginx",
        &[
            "mysqladmin: connect to server at 'web-7.nginx' failed",
            "error: 'Unknown MySQL server host 'web-7.nginx' (0)'",
            "Check that mysqld is running on web-7.nginx and that the port is 3306.",
            "You can check this by doing 'telnet web-7.nginx 3306'",
            FAILED,
        ],
    ),
];

#[test]
fn mysql_fails_in_its_own_words() {
    let mut session = loaded(&web(&format!("replicas: 1\n  {CLAIM}"), MYSQL));
    typed(
        &mut session,
        &["kubectl run client --image=mysql:5.7 -- sleep 9999"],
    );
    typed(
        &mut session,
        &["kubectl run new --image=mysql:8.4 --env MYSQL_ROOT_PASSWORD=a"],
    );
    check(&mut session, FAILURES);
}

/// As the tutorial has it: the first member is written to, the others read what it has.
#[test]
fn mysql_members_follow_the_first_where_xtrabackup_runs() {
    let script = "'echo server-id=$((100 + $ordinal)) >> /mnt/conf.d/server-id.cnf'";
    let container = format!(
        "{MYSQL}}}, {{name: xtrabackup, image: 'gcr.io/google-samples/xtrabackup:1.0', command: [sh, -c, {script}]"
    );
    let mut session = loaded(&web(&format!("replicas: 2\n  {CLAIM}"), &container));
    let refused = "ERROR 1290 (HY000) at line 1: The MySQL server is running with the --super-read-only option so it cannot execute this statement";
    let cases: &[(&str, &[&str])] = &[
        (
            "kubectl exec -qi web-0 -- mysql <<EOF\nCREATE DATABASE test;\nCREATE TABLE test.messages (message VARCHAR(250));\nINSERT INTO test.messages VALUES ('hello');\nEOF",
            &[],
        ),
        (
            "kubectl exec -q web-1 -- mysql -NBe 'SELECT message, @@server_id FROM test.messages'",
            &["hello\t101"],
        ),
        (
            "kubectl exec -q web-1 -- mysql -e 'DROP DATABASE test'",
            &[refused, FAILED],
        ),
        (
            "kubectl scale sts web --replicas=3",
            &["statefulset.apps/web scaled"],
        ),
        (
            "kubectl exec -q web-2 -- mysql -NBe 'SELECT message, @@server_id FROM test.messages'",
            &["hello\t102"],
        ),
    ];
    check(&mut session, cases);
}
