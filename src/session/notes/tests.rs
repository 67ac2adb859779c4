//! Errors of the real kubectl, and what is said beside them.

use super::rules::distance;
use super::*;
use crate::i18n::Lang;

fn told(command: &str, stderr: &str) -> Option<Note> {
    let files = ["kubia-manual.yaml".to_owned()];
    note(&Told {
        command,
        stdout: "",
        stderr,
        informers: &Informers::default(),
        current_namespace: "default",
        files: &files,
        texts: Lang::En.texts(),
    })
}

#[test]
fn errors_of_the_real_kubectl_are_explained() {
    // Standard error as recorded from the real one.
    for (command, stderr) in [
        ("kubectl get po nosuch", "Error from server (NotFound): pods \"nosuch\" not found\n"),
        (
            "kubectl create -f a.yaml",
            "Error from server (AlreadyExists): error when creating \"a.yaml\": pods \"web\" already exists\n",
        ),
        (
            "kubectl delete ns default",
            "Error from server (Forbidden): namespaces \"default\" is forbidden: this namespace may not be deleted\n",
        ),
        ("kubectl get foo", "error: the server doesn't have a resource type \"foo\"\n"),
        ("kubectl get pods --foo", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"),
        ("kubectl delete pod", "error: resource(s) were provided, but no name was specified\n"),
        ("kubectl exec web -c x -- true", "error: container x is not valid for pod web out of: nginx, side\n"),
        ("kubectl exec web -- true", "error: unable to upgrade connection: container not found (\"nginx\")\n"),
        ("kubectl get x --as=y", "Error from server (Forbidden): pods is forbidden: User \"y\" cannot list\n"),
    ] {
        assert!(told(command, stderr).is_some(), "{stderr}");
    }
    assert_eq!(told("true", "something else\n"), None);
}

#[test]
fn a_slip_is_offered_mended() {
    let note = told(
        "kubectl creat -f x",
        "error: unknown command \"creat\" for \"kubectl\"\n\nDid you mean this?\n\tcreate\n",
    );
    assert_eq!(note.unwrap().commands, ["kubectl create -f x"]);
    let note = told("kubectl create -f kubia-manul.yaml", "error: the path \"kubia-manul.yaml\" does not exist\n");
    assert_eq!(note.unwrap().commands[0], "kubectl create -f kubia-manual.yaml");
    let note = told("kubctl get po", "bash: kubctl: command not found\n");
    assert_eq!(note.unwrap().commands, ["kubectl get po", "help"]);
    let note = told("cube", "bash: cube: command not found\n");
    assert_eq!(note.unwrap().commands, ["help"]);
    let note = told("kubectl label po a env=b", "error: 'env' already has a value (prod), and --overwrite is false\n");
    assert_eq!(note.unwrap().commands, ["kubectl label po a env=b --overwrite"]);
}

#[test]
fn distances_are_levenshteins() {
    for (a, b, d) in
        [("kitten", "sitting", 3), ("", "abc", 3), ("kubia", "kubia", 0), ("kubia-manaul", "kubia-manual", 2)]
    {
        assert_eq!(distance(a, b), d);
    }
}
