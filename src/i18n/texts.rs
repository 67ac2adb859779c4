//! What the page says, part by part. The languages fill these structs.

/// A text without parameters.
pub type Text = &'static str;

/// All the words of one language.
pub struct Texts {
    pub page: Page,
    pub time: Time,
    pub picture: Picture,
    pub matrix: Matrix,
    pub workloads: Workloads,
    pub browser: Browser,
    pub phases: Phases,
    pub terminal: Terminal,
    pub notes: Notes,
    pub lesson: Lesson,
    pub inspector: Inspector,
    pub editor: Editor,
    pub storage: Storage,
    pub crash: Crash,
    pub said: Said,
    /// The keys that the help lists: keys, and what they do.
    pub keys: &'static [(&'static str, Text)],
}

/// The bar and what holds the page together.
pub struct Page {
    pub title: Text,
    pub skip_to_terminal: Text,
    pub skip_to_lesson: Text,
    /// Beside the name: what this is.
    pub tagline: Text,
    /// The button's face: the other language's name for itself.
    pub other_language: Text,
    /// The button's label, in the other language.
    pub switch_language: Text,
    pub theme: Text,
    pub theme_light: Text,
    pub theme_dark: Text,
    pub theme_auto: Text,
    pub panels: Text,
    pub close: Text,
    pub copied: Text,
    /// On the embedded view, before anything is loaded.
    pub start: Text,
    pub starting: Text,
    pub open_in_tab: Text,
    pub keyboard_help: Text,
    /// Start again from nothing.
    pub reset: Text,
    pub reset_question: Text,
    /// The label of a command to tap.
    pub run: fn(command: &str) -> String,
}

/// The clock and its controls.
pub struct Time {
    pub label: Text,
    pub play: Text,
    pub pause: Text,
    pub step: Text,
    pub clock: Text,
    pub speed: Text,
    pub paused: Text,
}

/// What a screen reader hears of a pod.
#[derive(Clone, Copy, Debug)]
pub struct PodWords<'a> {
    pub name: &'a str,
    pub namespace: &'a str,
    /// kubectl's word, not translated.
    pub status: &'a str,
    /// `1/2`, or "".
    pub ready: &'a str,
    /// "" while it waits for one.
    pub node: &'a str,
    pub doomed: bool,
    pub highlighted: bool,
}

