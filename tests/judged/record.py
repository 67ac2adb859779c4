#!/usr/bin/env python3
"""Records tests/judged: plays scenarios with a real kubectl against `podium serve`, and keeps the commands on which Podium's own
kubectl agrees.

    cargo build && tests/judged/record.py --kubectl /path/to/kubectl [FOLDER/NAME.scn...]

Without scenarios all of this folder are recorded. What agrees is decided by `tests/replay/judged.rs`, under the masks of the replay.
"""
import argparse
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# How many of the cluster's seconds pass in one of the wall; how many of them `# settle` waits; seconds a command may take.
SPEED = 4
SETTLE = 12
LONGEST = 60
# What the replay's kubeconfig calls the server.
SERVER = "172.18.0.1:6443"


def steps(text):
    """Yields the steps of a scenario, as src/tool/scenario.rs reads them: (what, argument, text of a file)."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("# file: "):
            body = "".join(f"{part}\n" for part in iter(lambda: next(lines, "# end"), "# end"))
            yield "file", line.removeprefix("# file: ").strip(), body
        elif line.startswith("# wait "):
            yield "wait", float(line.removeprefix("# wait ")), None
        elif line.rstrip() == "# settle":
            yield "wait", SETTLE, None
        elif line.startswith("$ "):
            yield "run", line.removeprefix("$ "), None


def marked(mark, stream):
    """Each line after its mark; a last line without a newline ends in a backslash."""
    lines = stream.decode("utf-8", "replace").split("\n")
    whole = [f"{mark}{line}\n" for line in lines[:-1]]
    return "".join(whole) + (f"{mark}{lines[-1]}\\\n" if lines[-1] else "")


def run(line, folder, env):
    """Runs a line and returns its part of the transcript; the empty string where it did not end."""
    try:
        done = subprocess.run(
            ["bash", "-c", line], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        print(f"left out, does not end: {line}", file=sys.stderr)
        return ""
    code = f"? {done.returncode}\n" if done.returncode else ""
    return f"$ {line}\n" + marked("", done.stdout) + marked("! ", done.stderr) + code


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def play(scenario, folder, kubectl, podium):
    """Plays one scenario on a cluster and in a folder of its own; returns the transcript."""
    for part in ("scratch", "home", "bin"):
        (folder / part).mkdir(parents=True)
    (folder / "bin/kubectl").symlink_to(kubectl)
    config, port, scratch = folder / "scratch/.kubeconfig", free_port(), folder / "scratch"
    env = {"PATH": f"{folder}/bin:/usr/bin:/bin", "HOME": f"{folder}/home", "KUBECONFIG": str(config), "TERM": "dumb"}
    env["SHELL"] = "/bin/bash"
    command = [podium, "serve", "--port", str(port), "--kubeconfig", config, "--speed", str(SPEED)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    transcript = ""
    try:
        begun = time.monotonic()
        while not config.exists() and time.monotonic() - begun < LONGEST:
            time.sleep(0.05)
        for what, argument, text in steps(scenario.read_text()):
            if what == "file":
                path = scratch / argument
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            elif what == "wait":
                time.sleep(argument / SPEED)
            else:
                transcript += run(argument, scratch, env)
    finally:
        server.terminate()
        server.wait()
    return transcript.replace(f"127.0.0.1:{port}", SERVER)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kubectl", required=True, type=lambda p: pathlib.Path(p).resolve(), help="a real kubectl")
    options.add_argument("--podium", default=ROOT / "target/debug/podium", help="the native tool")
    options.add_argument("scenarios", nargs="*", type=pathlib.Path, metavar="NAME.scn")
    asked = options.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="judged-"))
    played = work / "real"
    played.mkdir()
    try:
        for scenario in asked.scenarios or sorted(HERE.glob("*.scn")):
            print(f"plays {scenario.stem}", flush=True)
            if scenario.resolve().parent != HERE:
                shutil.copy(scenario, HERE)
            transcript = play(scenario, work / scenario.stem, asked.kubectl, asked.podium)
            (played / f"{scenario.stem}.out").write_text(transcript)
        judge = ["cargo", "test", "--quiet", "--test", "replay", "judged", "--", "--nocapture"]
        return subprocess.run(judge, cwd=ROOT, env={**os.environ, "PODIUM_JUDGED": str(played)}).returncode
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
