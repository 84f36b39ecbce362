//! The clients of servers that tutorials run in sets, typed as the tutorials type them.
//!
//! upstream: kubernetes/website, run-replicated-stateful-application.md, zookeeper.md and cassandra.md.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![cfg(not(target_arch = "wasm32"))]

mod reader;

use reader::{loaded, typed, web};
use statefulset_playground::config::Config;
use statefulset_playground::session::Session;
use statefulset_playground::sim::StepSize;
use statefulset_playground::time::Duration;
use statefulset_playground::value::Value;

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

#[test]
fn what_names_no_column_is_compared_once_for_all_rows() {
    let mut session = loaded(&web(&format!("replicas: 1\n  {CLAIM}"), MYSQL));
    let made = "CREATE DATABASE a; CREATE TABLE a.b (c INT, version INT); INSERT INTO a.b VALUES (1, 2), (2, 4)";
    typed(
        &mut session,
        &[&format!("kubectl exec web-0 -- mysql -e '{made}'")],
    );
    for (condition, rows) in [
        ("1", "2"),
        ("0", "0"),
        ("-1", "2"),
        ("TRUE", "2"),
        ("NULL", "0"),
        ("1 = 1", "2"),
        ("2 > 3", "0"),
        ("'a' = 'A' AND c = 2", "1"),
        ("1 AND version = 4", "1"),
        ("version = 2 AND 0", "0"),
    ] {
        let query = format!(
            "kubectl exec web-0 -- mysql -NBe \"SELECT COUNT(*) FROM a.b WHERE {condition}\""
        );
        assert_eq!(typed(&mut session, &[&query]), [rows], "{condition}");
    }
    check(
        &mut session,
        &[
            ("kubectl exec web-0 -- mysql -NBe 'SELECT 1 WHERE 0'", &[]),
            (
                "kubectl exec web-0 -- mysql -NBe 'SELECT 1 WHERE 1'",
                &["1"],
            ),
            ("kubectl exec web-0 -- sh -c 'exit 256'", &[]),
            (
                "kubectl exec web-0 -- sh -c 'exit 259'",
                &["command terminated with exit code 3"],
            ),
        ],
    );
}

#[test]
fn what_options_take_is_no_name() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    typed(
        &mut session,
        &["kubectl run tools --image=jessie-dnsutils -- sleep 9999"],
    );
    let host = "kubectl exec tools --";
    let plain = typed(&mut session, &[&format!("{host} host web-0.nginx")]);
    assert!(plain[0].starts_with("web-0.nginx.default.svc.cluster.local has address "));
    let told = format!("{host} host -W 3 -R 2 -p 53 web-0.nginx");
    assert_eq!(typed(&mut session, &[&told]), plain);
    typed(&mut session, &["fault pod tools cut"]);
    let mut took = |line: &str| {
        let before = session.timeline().world().now;
        typed(&mut session, &[line]);
        session.timeline().world().now.since(before).ms / 1000
    };
    assert_eq!(took(&format!("{host} host web-0.nginx.")), 10);
    assert_eq!(took(&format!("{host} host -W 3 -R 2 web-0.nginx.")), 9);
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    let page = "kubectl exec web-0 -- curl -s";
    let plain = typed(&mut session, &[&format!("{page} http://localhost/")]);
    for given in ["http://a:b@localhost/", "http://localhost:80/ -u a:b"] {
        assert_eq!(typed(&mut session, &[&format!("{page} {given}")]), plain);
    }
    let outside = typed(&mut session, &["curl http://a:b@example.org/x"]);
    assert_eq!(outside, ["curl: (6) Could not resolve host: example.org"]);
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

