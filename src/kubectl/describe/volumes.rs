//! The volumes of a pod, and the sources of persistent volumes. Models `describeVolumes`.

use super::common::multiline;
use super::persistent_volume_claim;
use super::writer::{Writer, plain};
use crate::apimachinery::Value;

/// How a field of a source prints when it is missing.
#[derive(Clone, Copy)]
enum Zero {
    Empty,
    False,
    Number,
    None,
    Unset,
}

/// A kind of source: its field, what it is, and its own fields by title.
struct Source {
    field: &'static str,
    what: &'static str,
    fields: &'static [(&'static str, &'static str, Zero)],
}

use Zero::{Empty, False, None as NoneText, Number, Unset};

static SOURCES: &[Source] = &[
    Source {
        field: "hostPath",
        what: "HostPath (bare host directory volume)",
        fields: &[("Path", "path", Empty), ("HostPathType", "type", NoneText)],
    },
    Source {
        field: "emptyDir",
        what: "EmptyDir (a temporary directory that shares a pod's lifetime)",
        fields: &[("Medium", "medium", Empty), ("SizeLimit", "sizeLimit", Unset)],
    },
    Source {
        field: "gcePersistentDisk",
        what: "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        fields: &[
            ("PDName", "pdName", Empty),
            ("FSType", "fsType", Empty),
            ("Partition", "partition", Number),
            ("ReadOnly", "readOnly", False),
        ],
    },
    Source {
        field: "awsElasticBlockStore",
        what: "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        fields: &[
            ("VolumeID", "volumeID", Empty),
            ("FSType", "fsType", Empty),
            ("Partition", "partition", Number),
            ("ReadOnly", "readOnly", False),
        ],
    },
    Source {
        field: "gitRepo",
        what: "GitRepo (a volume that is pulled from git when the pod is created)",
        fields: &[("Repository", "repository", Empty), ("Revision", "revision", Empty)],
    },
    Source {
        field: "secret",
        what: "Secret (a volume populated by a Secret)",
        fields: &[("SecretName", "secretName", Empty), ("Optional", "optional", False)],
    },
    Source {
        field: "configMap",
        what: "ConfigMap (a volume populated by a ConfigMap)",
        fields: &[("Name", "name", Empty), ("Optional", "optional", False)],
    },
    Source {
        field: "nfs",
        what: "NFS (an NFS mount that lasts the lifetime of a pod)",
        fields: &[("Server", "server", Empty), ("Path", "path", Empty), ("ReadOnly", "readOnly", False)],
    },
    Source {
        field: "persistentVolumeClaim",
        what: "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        fields: &[("ClaimName", "claimName", Empty), ("ReadOnly", "readOnly", False)],
    },
    Source {
        field: "csi",
        what: "CSI (a Container Storage Interface (CSI) volume source)",
        fields: &[("Driver", "driver", Empty), ("FSType", "fsType", Empty), ("ReadOnly", "readOnly", False)],
    },
    Source {
        field: "local",
        what: "LocalVolume (a persistent volume backed by local storage on a node)",
        fields: &[("Path", "path", Empty)],
    },
    Source {
        field: "image",
        what: "Image (a container image or OCI artifact)",
        fields: &[("Reference", "reference", Empty), ("PullPolicy", "pullPolicy", Empty)],
    },
];

/// The section `Volumes`; `indent` is two blanks in a template.
pub fn describe(w: &mut Writer, volumes: &Value, indent: &str) {
    if volumes.items().is_empty() {
        return w.field(0, &format!("{indent}Volumes"), "<none>");
    }
    w.write(0, format!("{indent}Volumes:\n"));
    let shift = if indent.is_empty() { "" } else { " " };
    for volume in volumes.items() {
        w.write(1, format!("{shift}{}:\n", volume["name"].str()));
        source(w, volume);
    }
}

/// The source of a volume, two levels deep; of a persistent volume, its spec is given.
pub fn source(w: &mut Writer, volume: &Value) {
    if !volume["projected"].is_null() {
        return projected(w, &volume["projected"]);
    }
    if !volume["downwardAPI"].is_null() {
        return downward(w, &volume["downwardAPI"]);
    }
    if !volume["ephemeral"].is_null() {
        w.field(
            2,
            "Type",
            "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
        );
        return persistent_volume_claim::template(w, 2, &volume["ephemeral"]["volumeClaimTemplate"]);
    }
    let Some(source) = SOURCES.iter().find(|s| !volume[s.field].is_null()) else {
        return w.write(1, "<unknown>\n");
    };
    let of = &volume[source.field];
    w.field(2, "Type", source.what);
    for (title, field, zero) in source.fields {
        w.field(2, title, value(&of[*field], *zero));
        if *title == "FSType" {
            // A persistent volume names the volume in its driver's words.
            w.optional(2, "VolumeHandle", &of["volumeHandle"]);
        }
    }
    if source.field == "csi" {
        let attributes = of["volumeAttributes"].fields().map(|(k, v)| format!("{k}={}", v.str()));
        // The level's blanks come before each of them too.
        multiline(w, "    VolumeAttributes", attributes.map(|a| format!("    {a}")));
    }
}

fn value(value: &Value, zero: Zero) -> String {
    match (value, zero) {
        (Value::Null, Empty) => String::new(),
        (Value::Null, False) => "false".into(),
        (Value::Null, Number) => "0".into(),
        (Value::Null, NoneText) => "<none>".into(),
        (Value::Null, Unset) => "<unset>".into(),
        (value, _) => plain(value),
    }
}

fn projected(w: &mut Writer, projected: &Value) {
    w.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
    for source in projected["sources"].items() {
        let (secret, config) = (&source["secret"], &source["configMap"]);
        if !secret.is_null() {
            w.field(2, "SecretName", secret["name"].str());
            w.field(2, "Optional", secret["optional"].bool());
        } else if !source["downwardAPI"].is_null() {
            w.field(2, "DownwardAPI", "true");
        } else if !config.is_null() {
            w.field(2, "ConfigMapName", config["name"].str());
            w.field(2, "Optional", config["optional"].bool());
        } else if !source["serviceAccountToken"].is_null() {
            w.field(2, "TokenExpirationSeconds", source["serviceAccountToken"]["expirationSeconds"].int());
        }
    }
}

fn downward(w: &mut Writer, downward: &Value) {
    w.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
    w.write(2, "Items:\n");
    for item in downward["items"].items() {
        for path in [item.at("fieldRef.fieldPath"), item.at("resourceFieldRef.resource")] {
            if !path.is_null() {
                w.write(3, format!("{} -> {}\n", path.str(), item["path"].str()));
            }
        }
    }
}
