//! What the page says, part by part. The languages fill these structs. The fields are no part of the crate's interface, so that
//! the compiler names those that nothing says.
#![cfg_attr(not(feature = "web"), allow(dead_code, reason = "most is said by the page alone"))]

/// A text without parameters.
pub type Text = &'static str;

/// All the words of one language.
pub struct Texts {
    pub(crate) page: Page,
    pub(crate) time: Time,
    pub(crate) picture: Picture,
    pub(crate) matrix: Matrix,
    pub(crate) workloads: Workloads,
    pub(crate) browser: Browser,
    pub(crate) phases: Phases,
    pub(crate) terminal: Terminal,
    pub(crate) notes: Notes,
    pub(crate) lesson: Lesson,
    pub(crate) inspector: Inspector,
    pub(crate) editor: Editor,
    pub(crate) storage: Storage,
    pub(crate) crash: Crash,
    pub(crate) said: Said,
    /// The keys that the help lists: keys, and what they do.
    pub(crate) keys: &'static [(&'static str, Text)],
}

/// The bar and what holds the page together.
pub struct Page {
    pub(crate) title: Text,
    pub(crate) skip_to_terminal: Text,
    pub(crate) skip_to_lesson: Text,
    /// Beside the name: what this is.
    pub(crate) tagline: Text,
    /// The button's face: the other language's name for itself.
    pub(crate) other_language: Text,
    /// The button's label, in the other language.
    pub(crate) switch_language: Text,
    pub(crate) theme: Text,
    pub(crate) panels: Text,
    pub(crate) close: Text,
    pub(crate) copied: Text,
    pub(crate) open_in_tab: Text,
    pub(crate) keyboard_help: Text,
    /// The label of a command to tap.
    pub(crate) run: fn(command: &str) -> String,
}

/// The clock and its controls.
pub struct Time {
    pub(crate) label: Text,
    pub(crate) play: Text,
    pub(crate) pause: Text,
    pub(crate) step: Text,
    pub(crate) clock: Text,
    pub(crate) speed: Text,
}

/// What a screen reader hears of a pod.
#[derive(Clone, Copy, Debug)]
pub struct PodWords<'a> {
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
    /// kubectl's word, not translated.
    pub(crate) status: &'a str,
    /// `1/2`, or "".
    pub(crate) ready: &'a str,
    /// "" while it waits for one.
    pub(crate) node: &'a str,
    pub(crate) doomed: bool,
    pub(crate) highlighted: bool,
}

