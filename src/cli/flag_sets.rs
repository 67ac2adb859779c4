//! Tables of flags that several commands share, each the counterpart of an `AddFlags` function of kubectl.

use super::flags::Flag;

/// Known to every command. Models `genericclioptions.ConfigFlags` and kubectl's root flags.
pub const GLOBAL: &[Flag] = &[
    Flag::str("as", "", "Act as this user (a name, or a service account's full name)."),
    Flag::array("as-group", "Act as a member of this group; may be given again."),
    Flag::str("as-uid", "", "Act as the user with this UID."),
    Flag::array("as-user-extra", "Extra attributes of the user to act as; may be given again."),
    Flag::str("cache-dir", "/home/user/.kube/cache", "Where discovery documents are kept."),
    Flag::str("certificate-authority", "", "File with the certificate authority to trust."),
    Flag::str("client-certificate", "", "File with the client's TLS certificate."),
    Flag::str("client-key", "", "File with the client's TLS key."),
    Flag::str("cluster", "", "Cluster of the kubeconfig to talk to."),
    Flag::str("context", "", "Context of the kubeconfig to use."),
    Flag::bool("disable-compression", "Ask the server not to compress its answers."),
    Flag::bool("insecure-skip-tls-verify", "Do not check the server's certificate: connections become insecure."),
    Flag::str("kubeconfig", "", "The kubeconfig file to use."),
    Flag::str("kuberc", "", "The file with preferences to use."),
    Flag::duration("log-flush-frequency", "5s", "How often to flush logs."),
    Flag::bool("match-server-version", "Demand that the server has kubectl's version."),
    Flag::str("namespace", "", "The namespace this command works in.").short('n'),
    Flag::str("password", "", "Password for basic authentication."),
    Flag::str(
        "profile",
        "none",
        "Which profile to take: none, cpu, heap, goroutine, threadcreate, block, mutex, trace.",
    ),
    Flag::str("profile-output", "profile.pprof", "Where to write the profile."),
    Flag::str("request-timeout", "0", "How long one request may take (1s, 2m, 3h); zero waits without limit."),
    Flag::str("server", "", "Address and port of the API server.").short('s'),
    Flag::str("tls-server-name", "", "The name to expect in the server's certificate."),
    Flag::str("token", "", "Bearer token to show to the API server."),
    Flag::str("user", "", "User of the kubeconfig to act as."),
    Flag::str("username", "", "Name for basic authentication."),
    Flag::int32("v", "0", "How much to log.").short('v'),
    Flag::str("vmodule", "", "Per-file log levels."),
    Flag::bool("warnings-as-errors", "Exit with an error when the server sent a warning."),
];

/// `-o` and what goes with it. Models `genericclioptions.PrintFlags`.
pub const PRINT: &[Flag] = &[
    Flag::bool_on("allow-missing-template-keys", "Print nothing for template fields that are missing (go-template and jsonpath)."),
    Flag::str(
        "output",
        "",
        "Output format. One of: (json, yaml, kyaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).",
    )
    .short('o'),
    Flag::bool("show-managed-fields", "Keep managedFields in JSON and YAML output."),
    Flag::str("template", "", "Template text or file for -o go-template and -o go-template-file."),
];

/// The manifests a command reads. Models `resource.FilenameOptions`.
pub const FILES: &[Flag] = &[
    Flag::slice("filename", "Files, directories or URLs that hold the resources.").short('f'),
    Flag::str("kustomize", "", "A kustomization directory; not together with -f.").short('k'),
    Flag::bool("recursive", "Read the directories below those given with -f too.").short('R'),
];

pub const SELECTOR: &[Flag] = &[Flag::str(
    "selector",
    "",
    "Label query: =, ==, !=, in, notin, gt, lt, or a key alone (-l key1=value1,key2=value2). All its terms must hold.",
)
.short('l')];

pub const FIELD_SELECTOR: &[Flag] = &[Flag::str(
    "field-selector",
    "",
    "Field query: =, ==, != (--field-selector key1=value1,key2=value2). Each kind knows only a few fields.",
)];

pub const ALL: &[Flag] = &[Flag::bool("all", "Take every resource of the given types in the namespace.")];

pub const ALL_NAMESPACES: &[Flag] =
    &[Flag::bool("all-namespaces", "Look in every namespace, whatever --namespace or the context say.").short('A')];

pub const DRY_RUN: &[Flag] = &[Flag::str(
    "dry-run",
    "none",
    "\"none\", \"server\" or \"client\". client prints what would be sent and sends nothing; server sends it and asks not to keep it.",
)
.no_opt("unchanged")];

pub const FIELD_MANAGER: &[Flag] =
    &[Flag::str("field-manager", "kubectl", "Name under which the fields written are owned.")];

pub const VALIDATE: &[Flag] = &[Flag::str(
    "validate",
    "strict",
    "\"strict\" (or true) refuses unknown and duplicate fields, \"warn\" warns of them, \"ignore\" (or false) drops them.",
)
.no_opt("strict")];

pub const SAVE_CONFIG: &[Flag] =
    &[Flag::bool("save-config", "Keep the configuration in the object's annotation, for a later kubectl apply.")];

pub const CHUNK_SIZE: &[Flag] =
    &[Flag::int64("chunk-size", "500", "Fetch long lists in pieces of this size; 0 fetches all at once.")];

pub const LOCAL: &[Flag] = &[Flag::bool("local", "Change the object without asking the server.")];

pub const SUBRESOURCE: &[Flag] = &[Flag::str("subresource", "", "Work on this subresource instead of the resource.")];

/// Models `genericclioptions.RecordFlags`.
pub const RECORD: &[Flag] = &[Flag::bool("record", "Keep the command in the object's annotations.")
    .deprecated("--record will be removed in the future")];

/// The owner of what `set` writes.
pub const SET_MANAGER: &[Flag] =
    &[Flag::str("field-manager", "kubectl-set", "Name under which the fields written are owned.")];
