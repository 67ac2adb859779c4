#!/usr/bin/env python3
"""Makes resources.txt and schema.txt from recorded discovery documents and OpenAPI facts; see README.md.

usage: convert.py DIR   (DIR holds discovery/ and schema-facts.json)
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


def verbs(v):
    return "*" if v == ALL else ",".join(v)


def resources(source):
    out = ["# group version; plural kind singular scope verbs short-names categories [name=kind:verbs]..."]
    for name in ["api", "apis"]:
        for group in json.load(open(f"{source}/discovery/aggregated-v2-{name}.json"))["items"]:
            for version in group["versions"]:
                out.append(f"@{group['metadata'].get('name', '')} {version['version']}")
                for r in version.get("resources", []):
                    row = [
                        r["resource"], r["responseKind"]["kind"], r["singularResource"], r["scope"][0],
                        verbs(r["verbs"]), ",".join(r.get("shortNames", [])) or "-",
                        ",".join(r.get("categories", [])) or "-",
                    ]
                    for s in r.get("subresources", []):
                        k = s["responseKind"]
                        kind = "/".join(filter(None, [k["group"], k["version"], k["kind"]]))
                        row.append(f"{s['subresource']}={kind}:{verbs(s['verbs'])}")
                    out.append(" ".join(row))
    return "\n".join(out) + "\n"


# Scalars that are no pointers in Go and have omitempty: zero is left out. Strings are so unless listed as kept.
ZERO_BOOL = set("""hostNetwork hostPID hostIPC stdin stdinOnce tty readOnly publishNotReadyAddresses unschedulable
paused""".split())
ZERO_INT = set("""minReadySeconds hostPort initialDelaySeconds timeoutSeconds periodSeconds successThreshold
failureThreshold nodePort count readyReplicas availableReplicas updatedReplicas unavailableReplicas observedGeneration
numberAvailable numberUnavailable updatedNumberScheduled fullyLabeledReplicas succeeded failed active signal generation
healthCheckNodePort iscsiInterface""".split())
POINTER_STRING = set("""storageClassName ingressClassName volumeAttributesClassName appProtocol loadBalancerClass
runtimeClassName preemptionPolicy priorityClassNamePtr timeZone fsGroupChangePolicy procMount mountPropagation
recursiveReadOnly restartPolicy.Container restartPolicyRules hostnameOverride nodeAffinityPolicy nodeTaintsPolicy
hostname.Endpoint nodeName.Endpoint zone nodeName.EndpointAddress""".split())
POINTER_STRING_TYPES = {("Endpoint", "hostname"), ("Endpoint", "nodeName"), ("EndpointAddress", "nodeName"),
                        ("Container", "restartPolicy"), ("EndpointPort", "name")}
# Go writes these even where they are null: structs of time without omitzero.
NULL_KEPT = {("PodCondition", "lastProbeTime"), ("PodCondition", "lastTransitionTime"), ("Event", "eventTime"),
             ("Event", "firstTimestamp"), ("Event", "lastTimestamp"), ("EndpointSlice", "endpoints"),
             ("HorizontalPodAutoscalerStatus", "currentMetrics")}
# Go's names of string types, where an error may name them.
GO_NAMES = {
    "imagePullPolicy": "PullPolicy", "restartPolicy": "RestartPolicy", "dnsPolicy": "DNSPolicy",
    "protocol": "Protocol", "Service.type": "ServiceType", "ServiceSpec.type": "ServiceType",
    "sessionAffinity": "ServiceAffinity", "effect": "TaintEffect", "Toleration.operator": "TolerationOperator",
    "Secret.type": "SecretType", "terminationMessagePolicy": "TerminationMessagePolicy", "phase": None,
    "concurrencyPolicy": "ConcurrencyPolicy", "completionMode": "CompletionMode",
    "LabelSelectorRequirement.operator": "LabelSelectorOperator", "DeploymentStrategy.type": "DeploymentStrategyType",
    "podManagementPolicy": "PodManagementPolicyType", "externalTrafficPolicy": "ServiceExternalTrafficPolicy",
    "internalTrafficPolicy": "ServiceInternalTrafficPolicy", "scheme": "URIScheme", "medium": "StorageMedium",
    "preemptionPolicy": "PreemptionPolicy", "uid": "UID", "pathType": "PathType", "unhealthyPodEvictionPolicy":
    "UnhealthyPodEvictionPolicyType", "persistentVolumeReclaimPolicy": "PersistentVolumeReclaimPolicy",
    "volumeMode": "PersistentVolumeMode", "mountPropagation": "MountPropagationMode", "HostPathVolumeSource.type":
    "HostPathType", "whenUnsatisfiable": "UnsatisfiableConstraintAction", "limits": "ResourceList", "requests":
    "ResourceList", "capacity": "ResourceList", "allocatable": "ResourceList", "hard": "ResourceList",
}
SHORT = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "q", "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "x",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "t", "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "u",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "r", "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "f",
}
OPEN = {"JSON", "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray"}


def alias(package):
    """A short name for a package: io.k8s.api.core.v1 is core/v1."""
    parts = package.split(".")
    return "/".join(parts[-2:]) if parts[-1].startswith("v") else parts[-1]


def type_code(v, package):
    if "ref" in v:
        if v["ref"] in SHORT:
            return SHORT[v["ref"]]
        p, name = v["ref"].rsplit(".", 1)
        if name in OPEN:
            return "a"
        return name if p == package else alias(p) + "." + name
    if "items" in v:
        return "[" + type_code(v["items"], package)
    if isinstance(v.get("map"), dict):
        return "{" + type_code(v["map"], package)
    return {
        ("string", None): "s", ("string", "byte"): "y", ("integer", "int32"): "i", ("integer", "int64"): "l",
        ("boolean", None): "b", ("number", "double"): "n", ("object", None): "o", (None, None): "a",
        ("string", "date-time"): "t", ("string", "int-or-string"): "x", ("array", None): "[a",
    }[(v.get("type"), v.get("format"))]


def field_row(owner, name, v, required, package):
    code = type_code(v, package)
    row = [name, code]
    if required:
        row.append("!")
    zero = (code == "s" and not required and name not in POINTER_STRING and (owner, name) not in POINTER_STRING_TYPES
            or code == "b" and name in ZERO_BOOL and not required or code in "il" and name in ZERO_INT and not required)
    if owner == "CSIVolumeSource" and name == "readOnly":
        zero = False
    if zero:
        row.append("0")
    if (owner, name) in NULL_KEPT:
        row.append("N")
    if v.get("mapType") == "atomic":
        row.append("A")
    enum = v.get("enum") or v.get("items", {}).get("enum")
    if enum:
        row.append("e=" + "|".join(enum))
    if v.get("default") is not None:
        row.append("d=" + json.dumps(v["default"]))
    if "listType" in v:
        kind = {"map": "m", "set": "s", "atomic": "a"}[v["listType"]]
        row.append("L" + kind + (":" + ",".join(v["listMapKeys"]) if "listMapKeys" in v else ""))
    if "mergeKey" in v:
        row.append("k=" + v["mergeKey"])
    if "patchStrategy" in v:
        row.append("p=" + v["patchStrategy"])
    go = GO_NAMES.get(f"{owner}.{name}", GO_NAMES.get(name)) if enum or code in ("s", "{q") else None
    if go:
        row.append("g=" + go)
    return " " + " ".join(row)


def schema(source):
    facts = json.load(open(f"{source}/schema-facts.json"))
    groups = {}
    for name, t in facts.items():
        package = name.rsplit(".", 1)[0]
        if len(t.get("gvk", [])) == 1 and "metadata" in t.get("fields", {}):
            groups[package] = t["gvk"][0]["group"]
    out = ["# @package alias group; a type with = is a kind, with A it is atomic; fields: name type attributes"]
    last = None
    for name in sorted(facts, key=lambda n: tuple(n.rsplit(".", 1))):
        package, short = name.rsplit(".", 1)
        t = facts[name]
        is_list = short.endswith("List") and "items" in t.get("fields", {}) and "metadata" in t["fields"]
        if name in SHORT or short in OPEN or is_list:
            continue
        if package != last:
            out.append(f"@{package} {alias(package)} {groups.get(package, '-')}")
            last = package
        kind = any(g["kind"] == short for g in t.get("gvk", [])) and len(t["gvk"]) == 1
        out.append(short + (" =" if kind else "") + (" A" if t.get("map") == "atomic" else ""))
        for field in sorted(t.get("fields", {})):
            out.append(field_row(short, field, t["fields"][field], field in t.get("required", []), package))
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, make in [("resources.txt", resources), ("schema.txt", schema)]:
        with open(os.path.join(HERE, name), "w") as f:
            f.write(make(sys.argv[1]))