/// The lines of the MySQL page, from its first to its last, but what breaks a program or watches one.
#[test]
fn the_mysql_tutorial_runs() {
    let mut session = Session::new(Config::default());
    let base = "kubectl apply -f https://k8s.io/examples/application/mysql/mysql-";
    for file in ["configmap", "services", "statefulset"] {
        let shown = typed(&mut session, &[&format!("{base}{file}.yaml")]);
        assert!(shown.iter().all(|it| it.ends_with(" created")), "{shown:?}");
    }
    let client = "kubectl run mysql-client --image=mysql:5.7 -i --rm --restart=Never -- mysql -h mysql-0.mysql <<EOF\n\
        CREATE DATABASE test;\nCREATE TABLE test.messages (message VARCHAR(250));\nINSERT INTO test.messages VALUES ('hello');\nEOF";
    let reader = |host: &str| {
        format!(
            "kubectl run mysql-client --image=mysql:5.7 -i -t --rm --restart=Never -- mysql -h {host} -e \"SELECT * FROM test.messages\""
        )
    };
    let (any, third) = (reader("mysql-read"), reader("mysql-3.mysql"));
    let warning = "All commands and output from this session…";
    let hint = "If you don't see a command prompt, try pressing enter.";
    let deleted = "pod \"mysql-client\" deleted from default namespace";
    let table: &[&str] = &[
        warning,
        hint,
        "+---------+",
        "| message |",
        "+---------+",
        "| hello   |",
        "+---------+",
        deleted,
    ];
    let cases: &[(&str, &[&str])] = &[
        (
            "kubectl get pods -l app=mysql",
            &[
                "NAME      READY   STATUS    RESTARTS   AGE",
                "mysql-0   2/2     Running   0 …",
                "mysql-1   2/2     Running   0 …",
                "mysql-2   2/2     Running   0 …",
            ],
        ),
        (client, &[warning, hint, deleted]),
        (&any, table),
        (
            "kubectl delete pod mysql-2",
            &["pod \"mysql-2\" deleted from default namespace"],
        ),
        (
            "kubectl scale statefulset mysql --replicas=5",
            &["statefulset.apps/mysql scaled"],
        ),
        (&third, table),
        (
            "kubectl scale statefulset mysql --replicas=3",
            &["statefulset.apps/mysql scaled"],
        ),
    ];
    check(&mut session, cases);
    let seen = typed(
        &mut session,
        &[
            "for i in 1 2 3 4 5 6 7 8 9; do sleep 1; kubectl exec -q mysql-0 -- mysql -NBh mysql-read -e 'SELECT @@server_id'; done | sort | awk '{print $1}'",
        ],
    );
    assert!(
        seen.contains(&"100".into()) && seen.contains(&"102".into()),
        "{seen:?}"
    );
}

const APPLY_ZOOKEEPER: &str =
    "kubectl apply -f https://k8s.io/examples/application/zookeeper/zookeeper.yaml";
const JMX: &str = "ZooKeeper JMX enabled by default";
const CONFIG: &str = "Using config: /usr/bin/../etc/zookeeper/zoo.cfg";
const ZOO_CFG: &[&str] = &[
    "#This file was autogenerated DO NOT EDIT",
    "clientPort=2181",
    "dataDir=/var/lib/zookeeper/data",
    "dataLogDir=/var/lib/zookeeper/data/log",
    "tickTime=2000",
    "maxClientCnxns=60",
    "minSessionTimeout=4000",
    "maxSessionTimeout=40000",
    "autopurge.snapRetainCount=3",
    "autopurge.purgeInteval=12",
    "server.1=zk-0.zk-hs.default.svc.cluster.local:2888:3888",
    "server.2=zk-1.zk-hs.default.svc.cluster.local:2888:3888",
    "server.3=zk-2.zk-hs.default.svc.cluster.local:2888:3888",
];

