//! The table of commands, in the order of kubectl's help page.

use super::{
    about, apply, autoscale, create, delete, describe, diff, edit, events, exec, get, label, logs,
    nodes, patch, rollout, run, scale, set, wait,
};
use crate::kubectl::Done;
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;

/// A command or subcommand.
pub(super) struct Verb {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    /// Words that mean this command to people.
    pub suggested_for: &'static [&'static str],
    /// What it does, in a few words.
    pub about: &'static str,
    pub flags: &'static str,
    /// None where it isn't built.
    pub run: Option<fn(&mut Io, &Flags) -> Done>,
    pub subs: &'static [Verb],
}

const fn verb(
    name: &'static str,
    about: &'static str,
    flags: &'static str,
    run: fn(&mut Io, &Flags) -> Done,
) -> Verb {
    Verb {
        name,
        aliases: &[],
        suggested_for: &[],
        about,
        flags,
        run: Some(run),
        subs: &[],
    }
}

/// One that real kubectl has and this doesn't.
const fn later(name: &'static str) -> Verb {
    Verb {
        name,
        aliases: &[],
        suggested_for: &[],
        about: "(not simulated yet)",
        flags: "",
        run: None,
        subs: &[],
    }
}

/// One that only has subcommands.
const fn group(name: &'static str, about: &'static str, subs: &'static [Verb]) -> Verb {
    Verb {
        about,
        subs,
        ..later(name)
    }
}

/// Subcommands of `create`.
static CREATE: &[Verb] = &[
    later("clusterrole"),
    later("clusterrolebinding"),
    Verb {
        aliases: &["cm"],
        ..verb(
            "configmap",
            "from literals and files",
            create::CONFIG_MAP,
            create::config_map,
        )
    },
    later("cronjob"),
    Verb {
        aliases: &["deploy"],
        ..verb(
            "deployment",
            "from an image",
            create::DEPLOYMENT,
            create::deployment,
        )
    },
    later("ingress"),
    later("job"),
    Verb {
        aliases: &["ns"],
        ..verb(
            "namespace",
            "a namespace",
            create::NAMESPACE,
            create::make_namespace,
        )
    },
    Verb {
        aliases: &["pdb"],
        ..verb(
            "poddisruptionbudget",
            "a budget of disruptions",
            create::BUDGET,
            create::budget,
        )
    },
    later("priorityclass"),
    Verb {
        aliases: &["resourcequota"],
        ..verb("quota", "a resource quota", create::QUOTA, create::quota)
    },
    later("role"),
    later("rolebinding"),
    group(
        "secret",
        "a secret",
        &[
            verb(
                "docker-registry",
                "for a registry of images",
                create::DOCKER,
                create::docker_registry,
            ),
            verb(
                "generic",
                "from literals and files",
                create::SECRET,
                create::secret,
            ),
            later("tls"),
        ],
    ),
    Verb {
        aliases: &["svc"],
        ..group(
            "service",
            "a service",
            &[
                verb(
                    "clusterip",
                    "inside the cluster, or headless",
                    create::SERVICE,
                    create::cluster_ip,
                ),
                verb(
                    "externalname",
                    "an alias",
                    create::SERVICE,
                    create::external_name,
                ),
                verb(
                    "loadbalancer",
                    "with a load balancer",
                    create::SERVICE,
                    create::load_balancer,
                ),
                verb(
                    "nodeport",
                    "on a port of every node",
                    create::SERVICE,
                    create::node_port,
                ),
            ],
        )
    },
    Verb {
        aliases: &["sa"],
        ..verb(
            "serviceaccount",
            "a service account",
            create::NAMESPACE,
            create::service_account,
        )
    },
    later("token"),
];

/// Subcommands of `config`.
static CONFIG: &[Verb] = &[
    verb(
        "current-context",
        "show the context",
        about::CONFIG,
        about::current_context,
    ),
    later("delete-cluster"),
    later("delete-context"),
    later("delete-user"),
    later("get-clusters"),
    verb(
        "get-contexts",
        "list the contexts",
        about::CONFIG,
        about::get_contexts,
    ),
    later("get-users"),
    later("rename-context"),
    later("set"),
    later("set-cluster"),
    verb(
        "set-context",
        "set the context's namespace",
        about::CONFIG,
        about::set_context,
    ),
    later("set-credentials"),
    later("unset"),
    Verb {
        aliases: &["use"],
        ..verb(
            "use-context",
            "choose a context",
            about::CONFIG,
            about::use_context,
        )
    },
    verb(
        "view",
        "show the configuration",
        about::CONFIG,
        about::view_config,
    ),
];

