//! English.

use super::texts::*;

/// `1 pod`, `2 pods`.
fn n(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// `the pod` for `pods`; what it does not know stays as the server names it.
fn thing(resource: &str) -> String {
    let plural = resource.split('.').next().unwrap_or(resource);
    let singular = match plural.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => plural.strip_suffix('s').unwrap_or(plural).to_owned(),
    };
    if plural == "endpoints" { plural.to_owned() } else { singular }
}

pub static EN: Texts = Texts {
    page: Page {
        title: "Podium: Kubernetes you can see",
        skip_to_terminal: "Skip to the terminal",
        skip_to_lesson: "Skip to the lesson",
        tagline: "Kubernetes 1.36, simulated in this page",
        other_language: "中文",
        switch_language: "切换到中文",
        theme: "Light or dark",
        panels: "Panels",
        close: "Close",
        copied: "Copied",
        open_in_tab: "Open in a tab",
        keyboard_help: "Keys",
        run: |command| format!("Run: {command}"),
    },
    time: Time {
        label: "Time",
        play: "Play",
        pause: "Pause",
        step: "Step: to the next event",
        clock: "Cluster time",
        speed: "Speed",
    },
    picture: Picture {
        label: "Picture of the cluster",
        splitter: "Height of the picture",
        namespaces: "Namespaces shown",
        all_namespaces: "All namespaces",
        current_namespace: "current namespace",
        show_labels: "Show labels",
        zoom_in: "Zoom in",
        zoom_out: "Zoom out",
        fit: "Fit the picture",
        legend: "What the shapes mean",
        client: "your laptop",
        plane: "Control plane",
        api_server: "API server",
        scheduler: "Scheduler",
        controllers: "Controllers",
        waiting: "waiting for a node",
        nobody_waits: "Pods without a node wait here",
        nobody_waits_short: "no pod waits for a node",
        waiting_label: |pods| format!("Waiting for a node: {}", n(pods, "pod")),
        cluster_label: |nodes, pods| format!("Cluster: {}, {}", n(nodes, "node"), n(pods, "pod")),
        node_label: |name, pods| format!("Node {name}, {}", n(pods, "pod")),
        node_meta: |pods, cpu| format!("{} · cpu {cpu}%", n(pods, "pod")),
        node_not_ready: "not ready",
        node_cordoned: "takes no new pods",
        pod_label: |p| {
            let mut text = format!("Pod {}, namespace {}, {}", p.name, p.namespace, p.status);
            if !p.ready.is_empty() {
                text += &format!(", ready {}", p.ready);
            }
            text += &if p.node.is_empty() { ", waiting for a node".into() } else { format!(", on {}", p.node) };
            text += if p.doomed { ", would be deleted" } else { "" };
            text += if p.highlighted { ", matches" } else { "" };
            text
        },
        tally_label: |count, phase| format!("{count} {phase}"),
        deleted: "deleted",
        empty_title: "No pods yet",
        empty_text: "Three nodes are ready and empty. Create a pod and watch it find its place.",
        refused: |pod, why| format!("{pod} refused: {why}"),
    },
    matrix: Matrix {
        show: "Sort by two labels",
        rows: "Rows",
        columns: "Columns",
        without: "without it",
        empty: "No pod has a label yet. kubectl label po NAME env=prod gives it one.",
        label: |rows, columns| match columns {
            "" => format!("Pods by {rows}"),
            _ => format!("Pods by {rows} and {columns}"),
        },
    },
    workloads: Workloads {
        show: "Sort by workload",
        empty: "Nothing runs here yet. Two files describe one application in two ways: both containers in one pod, or each in a pod of its own.",
        sum: |pods, containers| {
            let plural = |n: usize, word| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
            format!("{}, {}", plural(pods, "pod"), plural(containers, "container"))
        },
        none: "no pods",
        replicas: |name, replicas| format!("{name}: {replicas} wanted"),
        more: |name| format!("Scale {name} up by one"),
        less: |name| format!("Scale {name} down by one"),
        others: |pods| format!("and {pods} more"),
    },
    browser: Browser {
        label: "A small browser",
        visit: |port| format!("Open localhost:{port} in a small browser"),
        reload: "Load again",
        unreachable: "This page cannot be reached.",
    },
    phases: Phases {
        pending: "Pending: no node yet",
        creating: "Creating: the ring fills",
        running: "Running and ready",
        not_ready: "Running, not ready",
        crash_loop: "Crash loop: waits to restart",
        error: "A container failed",
        image_pull: "Image cannot be pulled",
        succeeded: "Completed",
        failed: "Failed",
        terminating: "Terminating: grace period left",
        unknown: "Unknown: the node is silent",
    },
    terminal: Terminal {
        label: "Terminal",
        tabs: "Terminals",
        new_tab: "New terminal",
        close_tab: |title| format!("Close {title}"),
        files: "Files",
        wrap: "Wrap long lines",
        copy: "Copy output",
        output: "Terminal output",
        input: "Command",
        completions: "Completions",
        keys: "Keys",
        welcome: "This is a Kubernetes 1.36 cluster, simulated in the page. Type a command, or tap one:",
        waiting: |what, seconds| match seconds {
            Some(s) => format!("{what}: {s} s left."),
            None => format!("{what}."),
        },
        waits_for_grace: "Waiting for the grace period",
        waits_for_condition: "Waiting for the condition",
        waits_for_more: "Waiting for more output",
        waits_for_connections: "Waiting for connections",
        skip_ahead: "Skip ahead",
        stop_waiting: "stop waiting",
        show_earlier: "Show earlier output",
        shell_ended: "That was your own shell, not one in a container. A new one takes its place.",
        output_cut: "This is over 1 MB; the rest is not shown. Send it through `head`, `tail` or `grep`.",
        lines_pasted: |lines| format!("{} pasted; each runs after the one before it.", n(lines, "line")),
    },
    notes: Notes {
        gap: " ",
        not_found: |resource, name, namespace| match namespace {
            "" => format!("There is no {} called `{name}`.", thing(resource)),
            ns => format!("There is no {} called `{name}` in the namespace `{ns}`.", thing(resource)),
        },
        nearest: |name| format!("The nearest name is `{name}`."),
        found_elsewhere: |name, ns| format!("There is a `{name}` in the namespace `{ns}`."),
        namespace_not_found: |ns| format!("The namespace `{ns}` does not exist. Create it first, or use another."),
        already_exists: |resource, name| {
            format!(
                "A {} called `{name}` exists already. `create` makes only new objects; `apply` changes one that exists.",
                thing(resource)
            )
        },
        invalid: |field| {
            format!("The server read the object and refused it because of `{field}`. Nothing was changed.")
        },
        immutable: |field| {
            format!("`{field}` cannot change once the object exists. Delete the object and create it again.")
        },
        forbidden: "The request was understood and is not permitted. Nothing was changed.",
        protected_namespace: |ns| format!("The cluster needs `{ns}` itself, so it cannot be deleted."),
        conflict: "Somebody changed the object after you read it. Read it again, then repeat the change.",
        bad_request: "The server did not understand the request. Nothing was changed.",
        not_allowed: "This kind of object does not support that operation.",
        too_many: "The limit is reached. Wait a moment, or delete something first.",
        unknown_type: |word| {
            format!("The cluster has no kind called `{word}`. `kubectl api-resources` lists those it has.")
        },
        unknown_command: |word| format!("kubectl has no command `{word}`. `kubectl help` lists them."),
        unknown_flag: |flag| format!("This command has no flag `{flag}`. Add `--help` to see those it has."),
        did_you_mean: |word| format!("Did you mean `{word}`?"),
        unknown_field: |field| {
            format!(
                "The kind has no field `{field}`. Check spelling and indentation; `kubectl explain` shows its fields."
            )
        },
        no_such_file: |file| format!("There is no file `{file}` here. `ls` shows which files there are."),
        bad_yaml: |line| {
            format!("The file is not valid YAML near line {line}. Look at the indentation: spaces only, never tabs.")
        },
        label_has_value: |key| format!("`{key}` has another value already. Add `--overwrite` to replace it."),
        nothing_here: |ns| format!("Nothing of this kind in the namespace `{ns}`. `-A` looks in all namespaces."),
        name_missing: "Say which ones: a name, a selector with `-l`, or `--all`.",
        bad_selector: "A selector looks like `app=web`, `app!=web`, `'env in (prod,dev)'`, `env` or `'!env'`, joined by commas. \
                       Quote it when it has spaces, parentheses or `!`.",
        no_container: |container, containers| format!("The pod has no container `{container}`. It has: {containers}."),
        exec_needs_dashes: "Put `--` between the pod's name and the command to run in it.",
        container_waits: "The container has not started yet. `kubectl describe pod` tells what it waits for.",
        no_previous_log: "The container has not been restarted, so it has no earlier log.",
        not_a_shell_command: |word| format!("This terminal has no command `{word}`. `help` lists those it has."),
        connection_refused: |address| {
            format!("Nobody listens on `{address}`. Is the `port-forward` open, and is the port right?")
        },
        port_taken: |port| format!("Another program of yours listens on port {port}. Stop it, or take another port."),
        connection_lost: "The pod behind this tunnel is gone. Press Ctrl-C and forward to another one.",
        nothing_listens: |port| {
            format!(
                "Nothing in the pod listens on port {port}. `kubectl describe pod` names the ports of its containers."
            )
        },
        unknown_image: |image| {
            format!("Podium has no image `{image}`: images are small programs here, and nothing is downloaded.")
        },
        crash_loop: |pod| {
            format!("A container of `{pod}` keeps ending. `kubectl logs {pod} --previous` shows its last words.")
        },
        unschedulable: "No node fits. `kubectl describe pod` says what each of them lacks.",
        not_simulated: "The real kubectl can do this; Podium cannot yet.",
        no_controller: |kind| format!("Podium stores {kind} objects, but nothing acts on them here yet."),
    },
    lesson: Lesson {
        label: "Lesson",
        fold: "Fold the lesson away",
        close: "Close the lesson",
        all: "All lessons",
        list_title: "Lessons",
        list_text: "Each step is checked against the cluster, not against what you typed.",
        steps: |steps| n(steps, "step"),
        steps_done: |solved, steps| format!("{solved} of {} solved", n(steps, "step")),
        next_step: "Next step",
        next_lesson: "Next lesson",
        restart: "Start the lesson again",
        progress: |step, of, solved| format!("Step {step} of {of}, {solved} solved"),
        solved: " (solved)",
        goals: "Goals",
        reached: "reached",
        hint: |number| format!("Hint {number}"),
        hint_locked: "after one more try",
        solution: "Solution",
        finished: "You have finished this lesson.",
        loading: "Loading the lesson.",
        failed: |why| format!("The lesson could not be loaded: {why}."),
        retry: "Try again",
    },
    inspector: Inspector {
        close: "Close (Esc)",
        overview: "Overview",
        logs: "Logs",
        events: "Events",
        node: "Node",
        ip: "IP",
        restarts: "Restarts",
        age: "Age",
        qos: "QoS",
        labels: "Labels",
        annotations: "Annotations",
        containers: "Containers",
        owner: "Controlled by",
        capacity: "Capacity",
        taints: "Taints",
        pods: "Pods",
        why_waiting: "Why it waits",
        log_tail: "Log tail",
        inside: "Inside the pod",
        shared: "shared by all containers",
        own_files: "own files",
        no_logs: "Nothing logged yet.",
        no_events: "No events. They are kept for an hour.",
        copy_yaml: "Copy YAML",
    },
    editor: Editor {
        new_file: "New file",
        close_without_saving: "Close without saving",
        cancel: "Cancel",
        save: "Save",
        save_and_create: "Save and create",
        save_and_apply: "Save and apply",
        save_and_run: "Save and run",
        leave_hint: "Esc, then Tab leaves the text.",
        discard: "Discard them",
        go_to_line: |line| format!("Go to line {line}"),
    },
    storage: Storage {
        damaged: "The saved session is damaged. It was set aside, and this is a fresh cluster.",
        newer: "The saved session is from a newer Podium. It was left alone, and this is a fresh cluster.",
        full: "The browser's storage is full. This session will not be there after a reload.",
        blocked: "The browser does not let this page store anything. This session will not be there after a reload.",
    },
    crash: Crash {
        title: "Podium stopped",
        text: "A mistake in Podium, not in what you did. You can go back to the last good state.",
        last_good: "Go back to the last good state",
        copy_report: "Copy the report",
    },
    said: Said {
        between: ". ",
        pod_is: |name, status| format!("Pod {name}: {status}"),
        pod_gone: |name| format!("Pod {name} is gone"),
        matches: |count| format!("{} match", n(count, "pod")),
        would_delete: |count| format!("{} would be deleted", n(count, "pod")),
        step_solved: |title| format!("Solved: {title}"),
        failed: |code| format!("The command ended with exit code {code}"),
    },
    keys: &[
        ("Enter", "run the command"),
        ("Tab", "complete; on an empty line: leave the terminal"),
        ("↑ ↓", "earlier and later commands"),
        ("Ctrl-R", "search the history"),
        ("Ctrl-C", "stop the command, or drop the line"),
        ("Ctrl-L", "clear the screen"),
        ("Ctrl-A, Ctrl-E", "to the start, to the end of the line"),
        ("Ctrl-U, Ctrl-K, Ctrl-W", "cut to the start, to the end, the last word"),
        ("Ctrl-Y", "put back what was cut"),
        ("Ctrl-D", "end the input"),
        ("Esc", "close what is open; again: leave the terminal"),
        ("/", "from the picture to the terminal"),
        ("← ↑ → ↓", "in the picture: to the next pod"),
        ("Space", "in the picture: inspect the pod"),
    ],
};