#[test]
fn the_zookeeper_tutorial_runs() {
    let mut session = Session::new(Config::default());
    let connected: &[&str] = &[
        "Connecting to localhost:2181",
        "",
        "WATCHER::",
        "",
        "WatchedEvent state:SyncConnected type:None path:null",
    ];
    let found = &[
        connected,
        &[
            "world",
            "cZxid = 0x100000002",
            "ctime = Thu Jan 01 00:…",
            "mZxid = 0x100000002",
            "mtime = Thu Jan 01 00:…",
            "pZxid = 0x100000002",
            "cversion = 0",
            "dataVersion = 0",
            "aclVersion = 0",
            "ephemeralOwner = 0x0",
            "dataLength = 5",
            "numChildren = 0",
        ],
    ]
    .concat();
    let created = &[connected, &["Created /hello"]].concat();
    let listed = &[connected, &["[zookeeper, hello]"]].concat();
    let cases: &[(&str, &[&str])] = &[
        (
            APPLY_ZOOKEEPER,
            &[
                "service/zk-hs created",
                "service/zk-cs created",
                "poddisruptionbudget.policy/zk-pdb created",
                "statefulset.apps/zk created",
            ],
        ),
        (
            "for i in 0 1 2; do kubectl exec zk-$i -- hostname; done",
            &["zk-0", "zk-1", "zk-2"],
        ),
        (
            "for i in 0 1 2; do echo \"myid zk-$i\";kubectl exec zk-$i -- cat /var/lib/zookeeper/data/myid; done",
            &["myid zk-0", "1", "myid zk-1", "2", "myid zk-2", "3"],
        ),
        (
            "kubectl exec zk-0 -- cat /opt/zookeeper/conf/zoo.cfg | grep -v Limit",
            ZOO_CFG,
        ),
        ("kubectl exec zk-0 -- zkCli.sh create /hello world", created),
        ("kubectl exec zk-1 -- zkCli.sh get /hello", found),
        ("kubectl exec zk-1 -- zkCli.sh ls /", listed),
        (
            "kubectl exec zk-1 -- zkServer.sh status",
            &[JMX, CONFIG, "Mode: leader"],
        ),
        (
            "kubectl exec zk-2 -- zkServer.sh status",
            &[JMX, CONFIG, "Mode: follower"],
        ),
        (
            "kubectl exec zk-0 -- sh -c 'echo ruok | nc localhost 2181; echo; zookeeper-ready 2181 && echo ready'",
            &["imok", "ready"],
        ),
        (
            "kubectl exec zk-0 -- cat /usr/etc/zookeeper/log4j.properties | head -2",
            &[
                "zookeeper.root.logger=CONSOLE",
                "zookeeper.console.threshold=INFO",
            ],
        ),
        (
            "kubectl delete statefulset zk",
            &["statefulset.apps \"zk\" deleted from default namespace"],
        ),
        (
            APPLY_ZOOKEEPER,
            &[
                "service/zk-hs unchanged",
                "service/zk-cs unchanged",
                "poddisruptionbudget.policy/zk-pdb unchanged",
                "statefulset.apps/zk created",
            ],
        ),
        ("kubectl exec zk-2 -- zkCli.sh get /hello", found),
    ];
    check(&mut session, cases);
}

#[test]
fn one_zookeeper_of_three_serves_nobody() {
    let mut session = Session::new(Config::default());
    typed(&mut session, &[APPLY_ZOOKEEPER]);
    typed(&mut session, &["kubectl scale sts zk --replicas=1"]);
    let cases: &[(&str, &[&str])] = &[
        (
            "kubectl exec zk-0 -- zkServer.sh status",
            &[
                JMX,
                CONFIG,
                "Error contacting service. It is probably not running.",
                FAILED,
            ],
        ),
        (
            "kubectl exec zk-0 -- zkCli.sh get /hello",
            &[
                "Connecting to localhost:2181",
                "Exception in thread \"main\" org.apache.zookeeper.KeeperException$ConnectionLossException: KeeperErrorCode = ConnectionLoss for /hello",
                FAILED,
            ],
        ),
    ];
    check(&mut session, cases);
}