/// All commands.
pub(super) static VERBS: &[Verb] = &[
    Verb {
        subs: CREATE,
        ..verb(
            "create",
            "make objects from files or flags",
            patch::CREATE,
            patch::create,
        )
    },
    verb(
        "expose",
        "make a service for a workload",
        create::EXPOSE,
        create::expose,
    ),
    verb("run", "run an image as a pod", run::FLAGS, run::run),
    group(
        "set",
        "change a part of a workload",
        &[
            verb("env", "environment variables", set::ENV, set::env),
            verb("image", "images", set::IMAGE, set::image),
            verb(
                "resources",
                "requests and limits",
                set::RESOURCES,
                set::resources,
            ),
            later("selector"),
            later("serviceaccount"),
            later("subject"),
        ],
    ),
    verb(
        "explain",
        "show a type's fields",
        about::EXPLAIN,
        about::explain,
    ),
    Verb {
        suggested_for: &["list", "ls"],
        ..verb("get", "show objects", get::FLAGS, get::run)
    },
    verb(
        "edit",
        "change objects in an editor",
        edit::FLAGS,
        edit::run,
    ),
    Verb {
        suggested_for: &["rm"],
        ..verb(
            "delete",
            "delete objects, and wait until they are gone",
            delete::FLAGS,
            delete::run,
        )
    },
    group(
        "rollout",
        "manage rollouts",
        &[
            verb(
                "history",
                "list revisions",
                rollout::HISTORY,
                rollout::run_history,
            ),
            verb(
                "pause",
                "hold a Deployment's rollout",
                rollout::RESTART,
                rollout::run_pause,
            ),
            verb(
                "restart",
                "replace the pods one by one",
                rollout::RESTART,
                rollout::run_restart,
            ),
            verb(
                "resume",
                "let a held rollout go on",
                rollout::RESTART,
                rollout::run_resume,
            ),
            verb(
                "status",
                "wait until a rollout is over",
                rollout::STATUS,
                rollout::run_status,
            ),
            verb(
                "undo",
                "go back to an earlier revision",
                rollout::UNDO,
                rollout::run_undo,
            ),
        ],
    ),
    Verb {
        suggested_for: &["resize"],
        ..verb(
            "scale",
            "set the number of replicas",
            scale::FLAGS,
            scale::run,
        )
    },
    verb(
        "autoscale",
        "make an autoscaler (nothing here acts on it)",
        autoscale::FLAGS,
        autoscale::run,
    ),
    later("certificate"),
    Verb {
        subs: &[later("dump")],
        ..verb(
            "cluster-info",
            "say where the cluster is",
            "",
            about::cluster_info,
        )
    },
    group(
        "top",
        "show what is used",
        &[
            Verb {
                aliases: &["nodes", "no"],
                ..verb("node", "by nodes", "", about::top)
            },
            Verb {
                aliases: &["pods", "po"],
                ..verb("pod", "by pods", "", about::top)
            },
        ],
    ),
    verb(
        "cordon",
        "let no new pods onto a node",
        nodes::CORDON,
        nodes::cordon,
    ),
    verb(
        "uncordon",
        "let pods onto a node again",
        nodes::CORDON,
        nodes::uncordon,
    ),
    verb(
        "drain",
        "cordon a node and evict its pods",
        nodes::DRAIN,
        nodes::drain,
    ),
    verb(
        "taint",
        "change a node's taints",
        nodes::TAINT,
        nodes::taint,
    ),
    verb(
        "describe",
        "show objects in words",
        describe::FLAGS,
        describe::run,
    ),
    verb(
        "logs",
        "print what a container wrote",
        logs::FLAGS,
        logs::logs,
    ),
    verb(
        "attach",
        "attach to a container's program",
        exec::ATTACH,
        exec::attach,
    ),
    verb(
        "exec",
        "run a program in a container",
        exec::EXEC,
        exec::exec,
    ),
    later("port-forward"),
    later("proxy"),
    later("cp"),
    group(
        "auth",
        "look at what is allowed",
        &[
            verb(
                "can-i",
                "ask whether something is allowed",
                about::CAN_I,
                about::can_i,
            ),
            later("reconcile"),
            later("whoami"),
        ],
    ),
    verb("debug", "(not simulated yet)", about::DEBUG, about::debug),
    verb(
        "events",
        "list events, oldest first",
        events::FLAGS,
        events::run,
    ),
    verb(
        "diff",
        "show what apply would change",
        diff::FLAGS,
        diff::run,
    ),
    Verb {
        subs: &[
            later("edit-last-applied"),
            verb(
                "set-last-applied",
                "set the annotation that apply keeps",
                apply::SET_FLAGS,
                apply::set,
            ),
            verb(
                "view-last-applied",
                "show the annotation that apply keeps",
                apply::VIEW_FLAGS,
                apply::view,
            ),
        ],
        ..verb(
            "apply",
            "make objects what files say",
            apply::FLAGS,
            apply::run,
        )
    },
    verb("patch", "change some fields", patch::PATCH, patch::patch),
    verb(
        "replace",
        "replace objects as a whole",
        patch::REPLACE,
        patch::replace,
    ),
    verb(
        "wait",
        "wait until a condition holds",
        wait::FLAGS,
        wait::run,
    ),
    later("kustomize"),
    verb("label", "change labels", label::FLAGS, label::label),
    verb(
        "annotate",
        "change annotations",
        label::FLAGS,
        label::annotate,
    ),
    later("completion"),
    later("alpha"),
    verb(
        "api-resources",
        "list types",
        about::RESOURCES,
        about::api_resources,
    ),
    verb(
        "api-versions",
        "list group versions",
        "",
        about::api_versions,
    ),
    group("config", "look at the client's configuration", CONFIG),
    later("kuberc"),
    group(
        "plugin",
        "look for plugins",
        &[verb("list", "list plugins", "name-only:b", about::plugins)],
    ),
    verb("version", "print versions", about::VERSION, about::version),
    verb(
        "options",
        "list the flags of all commands",
        "",
        about::options,
    ),
];
