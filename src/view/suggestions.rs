//! Commands worth a try at this moment, made of the names that are there.

use crate::api::selector::Selector;
use crate::api::{Key, Kind, Object};
use crate::shell::Terminal;
use crate::sim::World;
use crate::value::{Text, Value};

/// About a set; `{n}` stands for ` -n NAMESPACE` where that is not the default one.
const OF_SET: [&str; 7] = [
    "kubectl get pods -o wide{n}",
    "kubectl get pods -w -l {selector}{n}",
    "kubectl get statefulset {set}{n}",
    "kubectl delete pod -l {selector}{n}",
    "kubectl exec {pod}{n} -- sh -c 'hostname'",
    "kubectl run -i --tty --image busybox:1.28.4 dns-test{n} --restart=Never --rm /bin/sh",
    "kubectl scale statefulset {set} --replicas={more}{n}",
];

/// How many names are offered for a look-up.
const MOST_NAMES: usize = 3;

/// The commands, each once; none while a program runs or a line is open.
pub(super) fn suggestions(world: &World, terminal: &Terminal) -> Value {
    let mut sets = world.store.objects.list(Kind::StatefulSet);
    let all = if terminal.is_busy() || terminal.is_line_open() {
        Vec::new()
    } else if terminal.is_at_client() {
        vec!["quit".into()]
    } else if let Some(connection) = terminal.attached() {
        let mut all = Vec::new();
        for set in sets {
            look_up(set, &connection.namespace, &mut all);
        }
        all.push("exit".into());
        all
    } else if let Some(set) = sets.next() {
        of_set(world, set)
    } else {
        vec!["kubectl get pods".into(), "kubectl get nodes".into()]
    };
    all.iter().map(Value::from).collect()
}

/// `nslookup` of the set's first names, as a pod of that namespace can write them.
fn look_up(set: &Object, from: &str, all: &mut Vec<Text>) {
    let spec = set.statefulset_spec();
    let mut domain = match spec.service_name {
        "" => Text::new(),
        service => crate::text!(".{service}"),
    };
    if set.namespace() != from {
        domain = crate::text!("{domain}.{}", set.namespace());
    }
    for ordinal in spec.start..spec.start.saturating_add(spec.replicas) {
        if all.len() == MOST_NAMES {
            return;
        }
        all.push(crate::text!("nslookup {}-{ordinal}{domain}", set.name()));
    }
}

fn of_set(world: &World, set: &Object) -> Vec<Text> {
    let spec = set.statefulset_spec();
    let namespace = super::namespace_flag(set.namespace());
    let mut selector = Selector::text_of(&set.value["spec"]["selector"]);
    if selector.contains([' ', '(', '!']) {
        selector = crate::text!("'{selector}'");
    }
    let pod = crate::text!("{}-{}", set.name(), spec.start);
    let key = Key::new(Kind::Pod, set.namespace(), &pod);
    let has_pod = world.store.objects.get(&key).is_some();
    let more = spec.replicas.saturating_add(1).to_string();
    let facts = [
        ("{n}", namespace.as_str()),
        ("{selector}", &selector),
        ("{set}", set.name()),
        ("{pod}", &pod),
        ("{more}", &more),
    ];
    let known = OF_SET
        .into_iter()
        .filter(|it| has_pod || !it.contains("{pod}"));
    let filled = known.map(|it| {
        let mut text = it.to_owned();
        for (name, value) in facts {
            text = text.replace(name, value);
        }
        Text::from(text)
    });
    filled.collect()
}
