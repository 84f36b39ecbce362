//! The catalogue of reasons, by who decides: code, English sentence, upstream function, docs page.

use super::{Rule, copied, paired};
use crate::value::Text;

reasons! {
    /// The reader typed a command.
    Typed { command } "typed"
        "you ran {command}"
        "" ""
    /// A request from outside the simulation.
    Requested { request } "requested"
        "a client sent {request}"
        "" ""
    /// A pasted transcript goes on: what was watched has stopped moving.
    TranscriptGoesOn { command } "transcript-goes-on"
        "the pasted transcript goes on: {command} was left with Ctrl-C once nothing moved any more"
        "" ""

    // The StatefulSet controller: pkg/controller/statefulset/stateful_set_control.go.

    /// A template no revision holds yet.
    RevisionNew { set, revision } "revision-new"
        "revision {revision} is recorded: no earlier revision of {set} holds this pod template"
        "getStatefulSetRevisions" "concepts/workloads/controllers/statefulset/#update-strategies"
    /// A template that an older revision holds: a rollback.
    RevisionAgain { set, revision, number } "revision-again"
        "revision {revision} becomes number {number}: the template of {set} is again what it holds, so nothing new is recorded"
        "getStatefulSetRevisions" "concepts/workloads/controllers/statefulset/#update-strategies"
    /// A superseded revision beyond the limit.
    RevisionOld { set, revision, limit } "revision-old"
        "revision {revision} is deleted: no pod of {set} uses it, and only {limit} old revisions are kept"
        "truncateHistory" "concepts/workloads/controllers/statefulset/#revision-history"
    /// A revision without owner is taken over.
    RevisionAdopted { set, revision } "revision-adopted"
        "revision {revision} gets {set} as its owner: it matches the selector and belongs to nobody"
        "AdoptOrphanRevisions" ""
    /// A pod without owner is taken over.
    PodAdopted { set, pod } "pod-adopted"
        "{pod} gets {set} as its owner: its name and labels match, and it belongs to nobody"
        "ClaimPods" "concepts/workloads/controllers/statefulset/#pod-selector"
    /// A pod that no longer matches is let go.
    PodReleased { set, pod } "pod-released"
        "{pod} is released by {set}: its labels no longer match the selector"
        "ClaimPods" "concepts/workloads/controllers/statefulset/#pod-selector"
    /// The lowest ordinal.
    CreateFirst { set, pod } "create-first"
        "{pod} is created: {set} has no pod with this ordinal, and no lower ordinal to wait for"
        "processReplica" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// An ordinal whose predecessors are all healthy.
    CreateNext { set, pod, predecessor } "create-next"
        "{pod} is created: {predecessor} is Running and Ready, and {set} creates its pods one by one in this order (OrderedReady)"
        "processReplica" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// Parallel.
    CreateParallel { set, pod } "create-parallel"
        "{pod} is created at once: {set} has podManagementPolicy Parallel and waits for no other pod"
        "processReplica" "concepts/workloads/controllers/statefulset/#parallel-pod-management"
    /// No pod of that name is wanted.
    BeyondReplicas { pod, set, replicas, first, last } "beyond-replicas"
        "{pod} is not there: {set} has {replicas} replicas, the ordinals {first} to {last}"
        "podInOrdinalRange" "concepts/workloads/controllers/statefulset/#ordinal-index"
    /// An ordinal has no pod because a lower one is not healthy.
    WaitsForPredecessor { set, pod, predecessor } "waits-for-predecessor"
        "{pod} is not created yet: {predecessor} is not Running and Ready, and {set} creates its pods one by one (OrderedReady)"
        "processReplica" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// An ordinal has no pod because a lower one is not available yet.
    WaitsForAvailable { set, pod, predecessor, seconds } "waits-for-available"
        "{pod} is not created yet: {predecessor} has not been Ready for {seconds} s (minReadySeconds of {set})"
        "processReplica" "concepts/workloads/controllers/statefulset/#minimum-ready-seconds"
    /// An ordinal has no pod because a lower one is still going.
    WaitsForTermination { set, pod, predecessor } "waits-for-termination"
        "{pod} is not created yet: {predecessor} is still terminating, and {set} changes one pod at a time (OrderedReady)"
        "processReplica" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// Every pod exists, one is not healthy.
    WaitsForReady { set, pod } "waits-for-ready"
        "{set} waits: {pod} is not Running and Ready"
        "processReplica" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// Every pod exists, one is Ready but not for long enough.
    WaitsForMinReady { set, pod, seconds } "waits-for-min-ready"
        "{set} waits: {pod} has not been Ready for {seconds} s (minReadySeconds)"
        "processReplica" "concepts/workloads/controllers/statefulset/#minimum-ready-seconds"
    /// A pod is going and its name is not free.
    WaitsForGone { set, pod } "waits-for-gone"
        "{set} waits: {pod} is terminating, and a new pod can have its name only when it is gone"
        "processReplica" "concepts/workloads/controllers/statefulset/#stable-network-id"
    /// A pod that has ended is removed so that it can be made anew.
    DeleteEnded { set, pod, phase } "delete-ended"
        "{pod} is deleted: its phase is {phase}, and {set} replaces pods that have ended"
        "processReplica" "concepts/workloads/controllers/statefulset/"
    /// A pod lost its identity labels.
    IdentityRepaired { set, pod } "identity-repaired"
        "{pod} is repaired: its labels or volumes are no longer those of its ordinal in {set}"
        "processReplica" "concepts/workloads/controllers/statefulset/#pod-identity"
    /// A pod beyond the wanted range.
    DeleteCondemned { set, pod, replicas } "delete-condemned"
        "{pod} is deleted: {set} wants {replicas} replicas, and the highest ordinal goes first"
        "processCondemned" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// A condemned pod is still going.
    WaitsForCondemned { set, pod } "waits-for-condemned"
        "{set} waits: {pod} is terminating, and the next pod is removed only when it is gone (OrderedReady)"
        "processCondemned" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// A condemned pod is not healthy, and another unhealthy one comes first.
    WaitsForCondemnedReady { set, pod, first } "waits-for-condemned-ready"
        "{set} waits: {pod} is to go but is not Running and Ready, and neither is {first}, a lower one (OrderedReady)"
        "processCondemned" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// A pod of an older revision goes so that it can be made anew.
    DeleteOutdated { set, pod, revision } "delete-outdated"
        "{pod} is deleted: it is the highest ordinal of {set} that is not at revision {revision}"
        "updateStatefulSet" "concepts/workloads/controllers/statefulset/#rolling-updates"
    /// A pod of an older revision goes: more than one may be unavailable.
    DeleteWithinBudget { set, pod, revision, limit } "delete-within-budget"
        "{pod} is deleted: it is not at revision {revision}, and {set} lets {limit} pods be unavailable at a time (maxUnavailable)"
        "updateStatefulSetAfterInvariantEstablished" "concepts/workloads/controllers/statefulset/#maximum-unavailable-pods"
    /// As many pods are unavailable as may be.
    WaitsForBudget { set, pod, limit } "waits-for-budget"
        "the update of {set} waits before {pod}: as many pods as may be are unavailable already (maxUnavailable {limit})"
        "updateStatefulSetAfterInvariantEstablished" "concepts/workloads/controllers/statefulset/#maximum-unavailable-pods"
    /// The rolling update waits for the pod it replaced last.
    WaitsForUpdated { set, pod } "waits-for-updated"
        "the update of {set} waits: {pod} is not Ready at the new revision yet"
        "updateStatefulSet" "concepts/workloads/controllers/statefulset/#rolling-updates"
    /// Pods below the partition stay.
    PartitionHolds { set, partition } "partition-holds"
        "the update of {set} goes no further: ordinals below partition {partition} keep the old revision"
        "updateStatefulSet" "concepts/workloads/controllers/statefulset/#partitions"
    /// OnDelete leaves replacing to the reader.
    OnDeleteHolds { set, revision } "on-delete-holds"
        "{set} replaces no pod by itself: its update strategy is OnDelete, so pods get revision {revision} when you delete them"
        "updateStatefulSet" "concepts/workloads/controllers/statefulset/#on-delete"
    /// More pods than the playground makes.
    TooManyReplicas { set, replicas, limit } "too-many-replicas"
        "{set} gets only its first {limit} pods here, of the {replicas} it wants: a real cluster would go on, the playground stops"
        "" ""
    /// The set is going.
    SetTerminating { set } "set-terminating"
        "{set} is being deleted: its controller makes and removes no pods any more"
        "updateStatefulSet" "concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees"
    /// A claim that a template asks for is missing.
    ClaimMade { set, claim, pod } "claim-made"
        "{claim} is created before {pod}: a volumeClaimTemplate of {set} wants one for each pod"
        "createPersistentVolumeClaims" "concepts/workloads/controllers/statefulset/#volume-claim-templates"
    /// A claim of a pod is going.
    ClaimTerminating { set, claim, pod } "claim-terminating"
        "{pod} is not created yet: its claim {claim} is still being deleted, and {set} needs a new one of that name"
        "createPersistentVolumeClaims" "concepts/storage/persistent-volumes/#storage-object-in-use-protection"
    /// A claim belongs to the pod's predecessor.
    ClaimStale { set, claim, pod } "claim-stale"
        "{pod} is not created yet: {claim} still belongs to an earlier pod of that name and is about to be deleted (whenScaled: Delete of {set})"
        "PodClaimIsStale" "concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention"
    /// A claim is to go with its owner.
    ClaimOwned { claim, owner } "claim-owned"
        "{claim} gets {owner} as its owner: it is to be deleted with it (persistentVolumeClaimRetentionPolicy)"
        "updateClaimOwnerRefForSetAndPod" "concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention"
    /// A claim has another controller.
    ClaimTaken { set, claim } "claim-taken"
        "{claim} is left as it is: something else is its controller, so the retention policy of {set} is not for it"
        "hasUnexpectedController" "concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention"
    /// A claim is to stay.
    ClaimDisowned { claim, set } "claim-disowned"
        "{claim} loses its owner: it is to stay, whatever becomes of {set} and its pods (persistentVolumeClaimRetentionPolicy)"
        "updateClaimOwnerRefForSetAndPod" "concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention"
    /// What was counted differs from what the status says.
    StatusCounted { set, ready, replicas } "status-counted"
        "the status of {set} is brought up to date: replicas {replicas}, readyReplicas {ready}"
        "updateStatefulSetStatus" ""

    // Deployments, ReplicaSets and DaemonSets: pkg/controller/{deployment,replicaset,daemon}.

    /// An object without owner is taken over.
    Adopted { owner, object } "adopted"
        "{object} gets {owner} as its owner: its labels match, and it belongs to nobody"
        "ClaimObject" "concepts/architecture/garbage-collection/#owners-dependents"
    /// An object that no longer matches is let go.
    Released { owner, object } "released"
        "{object} is released by {owner}: its labels no longer match the selector"
        "ClaimObject" "concepts/architecture/garbage-collection/#owners-dependents"
    /// A template no ReplicaSet holds yet.
    ReplicaSetNew { deployment, set } "replica-set-new"
        "{set} is created: no ReplicaSet of {deployment} holds this pod template"
        "getNewReplicaSet" "concepts/workloads/controllers/deployment/#updating-a-deployment"
    /// A ReplicaSet is told what its Deployment says now.
    ReplicaSetFollows { deployment, set } "replica-set-follows"
        "{set} is told of a change of {deployment}: annotations, revision or minReadySeconds"
        "SetNewReplicaSetAnnotations" "concepts/workloads/controllers/deployment/"
    /// A ReplicaSet is to have more pods, or fewer.
    ReplicaSetScaled { deployment, set, from, to } "replica-set-scaled"
        "{set} is scaled from {from} to {to}: that is its share of the pods of {deployment} now"
        "scaleReplicaSet" "concepts/workloads/controllers/deployment/#rolling-update-deployment"
    /// A superseded ReplicaSet beyond the limit.
    ReplicaSetOld { deployment, set, limit } "replica-set-old"
        "{set} is deleted: it has no pods, and {deployment} keeps only {limit} old ReplicaSets (revisionHistoryLimit)"
        "cleanupDeployment" "concepts/workloads/controllers/deployment/#clean-up-policy"
    /// The new template has a number.
    DeploymentRevision { deployment, revision, set } "deployment-revision"
        "{deployment} is at revision {revision}: its template is that of {set}"
        "SetDeploymentRevision" "concepts/workloads/controllers/deployment/#checking-rollout-history-of-a-deployment"
    /// The rollout was paused, or goes on.
    DeploymentPaused { deployment, state } "deployment-paused"
        "the status of {deployment} says so: {state}"
        "checkPausedConditions" "concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment"
    /// The rollout waits for pods.
    RolloutWaits { deployment, set, available, least } "rollout-waits"
        "the rollout of {deployment} waits for pods of {set}: {available} pods are available, and at least {least} have to be before more old ones go"
        "reconcileOldReplicaSets" "concepts/workloads/controllers/deployment/#rolling-update-deployment"
    /// Recreate waits for old pods.
    RecreateWaits { deployment, pod } "recreate-waits"
        "{deployment} makes no new pods yet: {pod} of the old template is still there (strategy Recreate)"
        "oldPodsRunning" "concepts/workloads/controllers/deployment/#recreate-deployment"
    /// What was counted differs from what the status says.
    DeploymentCounted { deployment, updated, available } "deployment-counted"
        "the status of {deployment} is brought up to date: {updated} pods have the new template, {available} are available"
        "calculateStatus" ""
    /// A ReplicaSet has too few pods.
    ReplicaMissing { set, pod, replicas, active } "replica-missing"
        "{pod} is created: {set} wants {replicas} pods and has {active}; any name will do"
        "manageReplicas" "concepts/workloads/controllers/replicaset/"
    /// A ReplicaSet has too many pods.
    ReplicaSpare { set, pod, replicas, active } "replica-spare"
        "{pod} is deleted: {set} wants {replicas} pods and has {active}, and this one is missed least"
        "getPodsToDelete" "concepts/workloads/controllers/replicaset/#scaling-a-replicaset"
    /// What was counted differs from what the status says.
    ReplicasCounted { set, ready, replicas } "replicas-counted"
        "the status of {set} is brought up to date: replicas {replicas}, readyReplicas {ready}"
        "updateReplicaSetStatus" ""
    /// A node has no pod of a DaemonSet.
    DaemonMissing { set, pod, node } "daemon-missing"
        "{pod} is created for {node}: {set} has a pod on every node that fits"
        "podsShouldBeOnNode" "concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled"
    /// A pod is where none should be, or one too many.
    DaemonSpare { set, pod, node } "daemon-spare"
        "{pod} is deleted: {set} wants no pod on {node}, or has another there already"
        "podsShouldBeOnNode" "concepts/workloads/controllers/daemonset/"
    /// A daemon pod has ended.
    DaemonFailed { set, pod, node } "daemon-failed"
        "{pod} is deleted: it has ended, and {set} wants one that runs on {node}"
        "podsShouldBeOnNode" "concepts/workloads/controllers/daemonset/"
    /// A daemon pod is of an older template.
    DaemonOutdated { set, pod, node } "daemon-outdated"
        "{pod} is deleted: its template is not the one {set} has now, and {node} is next (maxUnavailable)"
        "rollingUpdate" "tasks/manage-daemon/update-daemon-set/"
    /// What was counted differs from what the status says.
    DaemonsCounted { set, ready, desired } "daemons-counted"
        "the status of {set} is brought up to date: {ready} of {desired} nodes have a pod that is Ready"
        "updateDaemonSetStatus" ""

    /// An autoscaler has nothing to go by.
    NothingMeasured { scaler, problem } "nothing-measured"
        "{scaler} scales nothing: {problem}"
        "reconcileAutoscaler" "tasks/run-application/horizontal-pod-autoscale/"

    // The garbage collector: pkg/controller/garbagecollector.

    /// All owners are gone.
    OwnerGone { dependent, owner } "owner-gone"
        "{dependent} is deleted: its owner {owner} is gone, and no other owns it"
        "attemptToDeleteItem" "concepts/architecture/garbage-collection/#background-deletion"
    /// The owner waits for what it owns to go.
    OwnerGoing { dependent, owner } "owner-going"
        "{dependent} is deleted: its owner {owner} is being deleted in the foreground, and goes after it"
        "attemptToDeleteItem" "concepts/architecture/garbage-collection/#foreground-deletion"
    /// Some owners are gone, others stay.
    OwnerDangles { dependent, owner } "owner-dangles"
        "{dependent} is kept by another owner, and no longer names {owner}, which is gone or going"
        "attemptToDeleteItem" "concepts/architecture/garbage-collection/#owners-dependents"
    /// A foreground deletion waits.
    WaitsForDependents { owner, left } "waits-for-dependents"
        "{owner} is being deleted in the foreground: {left} objects that it owns have to go first"
        "processDeletingDependentsItem" "concepts/architecture/garbage-collection/#foreground-deletion"
    /// A foreground deletion ends.
    DependentsGone { owner } "dependents-gone"
        "{owner} goes now: nothing that it owns blocks its deletion any more"
        "processDeletingDependentsItem" "concepts/architecture/garbage-collection/#foreground-deletion"
    /// A dependent is left behind.
    Orphaned { dependent, owner } "orphaned"
        "{dependent} stays and no longer names {owner} as its owner: {owner} was deleted with --cascade=orphan"
        "orphanDependents" "concepts/architecture/garbage-collection/#orphaned-dependents"
    /// An orphaning deletion ends.
    DependentsOrphaned { owner } "dependents-orphaned"
        "{owner} goes now: nothing names it as its owner any more"
        "attemptToOrphanWorker" "concepts/architecture/garbage-collection/#orphaned-dependents"
    // The persistent-volume controller: pkg/controller/volume; the external provisioner and resizer.

    /// A claim gets the default class after the fact.
    DefaultClass { claim, class } "default-class"
        "{claim} gets the storage class {class}: it names none, and this is the default"
        "assignDefaultStorageClass" "concepts/storage/persistent-volumes/#retroactive-default-storageclass-assignment"
    /// A claim names a volume that it cannot have.
    WaitsForVolume { claim, volume } "waits-for-volume"
        "{claim} is Pending: it names the volume {volume}, which is not there or belongs to another claim"
        "syncUnboundClaim" "concepts/storage/persistent-volumes/#reserving-a-persistentvolume"
    /// A class binds late.
    WaitsForConsumer { claim, class } "waits-for-consumer"
        "{claim} is Pending: storage class {class} binds only when a pod that uses the claim is scheduled (WaitForFirstConsumer)"
        "emitEventForUnboundDelayBindingClaim" "concepts/storage/storage-classes/#volume-binding-mode"
    /// No volume and no class.
    NoClass { claim } "no-class"
        "{claim} is Pending: no volume fits it, and without a storage class none is made for it"
        "syncUnboundClaim" "concepts/storage/persistent-volumes/#class-1"
    /// The class does not exist.
    ClassMissing { claim, class } "class-missing"
        "{claim} is Pending: there is no storage class {class}, so nobody makes a volume for it"
        "provisionClaim" "concepts/storage/storage-classes/"
    /// The class makes no volumes.
    NoProvisioner { claim, class } "no-provisioner"
        "{claim} is Pending: volumes of storage class {class} are made by hand, and none that is free fits"
        "provisionClaim" "concepts/storage/storage-classes/#local"
    /// A volume is to be made.
    ProvisionerAsked { claim, provisioner } "provisioner-asked"
        "{claim} waits for a volume: {provisioner} is asked to make one"
        "provisionClaimOperationExternal" "concepts/storage/dynamic-provisioning/"
    /// Claim and volume come together.
    VolumeBound { claim, volume } "volume-bound"
        "{claim} and {volume} are bound to each other: the volume is what the claim asks for"
        "bind" "concepts/storage/persistent-volumes/#binding"
    /// The volume of a claim is gone.
    ClaimLost { claim, volume } "claim-lost"
        "{claim} is Lost: its volume {volume} is gone, and the data with it"
        "syncBoundClaim" "concepts/storage/persistent-volumes/"
    /// A claim is to go and is used.
    WaitsForUse { claim, pod } "waits-for-use"
        "{claim} is not gone yet: {pod} uses it"
        "podUsesPVC" "concepts/storage/persistent-volumes/#storage-object-in-use-protection"
    /// Protection is lifted.
    UnusedGone { object } "unused-gone"
        "{object} may go: nothing uses it any more"
        "removeFinalizer" "concepts/storage/persistent-volumes/#storage-object-in-use-protection"
    /// A volume is free.
    VolumeAvailable { volume } "volume-available"
        "{volume} is Available: no claim has it"
        "syncVolume" "concepts/storage/persistent-volumes/#phase"
    /// The claim of a volume is gone.
    VolumeReleased { volume, claim } "volume-released"
        "{volume} is Released: its claim {claim} is gone"
        "syncVolume" "concepts/storage/persistent-volumes/#releasing"
    /// A volume is to go and is bound.
    VolumeInUse { volume, claim } "volume-in-use"
        "{volume} is not gone yet: {claim} is bound to it"
        "isBeingUsed" "concepts/storage/persistent-volumes/#storage-object-in-use-protection"
    /// A released volume is kept.
    VolumeKept { volume, claim } "volume-kept"
        "{volume} stays as it is: its reclaim policy is Retain, and it still names {claim}, so no other claim can have it"
        "reclaimVolume" "concepts/storage/persistent-volumes/#retain"
    /// Nobody makes volumes.
    ProvisionerDown { claim, provisioner } "provisioner-down"
        "{claim} gets no volume yet: {provisioner} does not run"
        "syncClaim" "concepts/storage/dynamic-provisioning/"
    /// A volume is made.
    VolumeMade { volume, claim, provisioner } "volume-made"
        "{provisioner} makes {volume} for {claim}"
        "provisionClaimOperation" "concepts/storage/dynamic-provisioning/"
    /// A volume cannot be made.
    VolumeNotMade { claim, provisioner } "volume-not-made"
        "{claim} gets no volume: {provisioner} cannot reach its storage, and tries again with growing pauses"
        "provisionClaimOperation" "concepts/storage/dynamic-provisioning/"
    /// A volume grows.
    VolumeGrown { volume, claim, size } "volume-grown"
        "{volume} grows to {size}: {claim} asks for more"
        "markPVCResizeFinished" "concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims"
    /// A claim asks for more than its volume has.
    WaitsForGrowth { claim } "waits-for-growth"
        "{claim} asks for more than its volume has: whoever made the volume has to make it grow"
        "expand_controller syncHandler" "concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims"
    /// A released volume goes.
    VolumeRemoved { volume, claim } "volume-removed"
        "{volume} is deleted: its claim {claim} is gone, and its reclaim policy is Delete"
        "deleteVolumeOperation" "concepts/storage/persistent-volumes/#delete"

    // The resource-quota controller: pkg/controller/resourcequota.

    /// A quota changed, or something it counts is gone.
    QuotaCounted { quota } "quota-counted"
        "{quota} is counted anew: it changed, or something that it limits is gone"
        "syncResourceQuota" "concepts/policy/resource-quotas/"

    // The namespace controller: pkg/controller/namespace.

    /// A namespace that is to go has changed a moment ago.
    NamespaceGrace { namespace } "namespace-grace"
        "{namespace} waits for its controller, which looks 5 s after each change of a namespace, when every API server has heard of it"
        "enqueueNamespace" "concepts/overview/working-with-objects/namespaces/"
    /// Everything of a kind goes with its namespace.
    NamespaceEmptied { namespace } "namespace-emptied"
        "it goes with {namespace}, the namespace that it is in: pods first, all else after them"
        "deleteAllContent" "concepts/overview/working-with-objects/namespaces/"
    /// Pods are left.
    WaitsForNamespacePods { namespace, number } "waits-for-namespace-pods"
        "{namespace} waits for the end of {number} pods: all else in the namespace goes only after them"
        "deleteAllContent" "concepts/overview/working-with-objects/namespaces/"
    /// Finalizers hold what is left.
    WaitsForNamespaceContent { namespace, message } "waits-for-namespace-content"
        "{namespace} waits for what finalizers hold: {message}"
        "deleteAllContentForGroupVersionResource" "concepts/overview/working-with-objects/finalizers/"
    /// The conditions say how far it is.
    NamespaceTold { namespace } "namespace-told"
        "the conditions of {namespace} are brought up to date: they tell what keeps it from going"
        "namespaceConditionUpdater.Update" "concepts/overview/working-with-objects/namespaces/"
    /// Nothing is left.
    NamespaceReleased { namespace } "namespace-released"
        "{namespace} loses its finalizer: nothing is left in it"
        "finalizeNamespace" "concepts/overview/working-with-objects/finalizers/"

    // Nodes: pkg/controller/{nodelifecycle,tainteviction,podgc}.

    /// A kubelet is silent, and the grace period is not over.
    WaitsForLease { node, seconds } "waits-for-lease"
        "{node} still counts as Ready: its kubelet is silent, but a node is given up only {seconds} s after its lease was last renewed"
        "tryUpdateNodeHealth" "concepts/architecture/nodes/#node-heartbeats"
    /// The grace period is over.
    NodeLost { node, seconds } "node-lost"
        "{node} is NotReady: its kubelet has not renewed the lease for more than {seconds} s, so nobody knows how the node is"
        "monitorNodeHealth" "concepts/architecture/nodes/#node-heartbeats"
    /// A pod on a lost node.
    PodUnreachable { pod, node } "pod-unreachable"
        "{pod} counts as not Ready: {node} is NotReady, so nobody knows whether the pod answers"
        "MarkPodsNotReady" "concepts/architecture/nodes/#node-controller"
    /// The kubelet of a lost node runs again.
    NodeBack { node } "node-back"
        "{node} is Ready: its kubelet runs and posts how the node is"
        "tryUpdateNodeStatus" "concepts/architecture/nodes/#node-status"
    /// A kubelet that is heard of again repeats what others wrote over meanwhile.
    StatusRestored { pod, node } "status-restored"
        "the kubelet of {node} is heard of again and writes once more how {pod} is: meanwhile the node controller had called it not Ready"
        "needsReconcile" "concepts/architecture/nodes/#node-status"
    /// A taint that keeps pods away.
    NodeShunned { node, taint } "node-shunned"
        "{node} gets the taint {taint}: the scheduler sends only pods there that tolerate it"
        "doNoScheduleTaintingPass" "concepts/scheduling-eviction/taint-and-toleration/"
    /// A taint that sends pods away.
    NodeEvicts { node, taint } "node-evicts"
        "{node} gets the taint {taint}: pods there that do not tolerate it, or no longer, are deleted"
        "doNoExecuteTaintingPass" "concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions"
    /// What a taint said is no longer so.
    TaintLifted { node, taint } "taint-lifted"
        "{node} loses the taint {taint}: what it said is no longer so"
        "processTaintBaseEviction" "concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions"
    /// Too many nodes are lost for evictions.
    EvictionHalted { node, lost, nodes } "eviction-halted"
        "no pod is evicted from {node}: {lost} of {nodes} nodes are not Ready, so the network may be at fault rather than the nodes"
        "handleDisruption" "concepts/architecture/nodes/#rate-limits-on-eviction"
    /// The taint that evicts comes at a rate.
    WaitsForTaint { node, taint } "waits-for-taint"
        "{node} does not have the taint {taint} yet: one node at a time gets it, so that not all pods go at once"
        "doNoExecuteTaintingPass" "concepts/architecture/nodes/#rate-limits-on-eviction"
    /// The taint that evicts goes in a round of the monitor.
    WaitsForRound { node, taint } "waits-for-round"
        "{node} still has the taint {taint}: the node is well, and the next round of the monitor takes the taint off"
        "processTaintBaseEviction" "concepts/architecture/nodes/#node-controller"
    /// A pod tolerates a taint for some time.
    WaitsForEviction { pod, node, seconds } "waits-for-eviction"
        "{pod} stays on {node} for {seconds} s more: so long it tolerates the taint of the node (tolerationSeconds)"
        "processPodOnNode" "concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions"
    /// The time is over.
    EvictedAfterToleration { pod, node } "evicted-after-toleration"
        "{pod} is deleted: it has tolerated the taint of {node} for as long as its tolerationSeconds say"
        "deletePodHandler" "concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions"
    /// A taint is not tolerated.
    EvictedByTaint { pod, node, taint } "evicted-by-taint"
        "{pod} is deleted: it does not tolerate the taint {taint} of {node}, whose effect is NoExecute"
        "processPodOnNode" "concepts/scheduling-eviction/taint-and-toleration/"
    /// An eviction is called off.
    EvictionCancelled { pod, node } "eviction-cancelled"
        "the eviction of {pod} that was to come is called off: the taints of {node} have changed"
        "cancelWorkWithEvent" "concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions"
    /// A pod cannot end without its kubelet.
    WaitsForKubelet { pod, node } "waits-for-kubelet"
        "{pod} stays Terminating: only the kubelet of {node} can say that it has ended, and {node} does not answer"
        "gcTerminating" "tasks/run-application/force-delete-stateful-set-pod/"
    /// The pod garbage collector looks in rounds.
    WaitsForPodGc { pod, seconds } "waits-for-pod-gc"
        "{pod} is not removed yet: the pod garbage collector acts in {seconds} s"
        "podgc.Run" "concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection"
    /// A node is said to be out of service.
    OutOfService { pod, node } "out-of-service"
        "{pod} is marked Failed and removed: {node} is NotReady and tainted out-of-service, so nothing of it runs there"
        "gcTerminating" "concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown"
    /// A pod's node is gone.
    NodeGone { pod, node } "node-gone"
        "{pod} is marked Failed and removed: its node {node} no longer exists"
        "gcOrphaned" "concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection"

    /// How many evictions a budget allows.
    BudgetCounted { budget, allowed, healthy, desired } "budget-counted"
        "{budget} allows {allowed} evictions: {healthy} of its pods are Ready, and {desired} have to be"
        "updatePdbStatus" "concepts/workloads/pods/disruptions/#pod-disruption-budgets"

    // The scheduler: pkg/scheduler.

    /// A node was chosen.
    Scheduled { pod, node, fitting, nodes } "scheduled"
        "{pod} goes to {node}: {fitting} of {nodes} nodes can take it (taints, selectors, room, affinity, spread), and {node} comes first by its preferences, then by fewest pods of its kind"
        "schedulePod" "concepts/scheduling-eviction/kube-scheduler/"
    /// No node can take the pod.
    Unschedulable { pod, message } "unschedulable"
        "{pod} stays Pending: {message}"
        "schedulePod" "concepts/scheduling-eviction/kube-scheduler/"
    /// The pod has scheduling gates.
    SchedulingGated { pod, gates } "scheduling-gated"
        "{pod} is not scheduled yet: its schedulingGates still name {gates}, and each has to be removed first"
        "schedulinggates, PreEnqueue" "concepts/scheduling-eviction/pod-scheduling-readiness/"
    /// A node was chosen, its volumes are not there yet.
    NodeNominated { pod, node } "node-nominated"
        "{pod} is to go to {node}, once its volumes are ready there"
        "prepareForBindingCycle" "concepts/storage/storage-classes/#volume-binding-mode"
    /// A claim is told the node.
    NodeSelected { claim, node } "node-selected"
        "{claim} gets its volume for {node}: that is where the pod that uses it goes"
        "BindPodVolumes" "concepts/storage/storage-classes/#volume-binding-mode"
    /// The node of a claim is gone before its volume was made.
    NodeForgotten { claim, node } "node-forgotten"
        "{claim} no longer asks for a volume on {node}, which is gone: the scheduler may choose another node"
        "rescheduleProvisioning" "concepts/storage/storage-classes/#volume-binding-mode"
    /// The volumes of a pod are being made.
    WaitsForBinding { pod, claim, node } "waits-for-binding"
        "{pod} is not on {node} yet: its claim {claim} has to be bound first, which the scheduler checks every second"
        "BindPodVolumes" "concepts/storage/storage-classes/#volume-binding-mode"

    // The kubelet: pkg/kubelet.

    /// The kubelet sees a pod bound to its node.
    PodAccepted { pod, node } "pod-accepted"
        "the kubelet of {node} takes {pod} in: it is bound to this node, and its containers are about to be made"
        "syncPod" "concepts/workloads/pods/pod-lifecycle/"
    /// The sandbox is up.
    SandboxReady { pod } "sandbox-ready"
        "the sandbox of {pod} is up: volumes are mounted and the network is there, containers can start"
        "syncPod" "concepts/workloads/pods/pod-lifecycle/#pod-has-network"
    /// An image must be fetched.
    ImagePulled { pod, image, node } "image-pulled"
        "{node} pulls {image} for {pod}: it is not on this node yet"
        "EnsureImageExists" "concepts/containers/images/"
    /// An image is there.
    ImagePresent { pod, image, node } "image-present"
        "{image} needs no pull for {pod}: it is already on {node}"
        "EnsureImageExists" "concepts/containers/images/"
    /// The containers run.
    ContainersStarted { pod } "containers-started"
        "{pod} is Running and Ready: its containers have started, and no readiness probe says otherwise"
        "generateAPIPodStatus" "concepts/workloads/pods/pod-lifecycle/#pod-phase"
    /// The containers run, one is not ready.
    ContainersStartedUnready { pod, container } "containers-started-unready"
        "{pod} is Running and not Ready: its containers have started, and a probe of {container} has not passed yet"
        "generateAPIPodStatus" "concepts/workloads/pods/pod-lifecycle/#container-probes"
    /// An init container runs.
    InitStarted { pod, container } "init-started"
        "init container {container} of {pod} has started: init containers run one after another, before all others"
        "computeInitContainerActions" "concepts/workloads/pods/init-containers/"
    /// An init container has not ended.
    WaitsForInit { pod, container } "waits-for-init"
        "{pod} is not running yet: init container {container} has not ended"
        "computeInitContainerActions" "concepts/workloads/pods/init-containers/"
    /// A container was started again.
    ContainerRestarted { pod, container, code } "container-restarted"
        "{container} of {pod} is started again: it had ended with exit code {code}, and restartPolicy says to restart it"
        "computePodActions" "concepts/workloads/pods/pod-lifecycle/#restart-policy"
    /// The back-off between restarts.
    WaitsForRestart { pod, container, length } "waits-for-restart"
        "{container} of {pod} is not started again yet: it ended soon after its last start, and the back-off is {length} now (CrashLoopBackOff)"
        "doBackOff" "concepts/workloads/pods/pod-lifecycle/#restart-policy"
    /// A container cannot start.
    ContainerHeld { pod, container, reason } "container-held"
        "{container} of {pod} is not running: {reason}; the kubelet tries again with growing delays"
        "convertToAPIContainerStatuses" "tasks/debug/debug-application/debug-pods/"
    /// An image cannot be had.
    ImageMissing { pod, image, node } "image-missing"
        "{node} cannot get {image} for {pod}: no registry has it, or it must not be pulled"
        "EnsureImageExists" "concepts/containers/images/#imagepullbackoff"
    /// A probe failed.
    ProbeFailed { pod, container, probe } "probe-failed"
        "the {probe} probe of {container} in {pod} has failed"
        "doProbe" "concepts/workloads/pods/pod-lifecycle/#container-probes"
    /// The readiness probe passed.
    ProbePassed { pod, container } "probe-passed"
        "{container} of {pod} is ready: its readiness probe has passed"
        "SetContainerReadiness" "concepts/workloads/pods/pod-lifecycle/#container-probes"
    /// A failed probe stops a container for good.
    ProbeStops { pod, container, probe } "probe-stops"
        "{container} of {pod} is stopped and not started again: its {probe} probe failed, and the pod's restartPolicy is Never"
        "computePodActions" "concepts/workloads/pods/pod-lifecycle/#restart-policy"
    /// A probe failed too often.
    ProbeRestarts { pod, container, probe } "probe-restarts"
        "{container} of {pod} is stopped and started again: its {probe} probe has failed as often as failureThreshold allows"
        "computePodActions" "tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"
    /// A probe has not passed.
    WaitsForProbe { pod, container, probe } "waits-for-probe"
        "{pod} is not Ready: the {probe} probe of {container} does not pass"
        "UpdatePodStatus" "concepts/workloads/pods/pod-lifecycle/#container-probes"
    /// Another condition must be True.
    WaitsForGates { pod, message } "waits-for-gates"
        "{pod} is not Ready: {message}"
        "GeneratePodReadyCondition" "concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate"
    /// A hook runs.
    WaitsForHook { pod, container } "waits-for-hook"
        "{pod} is not running yet: the postStart hook of {container} has not ended"
        "startContainer" "concepts/containers/container-lifecycle-hooks/"
    /// A hook failed.
    HookFailed { pod, container, hook } "hook-failed"
        "{container} of {pod} is stopped: its {hook} hook has failed"
        "startContainer" "concepts/containers/container-lifecycle-hooks/"
    /// The object is gone while its containers run.
    StopForced { pod, node } "stop-forced"
        "{node} stops what still runs of {pod}: its object was deleted without waiting for that"
        "HandlePodRemoves" "concepts/workloads/pods/pod-lifecycle/#pod-termination-forced"
    /// The grace was over.
    ContainersKilled { pod } "containers-killed"
        "the containers of {pod} have stopped: one had not ended by itself when its grace was over, and was killed"
        "killContainer" "concepts/workloads/pods/pod-lifecycle/#pod-termination"
    /// A deletion was noticed.
    StopStarted { pod, seconds } "stop-started"
        "{pod} is told to stop: its deletion was asked for, and its containers have {seconds} s to end (TERM, then KILL)"
        "killPod" "concepts/workloads/pods/pod-lifecycle/#pod-termination"
    /// The containers ended after a deletion.
    ContainersStopped { pod } "containers-stopped"
        "the containers of {pod} have stopped"
        "SyncTerminatingPod" "concepts/workloads/pods/pod-lifecycle/#pod-termination"
    /// The program ended by itself.
    ContainersEnded { pod, container, code } "containers-ended"
        "the program of {container} in {pod} has ended with exit code {code}"
        "generateAPIPodStatus" "concepts/workloads/pods/pod-lifecycle/#restart-policy"
    /// Nothing of the pod is left on the node.
    PodRemoved { pod, node } "pod-removed"
        "{pod} is removed: nothing of it is left on {node}, so its name is free again"
        "SyncTerminatedPod" "concepts/workloads/pods/pod-lifecycle/#pod-termination"
    /// A pull takes time.
    WaitsForPull { pod, image, seconds } "waits-for-pull"
        "{pod} is not running yet: {image} is being pulled, {seconds} s in all"
        "EnsureImageExists" "concepts/containers/images/"
    /// Volumes are being mounted.
    WaitsForVolumes { pod } "waits-for-volumes"
        "{pod} is not running yet: its volumes are being mounted, which the kubelet checks every 300 ms"
        "WaitForAttachAndMount" "concepts/workloads/pods/pod-lifecycle/"
    /// A claim cannot be mounted.
    WaitsForMount { pod, claim, problem } "waits-for-mount"
        "{pod} is not running yet: its claim {claim} cannot be mounted ({problem})"
        "getPVCExtractPV" "concepts/storage/persistent-volumes/#binding"
    /// A volume's ConfigMap or Secret is missing.
    WaitsForSource { pod, volume, problem } "waits-for-source"
        "{pod} is not running yet: its volume {volume} cannot be set up ({problem}); the kubelet tries again, twice as late each time, at last every 2 min 2 s"
        "GenerateMountVolumeFunc" "concepts/configuration/configmap/#using-configmaps-as-files-from-a-pod"
    /// What a container's variables are made of is missing.
    WaitsForConfig { pod, container, message } "waits-for-config"
        "{container} of {pod} cannot be created: {message}; the kubelet looks again every 10 to 15 s"
        "makeEnvironmentVariables" "tasks/configure-pod-container/configure-pod-configmap/#restrictions"
    /// A Secret for pulls is missing.
    PullSecretMissing { pod, name } "pull-secret-missing"
        "the images of {pod} are pulled without {name}: no Secret of that name is in its namespace"
        "getPullSecretsForPod" "tasks/configure-pod-container/pull-image-private-registry/"
    /// An image's name is none.
    ImageInvalid { pod, container, message } "image-invalid"
        "{container} of {pod} cannot be started with that image, now or later: {message}"
        "applyDefaultImageTag" "concepts/containers/images/#image-names"
    /// The node needs room.
    Evicted { pod, node, message } "evicted"
        "{node} evicts {pod}: {message}"
        "evictPod" "concepts/scheduling-eviction/node-pressure-eviction/"
    /// The node is shut down.
    NodeShutsDown { pod, node } "node-shuts-down"
        "{node} is being shut down: its kubelet ends {pod}, and the pod's phase says so"
        "processShutdownEvent" "concepts/cluster-administration/node-shutdown/#graceful-node-shutdown"
    /// The node says that it goes.
    NodeGoesDown { node } "node-goes-down"
        "{node} says that it is not Ready: it is being shut down"
        "ReadyCondition" "concepts/cluster-administration/node-shutdown/#graceful-node-shutdown"
    /// The program is about to end.
    WaitsForStop { pod } "waits-for-stop"
        "{pod} is still there: its program was told to stop and has not ended yet"
        "killPod" "concepts/workloads/pods/pod-lifecycle/#pod-termination"
    /// The kubelet cleans up.
    WaitsForRemoval { pod, node } "waits-for-removal"
        "{pod} is still there: {node} unmounts its volumes and cleans up before the name is given back"
        "SyncTerminatedPod" "concepts/workloads/pods/pod-lifecycle/#pod-termination"

    // What DNS answers: plugin/kubernetes of CoreDNS reads EndpointSlices.

    /// A pod without an address.
    LeftOutNoAddress { service, pod } "left-out-no-address"
        "{pod} is left out of what DNS says for {service}: it has no address yet"
        "ShouldPodBeInEndpoints" "concepts/services-networking/dns-pod-service/#pods"
    /// A pod that is not Ready.
    LeftOutNotReady { service, pod } "left-out-not-ready"
        "{pod} is left out of what DNS says for {service}: it is not Ready"
        "podToEndpoint" "concepts/services-networking/dns-pod-service/#pods"
    /// A pod that is going.
    LeftOutTerminating { service, pod } "left-out-terminating"
        "{pod} is left out of what DNS says for {service}: it is being deleted"
        "podToEndpoint" "concepts/services-networking/dns-pod-service/#pods"
    /// A pod whose endpoint has not reached DNS.
    LeftOutNotYetKnown { service, pod } "left-out-not-yet-known"
        "{pod} is left out of what DNS says for {service}: no EndpointSlice that DNS has seen names it now"
        "reconcileByAddressType" "concepts/services-networking/endpoint-slices/"

    /// A pod whose hostname and subdomain make it a name of another Service, or of none.
    LeftOutOtherName { service, pod, name } "left-out-other-name"
        "{service} has no name {pod}, only {name}: hostname and subdomain of the pod (the serviceName of its set) do not name this Service"
        "podToEndpoint" "concepts/services-networking/dns-pod-service/#pod-s-hostname-and-subdomain-fields"
    /// A pod that the selector does not match.
    LeftOutNotSelected { service, pod } "left-out-not-selected"
        "{pod} is left out of what DNS says for {service}: its labels do not match the selector"
        "getPodServiceMemberships" "concepts/services-networking/service/#services-without-selectors"
    /// A Service of that name is in another namespace.
    ServiceElsewhere { service, namespace } "service-elsewhere"
        "a Service {service} is in namespace {namespace}: from other namespaces its name is {service}.{namespace}"
        "findServices" "concepts/services-networking/dns-pod-service/#namespaces-of-services"

    // How a name is looked up: C libraries in containers, and plugin/kubernetes of CoreDNS.

    /// Few dots.
    LookupListFirst { name, library, dots, ndots, search } "lookup-list-first"
        "{library} tries {name} in each search domain first, then as it is: dots in it {dots}, ndots {ndots}; search {search}"
        "res_nsearch" "concepts/services-networking/dns-pod-service/#pod-s-dns-config"
    /// Many dots, and a library that tries the list as well.
    LookupAsIsFirst { name, library, dots, ndots, search } "lookup-as-is-first"
        "{library} tries {name} as it is first, then in each search domain: dots in it {dots}, ndots {ndots}; search {search}"
        "res_nsearch" "concepts/services-networking/dns-pod-service/#pod-s-dns-config"
    /// Nothing is appended.
    LookupAsIs { name, library } "lookup-as-is"
        "{library} tries {name} only as it is: it ends in a dot, has as many dots as ndots says, or there is no search list"
        "name_from_dns_search" "concepts/services-networking/dns-pod-service/#pod-s-dns-config"
    /// The file comes first.
    LookupInHosts { name, pod } "lookup-in-hosts"
        "{name} stands in /etc/hosts of {pod}: no DNS server is asked"
        "ensureHostsFile" "tasks/network/customize-hosts-file-for-pods/"
    /// An answer came out of a cache.
    DnsKept { name, since, until } "dns-kept"
        "the server has kept this answer about {name} since {since} and gives it until {until}"
        "" ""
    /// An answer came out of a cache and is not true any more.
    DnsKeptStale { name, since, until } "dns-kept-stale"
        "the server has kept this answer about {name} since {since} and gives it until {until}, though it would answer differently by now"
        "" ""
    /// An answer came out of a cache after its time.
    DnsServedStale { name, since, until } "dns-served-stale"
        "the server has kept this answer about {name} since {since}; its time ended at {until}, and it is given once more, with TTL 0, while the server asks anew"
        "getIfNotStale" ""
    /// A name of no zone.
    DnsNotOurs { name } "dns-not-ours"
        "{name} is in no zone of the cluster, so it is asked of the resolver of the nodes"
        "ServeDNS" "tasks/administer-cluster/dns-custom-nameservers/"
    /// The resolver of the nodes is down.
    DnsUpstreamDown { name } "dns-upstream-down"
        "{name} is in no zone of the cluster, and the resolver of the nodes does not answer"
        "ServeDNS" "tasks/administer-cluster/dns-custom-nameservers/"
    /// A node of the zone.
    DnsNode { name } "dns-node"
        "{name} exists and has no addresses: it is the zone, svc, pod or a namespace"
        "Records" "concepts/services-networking/dns-pod-service/"
    /// SOA, NS, the schema's version.
    DnsAuthority { name } "dns-authority"
        "{name} is about the zone itself: its SOA, its name servers or the version of its schema"
        "nsAddrs" ""
    /// No name of a cluster.
    DnsNoSuchShape { name } "dns-no-such-shape"
        "{name} can be no name of the cluster: before its domain stand svc or pod, a namespace, a Service, and at most an endpoint or _port._protocol"
        "parseRequest" "concepts/services-networking/dns-pod-service/"
    /// No such namespace.
    DnsNoNamespace { name, namespace } "dns-no-namespace"
        "{name} asks for the namespace {namespace}, which does not exist"
        "namespaceExposed" "concepts/services-networking/dns-pod-service/#namespaces-of-services"
    /// No such Service.
    DnsNoService { name, service, namespace } "dns-no-service"
        "{name} asks for the Service {service} in namespace {namespace}, which does not exist"
        "findServices" "concepts/services-networking/dns-pod-service/#services"
    /// A cluster IP.
    DnsClusterIp { name, service } "dns-cluster-ip"
        "{name} is the cluster IP of {service}, whether its pods are ready or not"
        "findServices" "concepts/services-networking/dns-pod-service/#a-aaaa-records"
    /// Endpoints.
    DnsEndpoints { name, service } "dns-endpoints"
        "{name} stands for ready endpoints of {service}"
        "findServices" "concepts/services-networking/dns-pod-service/#a-aaaa-records"
    /// None of its endpoints is ready.
    DnsNoReadyEndpoint { name, service } "dns-no-ready-endpoint"
        "{name} does not exist while {service} is headless and no endpoint of it is ready"
        "findServices" "concepts/services-networking/service/#headless-services"
    /// No ready endpoint has the name.
    DnsNoSuchEndpoint { name, service, endpoint } "dns-no-such-endpoint"
        "{name} does not exist: no ready endpoint of {service} is named {endpoint}"
        "findServices" "concepts/services-networking/dns-pod-service/#pod-s-hostname-and-subdomain-fields"
    /// No port has the name.
    DnsNoSuchPort { name, service, port, protocol } "dns-no-such-port"
        "{name} does not exist: {service} has no port of that name and protocol ({port}/{protocol})"
        "findServices" "concepts/services-networking/dns-pod-service/#srv-records"
    /// An alias.
    DnsExternalName { name, service, target } "dns-external-name"
        "{name} is an alias: {service} has type ExternalName and leads to {target}"
        "findServices" "concepts/services-networking/service/#externalname"
    /// An alias that cannot be.
    DnsExternalNameUnusable { name, service } "dns-external-name-unusable"
        "{name} does not exist: {service} has type ExternalName, which answers for its own name only, and never with an address"
        "findServices" "concepts/services-networking/service/#externalname"
    /// `ignore empty_service`.
    DnsEmptyService { name, service } "dns-empty-service"
        "{name} does not exist: {service} has no ready endpoint, and this server hides such Services"
        "findServices" ""
    /// A name made of an address.
    DnsPodAddress { name } "dns-pod-address"
        "{name} is made of an address, and the server confirms any such name"
        "findPods" "concepts/services-networking/dns-pod-service/#a-aaaa-records-1"
    /// Names of pods are off, or none has the address.
    DnsNoSuchPod { name } "dns-no-such-pod"
        "{name} does not exist: the label is no address, or this server knows no pod that has it"
        "findPods" "concepts/services-networking/dns-pod-service/#a-aaaa-records-1"
    /// The name of an address.
    DnsReverse { name, address } "dns-reverse"
        "{name} asks for the names of {address}: a Service or ready endpoints have it"
        "serviceRecordForIP" "concepts/services-networking/dns-pod-service/"
    /// An address without name.
    DnsNoReverse { name, address } "dns-no-reverse"
        "{name} asks for the names of {address}: no Service and no ready endpoint has it"
        "serviceRecordForIP" "concepts/services-networking/dns-pod-service/"
    /// Zone transfers.
    DnsNoTransfer { name } "dns-no-transfer"
        "{name} is not handed out whole: the server allows no zone transfers"
        "ServeDNS" ""
    /// The server has just started.
    DnsNotSynced { name } "dns-not-synced"
        "the server has not read all objects yet, so it cannot say that {name} does not exist"
        "HasSynced" ""
    /// Nobody answers.
    DnsNoReply { name } "dns-no-reply"
        "nobody answered the query for {name}"
        "" ""

    // The endpoint controllers: pkg/controller/endpointslice, pkg/controller/endpoint.

    /// A Service has no slice yet.
    SliceNew { service } "slice-new"
        "{service} gets an EndpointSlice: DNS and proxies read the addresses of its pods from there"
        "syncService" "concepts/services-networking/endpoint-slices/"
    /// An address became usable.
    EndpointReady { service, pod, address } "endpoint-ready"
        "{address} of {pod} becomes ready in the EndpointSlice of {service}: the pod is Ready, so DNS may answer with it"
        "podToEndpoint" "concepts/services-networking/endpoint-slices/#ready"
    /// An address joins, not usable yet.
    EndpointNotReady { service, pod, address } "endpoint-not-ready"
        "{address} of {pod} stands in the EndpointSlice of {service} as not ready: the pod is not Ready, so DNS leaves it out"
        "podToEndpoint" "concepts/services-networking/endpoint-slices/#ready"
    /// A pod is going.
    EndpointTerminating { service, pod, address } "endpoint-terminating"
        "{address} of {pod} is marked terminating in the EndpointSlice of {service}: the pod is being deleted, so DNS leaves it out"
        "podToEndpoint" "concepts/services-networking/endpoint-slices/#terminating"
    /// A pod is gone or has ended.
    EndpointGone { service, pod } "endpoint-gone"
        "{pod} leaves the EndpointSlice of {service}: it has ended, is gone, or is no longer selected"
        "reconcileByAddressType" "concepts/services-networking/endpoint-slices/"
    /// Something else of the slice follows the Service or a pod.
    SliceFollows { service } "slice-follows"
        "the EndpointSlice of {service} follows a change of the Service or its pods"
        "reconcileByAddressType" "concepts/services-networking/endpoint-slices/"
    /// The older mirror object follows.
    EndpointsFollow { service } "endpoints-follow"
        "the older Endpoints object of {service} is kept equal to its ready pods"
        "syncService" "concepts/services-networking/service/#endpoints"
    /// Endpoints that somebody wrote.
    EndpointsMirrored { endpoints } "endpoints-mirrored"
        "an EndpointSlice mirrors the Endpoints {endpoints}: somebody wrote them by hand, and DNS reads only slices"
        "syncEndpoints" "concepts/services-networking/endpoint-slices/#endpointslice-mirroring"
    /// Nothing is to be mirrored any more.
    MirrorGone { slice, endpoints } "mirror-gone"
        "{slice} is deleted: nothing in the Endpoints {endpoints} is to be mirrored there any more"
        "reconcile" "concepts/services-networking/endpoint-slices/#endpointslice-mirroring"
}