#[test]
fn the_official_zookeeper_image_stands_alone() {
    let container = "image: zookeeper:3.9, ports: [{containerPort: 2181}], volumeMounts: [{name: data, mountPath: /data}]";
    let mut session = loaded(&web(&format!("replicas: 1\n  {CLAIM}"), container));
    typed(
        &mut session,
        &["kubectl run box --image=busybox:1.36 -- sleep 9999"],
    );
    let connected: &[&str] = &[
        "Connecting to localhost:2181",
        "",
        "WATCHER::",
        "",
        "WatchedEvent state:SyncConnected type:None path:null zxid: -1",
    ];
    let cases: &[(&str, &[&str])] = &[
        (
            "kubectl exec -i web-0 -- zkCli.sh <<EOF\ncreate /a 1\ncreate /a/b 2\ncreate /c/d\nset /a 3\nget -s /a\nls /a\nquit\nEOF",
            &[
                connected,
                &[
                    "Created /a",
                    "Created /a/b",
                    "Node does not exist: /c/d",
                    "3",
                    "cZxid = 0x2",
                    "ctime = Thu Jan 01 00:…",
                    "mZxid = 0x4",
                    "mtime = Thu Jan 01 00:…",
                    "pZxid = 0x3",
                    "cversion = 1",
                    "dataVersion = 1",
                    "aclVersion = 0",
                    "ephemeralOwner = 0x0",
                    "dataLength = 1",
                    "numChildren = 1",
                    "[b]",
                    FAILED,
                ],
            ]
            .concat(),
        ),
        (
            "kubectl delete pod web-0",
            &["pod \"web-0\" deleted from default namespace"],
        ),
        (
            "kubectl exec web-0 -- zkCli.sh get /a/b",
            &[connected, &["2"]].concat(),
        ),
        (
            "kubectl exec web-0 -- zkCli.sh delete /a",
            &[connected, &["Node not empty: /a", FAILED]].concat(),
        ),
        (
            "kubectl exec web-0 -- cat /data/myid",
            &["cat: /data/myid: No such file or directory", FAILED],
        ),
        (
            "kubectl exec web-0 -- zkServer.sh status",
            &[
                "ZooKeeper JMX enabled by default",
                "Using config: /conf/zoo.cfg",
                "Client port found: 2181. Client address: localhost. Client SSL: false.",
                "Mode: standalone",
            ],
        ),
        (
            "kubectl exec box -- sh -c 'echo ruok | nc web-0.nginx 2181'",
            &["ruok is not executed because it is not in the whitelist."],
        ),
        ("kubectl exec box -- nc -z web-0.nginx 2181", &[]),
        (
            "kubectl exec box -- nc web-0.nginx 2182",
            &["nc: can't connect to remote host (10.…", FAILED],
        ),
    ];
    check(&mut session, cases);
}

#[test]
fn the_cassandra_tutorial_runs() {
    let mut session = Session::new(Config::default());
    let base = "kubectl apply -f https://k8s.io/examples/application/cassandra/cassandra-";
    for file in ["service", "statefulset"] {
        typed(&mut session, &[&format!("{base}{file}.yaml")]);
    }
    let cases: &[(&str, &[&str])] = &[
        (
            "kubectl exec -it cassandra-0 -- nodetool status",
            &[
                "Datacenter: DC1-K8Demo",
                "======================",
                "Status=Up/Down",
                "|/ State=Normal/Leaving/Joining/Moving",
                "--  Address    Load       Tokens       Owns (effective)  Host ID                               Rack",
                "UN  10.…",
                "UN  10.…",
                "UN  10.…",
                "",
            ],
        ),
        (
            "kubectl exec cassandra-0 -- cqlsh -e 'SELECT 1'",
            &["cqlsh is not simulated", FAILED],
        ),
        (
            "kubectl delete statefulset -l app=cassandra",
            &["statefulset.apps \"cassandra\" deleted from default namespace"],
        ),
    ];
    check(&mut session, cases);
}

/// Nothing that is typed may take long, whatever it says.
#[test]
fn hostile_sql_has_an_end() {
    let mut session = loaded(&web(&format!("replicas: 1\n  {CLAIM}"), MYSQL));
    let lists = [
        "*,".repeat(50_000),
        "1,".repeat(50_000),
        "(1),".repeat(50_000),
        "a AND ".repeat(50_000),
        "a INT,".repeat(50_000),
        "x ".repeat(100_000),
    ];
    let mut cases: Vec<String> = lists
        .iter()
        .flat_map(|it| {
            [
                "SELECT * FROM a.b WHERE c = 1 AND ",
                "SELECT ",
                "INSERT INTO a.b VALUES ",
                "CREATE TABLE a.c (d ",
                "UPDATE a.b SET c = 1, ",
            ]
            .map(|verb| format!("{verb}{it}1)"))
        })
        .collect();
    cases.push("\u{a3}'".repeat(9999));
    cases.push("/*/ -- # ` \\".into());
    typed(
        &mut session,
        &["kubectl exec web-0 -- mysql -e 'CREATE DATABASE a; CREATE TABLE a.b (c INT, d SERIAL)'"],
    );
    typed(
        &mut session,
        &[
            "kubectl exec web-0 -- sh -c 'mkdir /var/lib/mysql/e; echo > /var/lib/mysql/e/f.ibd; echo x >> /var/lib/mysql/e/f.ibd'",
        ],
    );
    typed(
        &mut session,
        &["kubectl exec web-0 -- mysql -e 'SELECT * FROM e.f; INSERT INTO e.f VALUES (1)'"],
    );
    for case in cases {
        session.type_line(&format!(
            "kubectl exec -i web-0 -- mysql <<'EOF'\n{case};\nEOF"
        ));
        session.step(StepSize::Idle);
    }
    let shown = typed(&mut session, &["echo end"]);
    assert_eq!(shown, ["end"]);
}