/// The picture of the cluster.
pub struct Picture {
    pub(crate) label: Text,
    pub(crate) splitter: Text,
    pub(crate) namespaces: Text,
    pub(crate) all_namespaces: Text,
    pub(crate) current_namespace: Text,
    pub(crate) show_labels: Text,
    pub(crate) zoom_in: Text,
    pub(crate) zoom_out: Text,
    pub(crate) fit: Text,
    pub(crate) legend: Text,
    /// The reader's side of the wire.
    pub(crate) client: Text,
    pub(crate) plane: Text,
    pub(crate) api_server: Text,
    pub(crate) scheduler: Text,
    pub(crate) controllers: Text,
    /// Beside the pods that have no node yet.
    pub(crate) waiting: Text,
    pub(crate) nobody_waits: Text,
    pub(crate) nobody_waits_short: Text,
    pub(crate) waiting_label: fn(pods: usize) -> String,
    pub(crate) cluster_label: fn(nodes: usize, pods: usize) -> String,
    pub(crate) node_label: fn(name: &str, pods: usize) -> String,
    /// `cpu` in percent of what the node has to give.
    pub(crate) node_meta: fn(pods: usize, cpu: u32) -> String,
    pub(crate) node_not_ready: Text,
    pub(crate) node_cordoned: Text,
    pub(crate) pod_label: fn(&PodWords<'_>) -> String,
    pub(crate) tally_label: fn(count: usize, phase: &str) -> String,
    /// Under a pod's ghost.
    pub(crate) deleted: Text,
    pub(crate) empty_title: Text,
    pub(crate) empty_text: Text,
    /// A node that the scheduler passed over, with one of the reasons below or the filter's own words.
    pub(crate) refused: fn(pod: &str, why: &str) -> String,
}

/// The small browser on the learner's laptop.
pub struct Browser {
    pub(crate) label: Text,
    pub(crate) visit: fn(port: u16) -> String,
    pub(crate) reload: Text,
    pub(crate) unreachable: Text,
}

/// The pods sorted by two labels.
pub struct Matrix {
    pub(crate) show: Text,
    pub(crate) rows: Text,
    pub(crate) columns: Text,
    /// Heads the pods that lack the label.
    pub(crate) without: Text,
    pub(crate) empty: Text,
    pub(crate) label: fn(rows: &str, columns: &str) -> String,
}

/// The pods by who keeps them.
pub struct Workloads {
    pub(crate) show: Text,
    pub(crate) empty: Text,
    /// Under a workload: its pods and all their containers.
    pub(crate) sum: fn(pods: usize, containers: usize) -> String,
    pub(crate) none: Text,
    pub(crate) replicas: fn(name: &str, replicas: i64) -> String,
    pub(crate) more: fn(name: &str) -> String,
    pub(crate) less: fn(name: &str) -> String,
    /// Pods that are not drawn.
    pub(crate) others: fn(pods: usize) -> String,
}

/// The legend: one line for each shape.
pub struct Phases {
    pub(crate) pending: Text,
    pub(crate) creating: Text,
    pub(crate) running: Text,
    pub(crate) not_ready: Text,
    pub(crate) crash_loop: Text,
    pub(crate) error: Text,
    pub(crate) image_pull: Text,
    pub(crate) succeeded: Text,
    pub(crate) failed: Text,
    pub(crate) terminating: Text,
    pub(crate) unknown: Text,
}

/// The terminal around what machines print in it.
pub struct Terminal {
    pub(crate) label: Text,
    pub(crate) tabs: Text,
    pub(crate) new_tab: Text,
    pub(crate) close_tab: fn(title: &str) -> String,
    pub(crate) files: Text,
    pub(crate) wrap: Text,
    pub(crate) copy: Text,
    pub(crate) output: Text,
    pub(crate) input: Text,
    pub(crate) completions: Text,
    pub(crate) keys: Text,
    /// Before the first command.
    pub(crate) welcome: Text,
    /// A command waits; `what` in the reader's words, seconds of cluster time where they are known.
    pub(crate) waiting: fn(what: &str, seconds: Option<u64>) -> String,
    pub(crate) waits_for_grace: Text,
    pub(crate) waits_for_condition: Text,
    pub(crate) waits_for_more: Text,
    pub(crate) waits_for_connections: Text,
    pub(crate) skip_ahead: Text,
    pub(crate) stop_waiting: Text,
    pub(crate) show_earlier: Text,
    /// The rest of an output that is longer than what is kept.
    pub(crate) output_cut: Text,
    /// Beside `exit`.
    pub(crate) shell_ended: Text,
    pub(crate) lines_pasted: fn(lines: usize) -> String,
}

/// Explanations beside errors, keyed by what went wrong: the server's Status reason, or kubectl's own check.
pub struct Notes {
    /// Between two sentences: a space, or nothing.
    pub(crate) gap: Text,
    /// NotFound: kind as the server names it (`pods`); namespace "" where it has none.
    pub(crate) not_found: fn(resource: &str, name: &str, namespace: &str) -> String,
    pub(crate) nearest: fn(name: &str) -> String,
    pub(crate) found_elsewhere: fn(name: &str, namespace: &str) -> String,
    pub(crate) namespace_not_found: fn(namespace: &str) -> String,
    pub(crate) already_exists: fn(resource: &str, name: &str) -> String,
    /// Invalid, with the field's path and the server's own detail.
    pub(crate) invalid: fn(field: &str) -> String,
    /// Invalid: this field of this kind cannot change once the object exists.
    pub(crate) immutable: fn(field: &str) -> String,
    pub(crate) forbidden: Text,
    pub(crate) protected_namespace: fn(namespace: &str) -> String,
    pub(crate) conflict: Text,
    pub(crate) bad_request: Text,
    pub(crate) not_allowed: Text,
    pub(crate) too_many: Text,
    /// `error: the server doesn't have a resource type "foo"`
    pub(crate) unknown_type: fn(word: &str) -> String,
    pub(crate) unknown_command: fn(word: &str) -> String,
    pub(crate) unknown_flag: fn(flag: &str) -> String,
    pub(crate) did_you_mean: fn(word: &str) -> String,
    pub(crate) unknown_field: fn(field: &str) -> String,
    pub(crate) no_such_file: fn(file: &str) -> String,
    pub(crate) bad_yaml: fn(line: usize) -> String,
    pub(crate) label_has_value: fn(key: &str) -> String,
    pub(crate) nothing_here: fn(namespace: &str) -> String,
    pub(crate) name_missing: Text,
    pub(crate) bad_selector: Text,
    pub(crate) no_container: fn(container: &str, containers: &str) -> String,
    pub(crate) exec_needs_dashes: Text,
    pub(crate) container_waits: Text,
    pub(crate) no_previous_log: Text,
    pub(crate) not_a_shell_command: fn(word: &str) -> String,
    pub(crate) connection_refused: fn(address: &str) -> String,
    pub(crate) port_taken: fn(port: &str) -> String,
    pub(crate) connection_lost: Text,
    /// The tunnel's other end refuses.
    pub(crate) nothing_listens: fn(port: &str) -> String,
    pub(crate) unknown_image: fn(image: &str) -> String,
    pub(crate) crash_loop: fn(pod: &str) -> String,
    pub(crate) unschedulable: Text,
    /// A command or flag that the real kubectl has.
    pub(crate) not_simulated: Text,
    /// A kind that is stored and has no controller here.
    pub(crate) no_controller: fn(kind: &str) -> String,
}

/// The lesson's frame; its sentences are in its own files.
pub struct Lesson {
    pub(crate) label: Text,
    pub(crate) fold: Text,
    pub(crate) close: Text,
    pub(crate) all: Text,
    pub(crate) list_title: Text,
    pub(crate) list_text: Text,
    pub(crate) steps: fn(steps: usize) -> String,
    pub(crate) steps_done: fn(solved: usize, steps: usize) -> String,
    pub(crate) next_step: Text,
    pub(crate) next_lesson: Text,
    pub(crate) restart: Text,
    pub(crate) progress: fn(step: usize, of: usize, solved: usize) -> String,
    /// Said after a step's title.
    pub(crate) solved: Text,
    pub(crate) goals: Text,
    pub(crate) reached: Text,
    pub(crate) hint: fn(number: usize) -> String,
    pub(crate) hint_locked: Text,
    pub(crate) solution: Text,
    pub(crate) finished: Text,
    pub(crate) loading: Text,
    pub(crate) failed: fn(why: &str) -> String,
    pub(crate) retry: Text,
}

/// The inspector's words; the values are the cluster's.
pub struct Inspector {
    pub(crate) close: Text,
    pub(crate) overview: Text,
    pub(crate) logs: Text,
    pub(crate) events: Text,
    pub(crate) node: Text,
    pub(crate) ip: Text,
    pub(crate) restarts: Text,
    pub(crate) age: Text,
    pub(crate) qos: Text,
    pub(crate) labels: Text,
    pub(crate) annotations: Text,
    pub(crate) containers: Text,
    pub(crate) owner: Text,
    pub(crate) capacity: Text,
    pub(crate) taints: Text,
    pub(crate) pods: Text,
    pub(crate) why_waiting: Text,
    pub(crate) log_tail: Text,
    /// The drawing of a pod's inside: its heading, what all containers share, what each has alone.
    pub(crate) inside: Text,
    pub(crate) shared: Text,
    pub(crate) own_files: Text,
    pub(crate) no_logs: Text,
    pub(crate) no_events: Text,
    pub(crate) copy_yaml: Text,
}

/// The editor and the list of files.
pub struct Editor {
    pub(crate) new_file: Text,
    pub(crate) close_without_saving: Text,
    pub(crate) cancel: Text,
    pub(crate) save: Text,
    pub(crate) save_and_create: Text,
    pub(crate) save_and_apply: Text,
    pub(crate) save_and_run: Text,
    pub(crate) leave_hint: Text,
    pub(crate) discard: Text,
    pub(crate) go_to_line: fn(line: usize) -> String,
}

/// What happens to a saved session.
pub struct Storage {
    pub(crate) damaged: Text,
    pub(crate) newer: Text,
    pub(crate) full: Text,
    pub(crate) blocked: Text,
}

/// A crash of the page itself.
pub struct Crash {
    pub(crate) title: Text,
    pub(crate) text: Text,
    pub(crate) last_good: Text,
    pub(crate) copy_report: Text,
}

/// Said once to screen readers and in the toast.
pub struct Said {
    /// Between two sentences.
    pub(crate) between: Text,
    pub(crate) pod_is: fn(name: &str, status: &str) -> String,
    pub(crate) pod_gone: fn(name: &str) -> String,
    pub(crate) matches: fn(count: usize) -> String,
    pub(crate) would_delete: fn(count: usize) -> String,
    pub(crate) step_solved: fn(title: &str) -> String,
    pub(crate) failed: fn(code: i32) -> String,
}
