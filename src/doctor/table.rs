//! The rules, the most certain first: what the API server said, what the cluster said, what look-ups show, what the
//! reader's actions ran into, what is only likely.

use super::Find::{By, Refused, Told};
use super::{Find, Rule, names, probes, rollout, services, storage};
use crate::api::Kind;

macro_rules! rules {
    ($($code:literal $severity:ident $find:expr, $sentence:literal $fix:literal $(=> $command:literal)?)*) => {
        /// Every rule. A code may stand twice, where it can be found in two ways.
        pub const RULES: &[Rule] = &[$(Rule {
            code: $code,
            severity: stringify!($severity),
            sentence: $sentence,
            fix: $fix,
            command: concat!($($command)?),
            find: $find,
        }),*];
    };
}

const SET: Kind = Kind::StatefulSet;

const fn refused(part: &'static str) -> Find {
    Refused(SET, part)
}

rules! {
    "unknown-field" error refused("unknown field"),
        "the API server does not know a field of statefulset {name}: {message}"
        "Correct the field's name: names are case-sensitive."
    "unknown-field" error Refused(Kind::Service, "unknown field"),
        "the API server does not know a field of service {name}: {message}"
        "Correct the field's name: names are case-sensitive."
    "immutable-field" error refused("updates to statefulset spec for fields other than"),
        "{name} keeps its spec: only replicas, ordinals, template, updateStrategy, revisionHistoryLimit, persistentVolumeClaimRetentionPolicy and minReadySeconds can be changed"
        "Undo the change of the other fields, or delete the set with --cascade=orphan and create it anew; for a bigger volume, edit the claims themselves."
    "service-clusterip-immutable" error Refused(Kind::Service, "may not change once set"),
        "service {name} cannot change between a cluster IP and None"
        "Delete the Service and create it anew."
    "update-strategy-leftover" error refused("only allowed for updateStrategy"),
        "{name} has updateStrategy OnDelete with a rollingUpdate block left beside it"
        "Set rollingUpdate to null in the same change."
    "selector-missing-or-mismatch" error refused("does not match template `labels`"),
        "the selector of {name} does not select the labels of its own template"
        "Make spec.selector.matchLabels and the template's labels agree."
    "selector-missing-or-mismatch" error refused("spec.selector: "),
        "{name} has no usable selector"
        "Set spec.selector.matchLabels to labels of the template."
    "name-too-long" error refused("must be no more than 63"),
        "the name {name} is too long"
        "Use a name of at most 52 signs: the pods' label controller-revision-hash adds eleven to it."
    "name-too-long" error Told("FailedCreate", "must be no more than 63"),
        "no pod of {name} can be made, because the set's name is too long: the label controller-revision-hash is the name and eleven signs more, and labels end at 63"
        "Use a name of at most 52 signs."
    "failedcreate-quota" error Told("FailedCreate", "quota"),
        "the quota of the namespace lets no pod of {name} be made: {message}"
        "Give every container, init containers too, requests and limits that fit, or raise the quota."
    "failedcreate-admission" error Told("FailedCreate", "violates PodSecurity"),
        "admission refuses the pods of {name}; only the set's events tell: {message}"
        "Change what the message names, or the namespace's policy."
    "failedcreate-admission" error Told("FailedCreate", "admission webhook"),
        "admission refuses the pods of {name}; only the set's events tell: {message}"
        "Change what the message names, or the webhook."
    "failedcreate-admission" error Told("FailedCreate", "error looking up service account"),
        "admission refuses the pods of {name}; only the set's events tell: {message}"
        "Make the service account, or name one that exists."
    "anti-affinity-symmetry" error Told("FailedScheduling", "existing pods anti-affinity rules"),
        "{object} cannot be placed although its own rule is gone: running pods still carry the required anti-affinity, and the scheduler honours it from both sides"
        "Delete the older pods too, so that they are made from the new template."
    "local-pv-node-affinity" error Told("FailedScheduling", "PersistentVolume's node affinity"),
        "{object} stays Pending: its volume can be used on one node only, and that node is not there for it"
        "Bring the node back, or delete the claim and its pod to begin with an empty volume elsewhere."
    "local-pv-node-affinity" error Told("FailedScheduling", "volume node affinity conflict"),
        "{object} stays Pending: its volume can be used on one node only, and that node is not there for it"
        "Bring the node back, or delete the claim and its pod to begin with an empty volume elsewhere."
    "anti-affinity-unsatisfiable" error Told("FailedScheduling", "match pod anti-affinity rules"),
        "{object} stays Pending: required anti-affinity wants a node of its own for it, and there are more pods than nodes"
        "Add nodes, ask for fewer replicas, or use preferredDuringSchedulingIgnoredDuringExecution."
    "insufficient-requests" error Told("FailedScheduling", "Insufficient "),
        "{object} stays Pending: no node has room for what its containers request ({message})"
        "Lower the requests or add room."
    "adopted-pod-storage-mismatch" error Told("FailedUpdate", "pod updates may not change fields"),
        "{name} cannot bring an adopted pod's volumes in line with its template, and goes no further: a pod's volumes never change"
        "Delete the pods one by one; they are made anew with all volumes."
    "nodename-bypasses-scheduler" error By(storage::node_name),
        "claim {claim} of {name} waits for a scheduler, and nodeName {node} leaves the scheduler out: only it says for which node a volume is to be made"
        "Use nodeSelector or affinity instead of nodeName."
    "storageclass-not-found" error By(storage::unknown_class),
        "claim {claim} of {name} asks for class {class}, which is not there"
        "Make that StorageClass, or name one that exists; a claim keeps its class, so delete and make it anew."
    "pv-released-claimref" error By(storage::released),
        "claim {claim} gets no volume, although {volume} is there: that one is Released, and still refers to its former claim"
        "Remove spec.claimRef of the volume, when its data may be used again."
        => "kubectl patch pv <volume> -p '{\"spec\":{\"claimRef\":null}}'"
    "no-default-storageclass" error By(storage::no_class),
        "claim {claim} of {name} names no storage class, and there is no default one for it"
        "Name a class in the claim template, or make one the default; \"\" means no class for ever."
        => "kubectl annotate storageclass <offered> storageclass.kubernetes.io/is-default-class=true"
    "probe-wrong-target" error By(probes::wrong_target),
        "a probe of container {container} asks where nobody answers: {message}"
        "Give the probe the port and path that the program serves."
    "liveness-too-aggressive" error By(probes::too_aggressive),
        "container {container} of {pod} is restarted by a probe that does not tell whether it lives: {message}"
        "Add a startupProbe, or a longer failureThreshold, and don't let liveness depend on others."
    "pvc-deleted-while-in-use" warning By(storage::deleted_in_use),
        "claim {name} is Terminating and stays so: {pod} uses it"
        "Delete the pod when the data may go; a new claim follows."
        => "kubectl delete pod <pod>"
    "force-delete-unsafe" warning By(rollout::forced),
        "{pod} was deleted by force: if its node still runs it, two pods have one identity"
        "Make sure that the node is off, or use the out-of-service taint, before forcing."
    "node-lost-at-most-one" warning By(rollout::node_lost),
        "{pod} is not replaced: {node} does not answer, and the name may exist only once"
        "Bring the node back, delete the Node object, or taint it out-of-service when it is surely off."
        => "kubectl taint nodes <node> node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
    "servicename-mismatch" error By(services::other_service_name),
        "serviceName of {name} is \"{named}\", but the headless Service that selects its pods is \"{meant}\": the pods get no names there"
        "Set spec.serviceName to the headless Service's name; the set must be created anew for it."
    "service-selector-mismatch" error By(services::selector_mismatch),
        "service {name} selects {selector}, and the pods have {labels}: it has no endpoints"
        "Set the Service's selector to labels that the pod template has."
        => "kubectl patch service <name> -p '{\"spec\":{\"selector\":<patch>}}'"
    "service-selector-too-broad" warning By(services::selector_too_broad),
        "service {name} selects {selector}: that is pods of {set}, and of {other} too"
        "Give the workload a label of its own and select that."
    "hardcoded-cluster-domain" error By(names::hardcoded_domain),
        "{asked} ends in {wrong}, but the DNS domain of this cluster is {domain}"
        "Write the short name (pod.service) and leave the rest to the search list."
    "hardcoded-namespace" error By(names::hardcoded_namespace),
        "{asked} names namespace {namespace}, but the Service is in {own}"
        "Write the short name (pod.service), or put the namespace in from metadata.namespace."
    "hostnetwork-dnspolicy" error By(names::host_network),
        "the pods of {name} use the node's resolver: with hostNetwork, dnsPolicy ClusterFirst means Default"
        "Set dnsPolicy: ClusterFirstWithHostNet."
    "headless-without-ports" error By(names::no_ports),
        "service {name} has no ports, so there is no SRV record"
        "Give the Service a named port."
    "srv-port-name" error By(names::srv_port),
        "{asked}: service {name} has no endpoint port of that name; SRV records of a headless Service are made of the names of its endpoints' ports"
        "Name the port alike in the Service and its endpoints."
    "hostname-only-under-governing-service" error By(names::other_service),
        "{asked} does not exist: {pod} has a name only under the Service that governs its set, not under {service}"
        "Ask for the name under the governing Service."
    "wrong-dns-name" error By(names::wrong_name),
        "{asked} is no name of {pod}: it is {full}, or pod.service within the namespace"
        "Write pod.service, with the Service's label."
    "ordered-ready-readiness-deadlock" error By(names::ordered_deadlock),
        "{pod} is not Ready before {peer} resolves, and OrderedReady makes {peer} only after {pod} is Ready"
        "Set podManagementPolicy: Parallel, or don't make readiness depend on later pods."
    "not-ready-not-published" error By(names::not_published),
        "{pod} waits for {asked}, but service {service} names only Ready pods, and {pod} is not Ready before the name resolves"
        "Set publishNotReadyAddresses: true on the Service that peers find each other by."
        => "kubectl patch service <service> -p '{\"spec\":{\"publishNotReadyAddresses\":true}}'"
    "publish-not-ready-side-effect" warning By(names::published_unready),
        "service {name} gives out {pod}, which is not Ready: publishNotReadyAddresses is for peers, and ordinary clients use the Service too"
        "Give clients a Service of their own, without publishNotReadyAddresses."
    "stale-dns-record" warning By(names::stale_record),
        "DNS answers {asked} from a cache that is {seconds} s old, and the truth has changed since; each server keeps its own"
        "Wait for the TTL, lower it, or disable the cache for the cluster's zone."
    "negative-dns-cache" warning By(names::negative_cache),
        "DNS goes on denying {asked}: it was asked while the name was not there, {seconds} s ago, and denials are cached"
        "Wait for the TTL, or disable the cache for denials of the cluster's zone."
    "client-dns-cache" warning By(names::client_cache),
        "{name} keeps the address that {asked} had first, and {pod} has been made anew with another since"
        "Make the client look the name up again when a connection fails, or limit how long it keeps answers."
    "pod-ip-advertised" warning By(rollout::own_address),
        "{name} tells others its pods' addresses: {pod} had {old} and has {new} now"
        "Advertise the pod's name under the governing Service."
    "misleading-dns-tool" warning By(names::misleading_tool),
        "this nslookup of {asked} ended with {exit}, while the resolver that programs use {finds} the name"
        "Use busybox:1.28, or getent hosts, to see what programs see."
    "parallel-maxunavailable-regression" error By(rollout::regression),
        "the update of {name} waits for pods that are not available: from 1.35.0 to 1.35.3 MaxUnavailableStatefulSet is on, and Parallel does not go past them any more"
        "Use 1.35.4 or later, or switch the feature gate off."
    "ordered-ready-forced-rollback" error By(rollout::forced_rollback),
        "{pod} is not replaced although the template of {name} was changed: OrderedReady waits until the pod is Ready, which it never gets"
        "Delete the broken pod; it is made from the new template."
        => "kubectl delete pod <pod>"
    "ordered-ready-blocks-scale" error By(rollout::blocks_scale),
        "{name} does not get to {replicas} replicas while {pod} is not Ready: OrderedReady goes on only past healthy pods"
        "Heal the pod, or use podManagementPolicy: Parallel."
    "overlapping-selectors" warning By(services::overlapping),
        "{name} and {other} select the same pods: ownership keeps them apart, but Services, budgets and adoption do not"
        "Give each workload a label of its own in selector and template."
    "image-cannot-be-pulled" error Told("Failed", "Failed to pull image"),
        "{object} cannot start: its image cannot be pulled ({message})"
        "Correct the image in the template; where OrderedReady then still waits for the broken pod, delete that pod."
    "image-name-invalid" error Told("InspectFailed", "parse image name"),
        "{object} cannot start: what its template names is no image ({message})"
        "Correct the image in the template: a name in lower case, with one tag at the most."
    "config-missing" error Told("Failed", "Error: configmap|Error: secret|Error: couldn't find key"),
        "{object} cannot start: its variables are to come from what is not there ({message})"
        "Make the ConfigMap or Secret in the pod's namespace, with that key, or mark the reference optional: true; the kubelet looks again by itself."
    "config-missing" error Told("FailedMount", "MountVolume.SetUp failed"),
        "{object} cannot start: a volume of it is to be made of what is not there ({message})"
        "Make the ConfigMap or Secret in the pod's namespace, with that key, or mark the volume optional: true; the kubelet tries again by itself."
    "partition-scale-zero-completes" info By(rollout::partition_forgotten),
        "{name} was scaled to 0: then an update counts as complete, partition or not, and the old revision is forgotten"
        "Keep at least one pod while a partitioned update goes on."
    "ondelete-strategy" info By(rollout::on_delete),
        "{name} has updateStrategy OnDelete: {pod} gets a new template only when you delete it, and rollout status does not follow it"
        "Delete the pods yourself, or use RollingUpdate."
        => "kubectl delete pod <pod>"
    "partition-hides-update" info By(rollout::partition),
        "ordinals of {name} below partition {partition} keep the old revision, also when they are made anew"
        "Lower the partition to 0 to finish the update."
        => "kubectl patch statefulset <name> -p '{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}'"
    "failed-pod-recreated" info By(rollout::failed_recreated),
        "{pod} had ended (phase {phase}) and was deleted, so that its name can be used again: a set leaves no failed pods behind"
        "Look at the set's events for why it ended."
    "rollback-semantics" info By(rollout::undone),
        "undo puts an older template back, as one more revision: names and volumes stay"
        "Use rollout history to see the revisions."
    "parallel-scope" info By(rollout::parallel),
        "podManagementPolicy Parallel of {name} is about making and removing pods: an update replaces them one by one, healthy or not"
        "Set maxUnavailable, where the cluster allows it, to update more at a time."
    "pvc-retained-by-design" info By(storage::retained),
        "claim {claim} of {name} is kept on purpose: the next pod of that name finds its data"
        "Delete it yourself, or set persistentVolumeClaimRetentionPolicy."
        => "kubectl delete pvc <claim>"
    "clusterip-dns-independent-of-pods" info By(names::cluster_ip_name),
        "{asked} resolves to the cluster IP of {name} whether pods are ready or not"
        "Test a connection, not the name; a headless Service names only Ready pods."
    "anti-affinity-preferred" info By(rollout::preferred_apart),
        "{pod} and {other} share {node}: a preferred anti-affinity may be broken"
        "Use requiredDuringSchedulingIgnoredDuringExecution, with enough nodes."
    "governing-service-not-headless" warning By(services::not_headless),
        "service {name} governs {set} and has cluster IP {address}: pods have stable names only under a headless Service"
        "Set clusterIP: None on the Service; it must be created anew for it."
    "misleading-template-status" info By(storage::template_status),
        "status inside volumeClaimTemplates of {name} means nothing: it is filled in once and never changed"
        "Look at the claims themselves: kubectl get pvc."
    "wrong-dns-name" error By(names::unknown_name),
        "{asked} has never existed: a pod's name is {full}, or pod.service within the namespace"
        "Write pod.service, with the Service's label."
}