/// Lines typed one after another, the prompts they were typed at among what is shown.
fn told(session: &mut Session, lines: &[&str]) -> Vec<String> {
    let before = reader::screen(session).len();
    typed(session, lines);
    reader::screen(session).split_off(before)
}

#[test]
fn mysql_is_typed_at() {
    let mut session = loaded(&web(&format!("replicas: 1\n  {CLAIM}"), MYSQL));
    let shown = told(&mut session, &["kubectl exec -it web-0 -- mysql"]);
    assert_eq!(
        shown[1],
        "Welcome to the MySQL monitor.  Commands end with ; or \\g."
    );
    let shown = told(
        &mut session,
        &[
            "CREATE DATABASE a; USE a",
            ";",
            "create table b (c int);",
            "insert into b",
            "values (1), (2);",
            "SELECT *",
            "FROM b;",
            "delete from b where c = 'oops",
            "x';",
            "update b set c = 3 where c = 2\\g",
            "select * from b where c = 7; select 'a;b'; selec",
            "\\c",
            "drop x;",
            "",
            "quit",
            "echo $?",
        ],
    );
    let want = "mysql> CREATE DATABASE a; USE a
Query OK, 1 row affected (0.00 sec)

    -> ;
Database changed
mysql> create table b (c int);
Query OK, 0 rows affected (0.00 sec)

mysql> insert into b
    -> values (1), (2);
Query OK, 2 rows affected (0.00 sec)
Records: 2  Duplicates: 0  Warnings: 0

mysql> SELECT *
    -> FROM b;
+---+
| c |
+---+
| 1 |
| 2 |
+---+
2 rows in set (0.00 sec)

mysql> delete from b where c = 'oops
    -> x';
Query OK, 0 rows affected (0.00 sec)

mysql> update b set c = 3 where c = 2\\g
Query OK, 1 row affected (0.00 sec)
Rows matched: 1  Changed: 1  Warnings: 0

mysql> select * from b where c = 7; select 'a;b'; selec
Empty set (0.00 sec)

+-----+
| a;b |
+-----+
| a;b |
+-----+
1 row in set (0.00 sec)

    -> \\c
mysql> drop x;
";
    let shown = shown.join("\n");
    assert!(shown.starts_with(want), "{shown}");
    assert!(
        shown.ends_with("\nmysql> \nmysql> quit\nBye\n$ echo $?\n0"),
        "{shown}"
    );
}

#[test]
fn a_client_begun_in_a_shell_gives_it_back() {
    let mut session = loaded(&web("replicas: 1", "image: redis"));
    let shown = told(
        &mut session,
        &[
            "kubectl exec -it web-0 -- sh",
            "for i in 1 2; do redis-cli; echo $i; done; echo end",
            "set a b",
            "",
            "quit",
            "get a",
            "exit",
            "redis-cli -p 7",
            "ping",
            "quit",
            "redis-cli -p 99999999",
        ],
    );
    let refused = "Could not connect to Redis at 127.0.0.1:7: Connection refused";
    let want = [
        "$ kubectl exec -it web-0 -- sh",
        "/ # for i in 1 2; do redis-cli; echo $i; done; echo end",
        "127.0.0.1:6379> set a b",
        "OK",
        "127.0.0.1:6379> ",
        "127.0.0.1:6379> quit",
        "1",
        "127.0.0.1:6379> get a",
        "\"b\"",
        "127.0.0.1:6379> exit",
        "2",
        "end",
        "/ # redis-cli -p 7",
        refused,
        "not connected> ping",
        refused,
        "not connected> quit",
        "/ # redis-cli -p 99999999",
        "Invalid server port.",
    ];
    assert_eq!(shown, want);
    session.type_line("redis-cli");
    session.step(StepSize::Idle);
    session.interrupt();
    session.step(StepSize::Idle);
    assert_eq!(reader::screen(&session).pop().unwrap(), "^C");
    assert_eq!(
        typed(&mut session, &["hostname"]),
        ["web-0"],
        "the shell is there"
    );
    // A transcript goes on outside, whatever its author was in.
    typed(&mut session, &["redis-cli"]);
    session.apply("$ echo outside\n");
    session.step(StepSize::Idle);
    let shown = reader::screen(&session);
    let last = [
        "127.0.0.1:6379> quit",
        "/ # exit",
        "$ echo outside",
        "outside",
    ];
    assert_eq!(shown[shown.len() - 4..], last);
}