/// The picture of the cluster.
pub struct Picture {
    pub label: Text,
    pub splitter: Text,
    pub namespaces: Text,
    pub all_namespaces: Text,
    pub current_namespace: Text,
    pub show_labels: Text,
    pub zoom_in: Text,
    pub zoom_out: Text,
    pub fit: Text,
    pub legend: Text,
    /// The reader's side of the wire.
    pub client: Text,
    pub plane: Text,
    pub api_server: Text,
    pub scheduler: Text,
    pub controllers: Text,
    /// Beside the pods that have no node yet.
    pub waiting: Text,
    pub nobody_waits: Text,
    pub nobody_waits_short: Text,
    pub waiting_label: fn(pods: usize) -> String,
    pub cluster_label: fn(nodes: usize, pods: usize) -> String,
    pub node_label: fn(name: &str, pods: usize) -> String,
    /// `cpu` in percent of what the node has to give.
    pub node_meta: fn(pods: usize, cpu: u32) -> String,
    pub node_not_ready: Text,
    pub node_cordoned: Text,
    pub pod_label: fn(&PodWords<'_>) -> String,
    pub tally_label: fn(count: usize, phase: &str) -> String,
    /// Under a pod's ghost.
    pub deleted: Text,
    pub empty_title: Text,
    pub empty_text: Text,
    /// A node that the scheduler passed over, with one of the reasons below or the filter's own words.
    pub refused: fn(pod: &str, why: &str) -> String,
    pub chosen: Text,
    pub lacks_label: fn(selector: &str) -> String,
    pub lacks_resource: fn(resource: &str) -> String,
    pub has_taint: fn(taint: &str) -> String,
    pub is_cordoned: Text,
}

/// The small browser on the learner's laptop.
pub struct Browser {
    pub label: Text,
    pub visit: fn(port: u16) -> String,
    pub reload: Text,
    pub unreachable: Text,
}

/// The pods sorted by two labels.
pub struct Matrix {
    pub show: Text,
    pub rows: Text,
    pub columns: Text,
    /// Heads the pods that lack the label.
    pub without: Text,
    pub empty: Text,
    pub label: fn(rows: &str, columns: &str) -> String,
}

/// The pods by who keeps them.
pub struct Workloads {
    pub show: Text,
    pub empty: Text,
    /// Under a workload: its pods and all their containers.
    pub sum: fn(pods: usize, containers: usize) -> String,
    pub none: Text,
    pub replicas: fn(name: &str, replicas: i64) -> String,
    pub more: fn(name: &str) -> String,
    pub less: fn(name: &str) -> String,
    /// Pods that are not drawn.
    pub others: fn(pods: usize) -> String,
}

/// The legend: one line for each shape.
pub struct Phases {
    pub pending: Text,
    pub creating: Text,
    pub running: Text,
    pub not_ready: Text,
    pub crash_loop: Text,
    pub error: Text,
    pub image_pull: Text,
    pub succeeded: Text,
    pub failed: Text,
    pub terminating: Text,
    pub unknown: Text,
}

/// The terminal around what machines print in it.
pub struct Terminal {
    pub label: Text,
    pub tabs: Text,
    pub new_tab: Text,
    pub close_tab: fn(title: &str) -> String,
    pub files: Text,
    pub wrap: Text,
    pub copy: Text,
    pub output: Text,
    pub input: Text,
    pub completions: Text,
    pub keys: Text,
    pub running: Text,
    /// Before the first command.
    pub welcome: Text,
    /// A command waits; `what` in the reader's words, seconds of cluster time where they are known.
    pub waiting: fn(what: &str, seconds: Option<u64>) -> String,
    pub waits_for_grace: Text,
    pub waits_for_condition: Text,
    pub waits_for_more: Text,
    pub waits_for_connections: Text,
    pub skip_ahead: Text,
    pub stop_waiting: Text,
    pub stop: Text,
    pub show_earlier: Text,
    pub earlier_output_dropped: Text,
    pub lines_pasted: fn(lines: usize) -> String,
}

/// Explanations beside errors, keyed by what went wrong: the server's Status reason, or kubectl's own check.
pub struct Notes {
    /// NotFound: kind as the server names it (`pods`); namespace "" where it has none.
    pub not_found: fn(resource: &str, name: &str, namespace: &str) -> String,
    pub nearest: fn(name: &str) -> String,
    pub found_elsewhere: fn(name: &str, namespace: &str) -> String,
    pub namespace_not_found: fn(namespace: &str) -> String,
    pub already_exists: fn(resource: &str, name: &str) -> String,
    /// Invalid, with the field's path and the server's own detail.
    pub invalid: fn(field: &str) -> String,
    /// Invalid: this field of this kind cannot change once the object exists.
    pub immutable: fn(field: &str) -> String,
    pub forbidden: Text,
    pub protected_namespace: fn(namespace: &str) -> String,
    pub conflict: Text,
    pub bad_request: Text,
    pub not_allowed: Text,
    pub too_many: Text,
    pub gone: Text,
    pub unavailable: Text,
    /// `error: the server doesn't have a resource type "foo"`
    pub unknown_type: fn(word: &str) -> String,
    pub unknown_command: fn(word: &str) -> String,
    pub unknown_flag: fn(flag: &str) -> String,
    pub did_you_mean: fn(word: &str) -> String,
    pub unknown_field: fn(field: &str) -> String,
    pub no_such_file: fn(file: &str) -> String,
    pub bad_yaml: fn(line: usize) -> String,
    pub label_has_value: fn(key: &str) -> String,
    pub nothing_here: fn(namespace: &str) -> String,
    pub name_missing: Text,
    pub bad_selector: Text,
    pub no_container: fn(container: &str, containers: &str) -> String,
    pub several_containers: fn(containers: &str) -> String,
    pub exec_needs_dashes: Text,
    pub container_waits: Text,
    pub no_previous_log: Text,
    pub not_a_shell_command: fn(word: &str) -> String,
    pub connection_refused: fn(address: &str) -> String,
    pub port_taken: fn(port: &str) -> String,
    pub connection_lost: Text,
    pub unknown_image: fn(image: &str) -> String,
    pub crash_loop: fn(pod: &str) -> String,
    pub unschedulable: Text,
    /// A command or flag that the real kubectl has.
    pub not_simulated: Text,
    /// A kind that is stored and has no controller here.
    pub no_controller: fn(kind: &str) -> String,
}

/// The lesson's frame; its sentences are in its own files.
pub struct Lesson {
    pub label: Text,
    pub fold: Text,
    pub unfold: Text,
    pub close: Text,
    pub all: Text,
    pub list_title: Text,
    pub list_text: Text,
    pub steps: fn(steps: usize) -> String,
    pub steps_done: fn(solved: usize, steps: usize) -> String,
    pub next_step: Text,
    pub next_lesson: Text,
    pub restart: Text,
    pub restart_question: Text,
    pub progress: fn(step: usize, of: usize, solved: usize) -> String,
    /// Said after a step's title.
    pub solved: Text,
    pub locked: Text,
    pub goals: Text,
    pub reached: Text,
    pub not_reached: Text,
    pub hint: fn(number: usize) -> String,
    pub hint_locked: Text,
    pub solution: Text,
    pub solution_text: Text,
    pub step_solved: Text,
    pub finished: Text,
    pub loading: Text,
    pub failed: fn(why: &str) -> String,
    pub retry: Text,
}

/// The inspector's words; the values are the cluster's.
pub struct Inspector {
    pub close: Text,
    pub overview: Text,
    pub yaml: Text,
    pub logs: Text,
    pub events: Text,
    pub node: Text,
    pub ip: Text,
    pub ready: Text,
    pub restarts: Text,
    pub age: Text,
    pub qos: Text,
    pub labels: Text,
    pub annotations: Text,
    pub containers: Text,
    pub init_containers: Text,
    pub image: Text,
    pub ports: Text,
    pub state: Text,
    pub owner: Text,
    pub volumes: Text,
    pub conditions: Text,
    pub capacity: Text,
    pub taints: Text,
    pub pods: Text,
    pub why_waiting: Text,
    pub log_tail: Text,
    /// The drawing of a pod's inside: its heading, what all containers share, what each has alone.
    pub inside: Text,
    pub shared: Text,
    pub own_files: Text,
    pub no_logs: Text,
    pub no_events: Text,
    pub none: Text,
    pub copy_yaml: Text,
    /// The object was deleted while it was shown.
    pub gone: Text,
}

/// The editor and the list of files.
pub struct Editor {
    pub files: Text,
    pub no_files: Text,
    pub new_file: Text,
    pub file_name: Text,
    pub close_without_saving: Text,
    pub cancel: Text,
    pub save: Text,
    pub save_and_create: Text,
    pub save_and_apply: Text,
    pub save_and_run: Text,
    pub leave_hint: Text,
    pub unsaved: Text,
    pub discard: Text,
    pub keep_editing: Text,
    pub no_problems: Text,
    pub problems: fn(count: usize) -> String,
    pub go_to_line: fn(line: usize) -> String,
    pub change_to: fn(word: &str) -> String,
    pub fields: Text,
    pub required: Text,
}

/// What happens to a saved session.
pub struct Storage {
    pub restored: Text,
    pub damaged: Text,
    pub newer: Text,
    pub full: Text,
    pub blocked: Text,
    pub other_tab: Text,
}

/// A crash of the page itself.
pub struct Crash {
    pub title: Text,
    pub text: Text,
    pub last_good: Text,
    pub copy_report: Text,
    pub reload: Text,
}

/// Said once to screen readers and in the toast.
pub struct Said {
    pub pod_is: fn(name: &str, status: &str) -> String,
    pub pod_gone: fn(name: &str) -> String,
    pub matches: fn(count: usize) -> String,
    pub would_delete: fn(count: usize) -> String,
    pub choices: fn(count: usize) -> String,
    pub step_solved: fn(title: &str) -> String,
    pub paused: Text,
    pub playing: Text,
    pub speed: fn(speed: &str) -> String,
    pub failed: fn(code: i32) -> String,
}