#[test]
fn zookeeper_is_typed_at() {
    let mut session = loaded(&web("replicas: 1", "image: zookeeper:3.9"));
    let shown = told(
        &mut session,
        &[
            "kubectl exec -it web-0 -- zkCli.sh",
            "create /a b",
            "",
            "get /a",
            "create -e /e",
            "quit",
            "echo $?",
        ],
    );
    let shown = shown.join("\n");
    let want = "state:SyncConnected type:None path:null zxid: -1
[zk: localhost:2181(CONNECTED) 0] create /a b
Created /a
[zk: localhost:2181(CONNECTED) 1] \n[zk: localhost:2181(CONNECTED) 1] get /a
b
[zk: localhost:2181(CONNECTED) 2] create -e /e
zkCli.sh: ephemeral nodes are not simulated at the prompt
[zk: localhost:2181(CONNECTED) 3] quit
$ echo $?
0";
    assert!(shown.ends_with(want), "{shown}");
}

#[test]
fn a_line_in_a_container_sees_what_has_changed_behind_each_wait() {
    let cases = [
        (
            "for i in 1 2 3; do sleep 10; READ; done; echo end",
            "a a b end",
        ),
        (
            "x=0; sleep 15; while [ $x != 000 ]; do x=0$x; READ; sleep 10; done",
            "a a b",
        ),
        (
            "if sleep 15; then for i in 1; do READ; done; fi; sleep 10 && READ",
            "a a b",
        ),
        (
            "for i in 1 2; do for j in 1 2; do sleep 8; READ; echo $i$j; done; done",
            "11 a 12 a b 21 a b 22",
        ),
        (
            "false || sleep 15 && READ; until sleep 10; do echo no; done; READ",
            "a a b",
        ),
        (
            "while sleep 8; do READ; [ -f /tmp/b ] && exit 0; done",
            "a a b",
        ),
        // A pipe and what stands in `$(…)` run at one moment.
        (
            "sleep 15; echo $(sleep 10; READ) | cat; exit 0; echo no",
            "a",
        ),
    ];
    for (line, want) in cases {
        let line = line.replace("READ", "cat /tmp/a /tmp/b 2> /dev/null");
        for command in [
            format!("kubectl exec web-0 -- sh -c '{line}'"),
            format!("kubectl exec -i web-0 -- sh << 'EOF'\n{line}\nEOF"),
        ] {
            let mut session = loaded(&web("replicas: 1", "image: nginx"));
            let from = reader::screen(&session).len() + command.split('\n').count();
            session.type_line(&command);
            for file in ["a", "b"] {
                session.advance(Duration::s(11));
                let write = format!("kubectl exec web-0 -- sh -c 'echo {file} > /tmp/{file}'");
                session.type_at(1, &write);
            }
            session.advance(Duration::s(60));
            let shown = reader::screen(&session).split_off(from).join(" ");
            assert_eq!(shown, want, "{command}");
            let terminal = session.timeline().world().terminal();
            assert!(!terminal.is_busy(), "{command}");
        }
    }
}

#[test]
fn what_is_printed_before_a_wait_is_seen_before_it() {
    let mut session = loaded(&web("replicas: 1", "image: nginx"));
    typed(&mut session, &["kubectl exec -it web-0 -- sh"]);
    session.type_line("for i in 1 2; do echo $i; sleep 10; done; echo end");
    let last = |session: &Session| reader::screen(session).pop().unwrap();
    for want in ["1", "2", "end"] {
        session.advance(Duration::s(1));
        assert_eq!(last(&session), want);
        session.advance(Duration::s(9));
    }
    session.type_line("for i in 1 2; do echo $i; sleep 10; done; echo end");
    session.advance(Duration::s(1));
    session.interrupt();
    session.step(StepSize::Idle);
    assert_eq!(last(&session), "^C", "nothing of the line goes on");
    assert_eq!(typed(&mut session, &["echo $?"]), ["130"]);
}

/// As the page on MySQL has it: a loop that goes on beside what is done to the members.
#[test]
fn a_loop_in_a_container_sees_what_changes() {
    let mut session = loaded(&web("replicas: 2", "image: mysql:8.4"));
    session.type_at(1, "kubectl run loop --image=mysql:8.4 -i -t --rm --restart=Never -- bash -ic \"while sleep 1; do mysql -h web-1.nginx -NBe 'SELECT @@hostname,NOW()'; done\"");
    let mut shown = |seconds: u64| {
        session.advance(Duration::s(seconds));
        let lines = &session.timeline().world().seats[1].terminal.lines;
        lines
            .iter()
            .map(|it| it.text.to_string())
            .collect::<Vec<String>>()
    };
    let answers = |lines: &[String]| {
        lines
            .iter()
            .filter(|it| it.starts_with("web-1\t2026-01-01 00:"))
            .count()
    };
    let first = answers(&shown(20));
    assert!(first > 5 && first < 20, "{first}");
    let second = answers(&shown(10));
    assert!(
        (first + 9..=first + 11).contains(&second),
        "{first} {second}"
    );
    session.type_line("kubectl scale sts web --replicas=1");
    session.advance(Duration::s(60));
    let lines = &session.timeline().world().seats[1].terminal.lines;
    assert!(
        lines
            .iter()
            .next_back()
            .is_some_and(|it| it.text.starts_with("ERROR 2005 (HY000)"))
    );
    session.interrupt_at(1);
    session.step(StepSize::Idle);
    assert!(!session.timeline().world().seats[1].terminal.is_busy());
    // A shell that is typed at stays.
    typed(&mut session, &["kubectl exec -it web-0 -- sh"]);
    let cases: &[(&str, &[&str])] = &[
        (
            "x=a; while [ \"$x\" != aaa ]; do x=a$x; done; echo $x",
            &["aaa"],
        ),
        ("x=a", &[]),
        ("while [ \"$x\" != aaa ]; do x=a$x; done; echo $x", &["aaa"]),
        ("exit", &[]),
        (
            "kubectl exec web-0 -- sh -c 'while [ -z \"$x\" ]; do x=a; done; exit 3'",
            &["command terminated with exit code 3"],
        ),
    ];
    check(&mut session, cases);
    session.type_line("kubectl exec web-0 -- sh -c 'while sleep 1; do true; done'");
    session.advance(Duration::s(1100));
    let stopped = "The loops of this line have gone round 1000 times";
    let shown = reader::screen(&session);
    assert!(shown.iter().any(|it| it.starts_with(stopped)), "{shown:?}");
}

/// The page types a command for the reader: what stands open is dropped, and what is open is left.
#[test]
fn a_statement_begun_is_open_until_ctrl_c() {
    let mut session = loaded(&web(&format!("replicas: 1\n  {CLAIM}"), MYSQL));
    let state = |session: &Session| {
        let snapshot = Value::from_json(&session.snapshot()).unwrap();
        let terminal = &snapshot["terminal"];
        (
            terminal["open"].is_true(),
            terminal["leave"].as_str().to_owned(),
        )
    };
    assert_eq!(state(&session), (false, String::new()));
    typed(&mut session, &["kubectl exec -it web-0 -- mysql", "select"]);
    assert_eq!(state(&session), (true, String::new()));
    session.interrupt();
    session.step(StepSize::Idle);
    assert_eq!(state(&session), (false, "quit".to_owned()));
}
