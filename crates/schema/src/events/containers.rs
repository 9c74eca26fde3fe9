//! Containers, as cgroups show them. Ids 360 to 369.

use super::{events, facts};
use crate::field::{told, tracer};
use crate::kind::Kind::{Bool, Str, StrArray, Time, WallTime};
use crate::sample::Sample::{Absent, Number, Text};

facts! {
    /// The container's id, or its name where the engine gives it no other.
    CONTAINER_ID: Str, tracer("the cgroup's path");
    /// The image, as whoever made the container called it. Absent where container_named had not told it yet.
    IMAGE: Str, told("container_named").opt();
    /// The image's digest. Absent likewise.
    DIGEST: Str, told("container_named").opt();
    /// The container's name. Absent likewise.
    NAME: Str, told("container_named").opt();
    /// The name of its pod in Kubernetes. Absent likewise, and where it is in none.
    POD_NAME: Str, told("container_named").opt();
    /// The pod's namespace. Absent likewise.
    POD_NAMESPACE: Str, told("container_named").opt();
    /// The id of its pod in Kubernetes. Absent where the path has none.
    POD_UID: Str, tracer("the cgroup's path").opt();
    /// Whether it only holds its pod's namespaces. Absent likewise.
    POD_SANDBOX: Bool, told("container_named").opt();
    /// The engine, by the cgroup's name. Absent where the name says nothing.
    RUNTIME: Str, tracer("the cgroup's path").opt();
}

events! {
    /// A container was created.
    ///
    /// The first cgroup that is called as container engines call those of containers. The process of
    /// the record is the one that made it, mostly the engine's.
    container_create = 360 by Tracer
        on []
        derived ["cgroup_mkdir", "cgroup_rmdir", "existing_cgroup"]
        sets ["default", "containers"]
        {
            /// The engine, by the cgroup's name: docker, containerd, crio, podman, systemd-nspawn, lxc, runc,
            /// crun. Absent where the name says nothing.
            runtime: Str, tracer("the cgroup's path").opt();
            container_id: CONTAINER_ID;
            /// When its cgroup was created.
            ctime: Time, tracer("the time of cgroup_mkdir");
            container_image: IMAGE;
            container_image_digest: DIGEST;
            container_name: NAME;
            pod_name: POD_NAME;
            pod_namespace: POD_NAMESPACE;
            pod_uid: POD_UID;
            pod_sandbox: POD_SANDBOX;
        }
        page {
            purpose: "Follows from the cgroups that are made, in hierarchies of both versions.",
            use_case: "See containers come, whichever engine runs them.",
            command: "sudo tracehound -e container_create -- unshare -m sh -c 'd=/mnt/libpod-$(printf %064d 7).scope; mount -t cgroup2 none /mnt && mkdir $d; rmdir $d'",
            example: [
                runtime = Text(b"docker"),
                container_id = Text(b"5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0"),
                container_image = Absent, container_image_digest = Absent, container_name = Absent,
                pod_name = Absent, pod_namespace = Absent, pod_uid = Absent, pod_sandbox = Absent,
            ],
            issues: [
                "Image, names and whether it is a pod's sandbox are what container_named told before; an engine that takes longer than 100 ms to answer is not waited for.",
                "A container is a cgroup that is called as an engine calls it: by 64 hexadecimal digits, alone or as docker-ID.scope, cri-containerd-ID.scope, crio-ID.scope, libpod-ID.scope or nerdctl-ID.scope; by a name, as machine-NAME.scope, systemd-nspawn@NAME.service, lxc.payload.NAME, lxc/NAME, runc-NAME.scope or crun-NAME.scope. Containers that are called otherwise (of ctr, or of runc without systemd) are not told; a cgroup that is called so by somebody else is.",
                "With a command only the containers that its own processes make are told, which those of an engine's daemon are not.",
                "A container has a cgroup in each hierarchy; it is told at the first.",
            ],
            related: ["container_remove", "container_named", "existing_container", "cgroup_mkdir"],
            sources: ["cgroups(7)"],
        }

    /// A container was removed.
    ///
    /// The last cgroup that a container has was removed. The process of the record is who did that.
    container_remove = 361 by Tracer
        on []
        derived ["cgroup_mkdir", "cgroup_rmdir", "existing_cgroup"]
        sets ["default", "containers"]
        {
            runtime: RUNTIME;
            container_id: CONTAINER_ID;
        }
        page {
            purpose: "Follows from the cgroups that are removed.",
            use_case: "See containers go.",
            command: "sudo tracehound -e container_remove -- unshare -m sh -c 'd=/mnt/libpod-$(printf %064d 7).scope; mount -t cgroup2 none /mnt && mkdir $d; rmdir $d'",
            example: [
                runtime = Text(b"podman"),
                container_id = Text(b"5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0"),
            ],
            issues: [
                "What a container is, and with a command who removes it, is as container_create's page says.",
                "Where hierarchies are mounted that the tracer cannot see, a container that was there before is told when its last known cgroup goes.",
            ],
            related: ["container_create", "existing_container", "cgroup_rmdir"],
            sources: ["cgroups(7)"],
        }

    /// A container that exists already.
    existing_container = 362 by Tracer
        on []
        derived ["existing_cgroup"]
        unproved "no container is there unless an engine runs one"
        sets ["containers"]
        {
            runtime: RUNTIME;
            container_id: CONTAINER_ID;
            /// The time of its cgroup's directory: not before it was made, and later where the kernel
            /// has forgotten the directory meanwhile.
            ctime: WallTime, tracer("stat(2) of the cgroup's directory");
            container_image: IMAGE;
            container_image_digest: DIGEST;
            container_name: NAME;
            pod_name: POD_NAME;
            pod_namespace: POD_NAMESPACE;
            pod_uid: POD_UID;
            pod_sandbox: POD_SANDBOX;
        }
        page {
            purpose: "Follows from the cgroups that are there when tracing begins.",
            use_case: "Know which containers were running before the tracer.",
            command: "sudo tracehound -e existing_container --duration 1s",
            example: [
                process = Absent,
                runtime = Text(b"containerd"),
                container_id = Text(b"5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0"),
                ctime = Number(1_795_000_000_123_456_789),
                container_image = Absent, container_image_digest = Absent, container_name = Absent,
                pod_name = Absent, pod_namespace = Absent, pod_uid = Text(b"0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11"), pod_sandbox = Absent,
            ],
            issues: [
                "What a container is, and what is not known of it, is as container_create's page says.",
                "Only hierarchies that are mounted where the tracer runs are looked at.",
                "It is told whatever the scope: containers are not processes.",
            ],
            related: ["container_create", "container_remove", "container_named", "existing_cgroup"],
            sources: ["cgroups(7)"],
        }

    /// What a container is called, by its engine.
    ///
    /// The engine is asked when the container's cgroup is first seen. Events of its processes wait for that, but no
    /// longer than 100 ms.
    container_named = 363 by Tracer
        on []
        derived ["cgroup_mkdir", "existing_cgroup"]
        unproved "no container is there unless an engine runs one"
        sets ["containers"]
        {
            runtime: RUNTIME;
            container_id: CONTAINER_ID;
            /// Its name; in Kubernetes that within its pod.
            container_name: Str, told("the engine").opt().unread("where why tells it");
            /// The image, as whoever made it called it.
            container_image: Str, told("the engine").opt().unread("where why tells it");
            /// The digest of the image, `sha256:…`.
            container_image_digest: Str, told("the engine").opt().unread("where why tells it");
            /// Its labels, `KEY=VALUE` each: up to 64, and 4096 bytes of them.
            labels: StrArray, told("the engine").unread("where why tells it");
            /// The name of its pod in Kubernetes.
            pod_name: Str, told("the engine").opt().unread("where why tells it");
            /// The pod's namespace.
            pod_namespace: Str, told("the engine").opt().unread("where why tells it");
            /// The pod's id: that of the cgroup's path, else the engine's.
            pod_uid: Str, told("the cgroup's path; the engine").opt();
            /// Whether it only holds its pod's namespaces.
            pod_sandbox: Bool, told("the engine").opt().unread("where why tells it");
            /// The pod's labels.
            pod_labels: StrArray, told("the engine").unread("where why tells it");
            /// Why the rest is unread. Absent where it is not.
            why: Str, tracer("the attempt").opt();
        }
        page {
            purpose: "Asks the engine whose container it is: docker by its HTTP interface, containerd by its own, CRI-O by Kubernetes' CRI, podman by the files of its storage.",
            use_case: "Know what runs by the names that people gave it, and which pod to look at.",
            command: "sudo tracehound -e container_named --duration 1s",
            example: [
                runtime = Text(b"containerd"),
                container_id = Text(b"5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0"),
                container_name = Text(b"web"), container_image = Text(b"docker.io/library/nginx:1"),
                container_image_digest = Text(b"sha256:6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e05f1c"),
                labels = Text(b"tier=front\0"),
                pod_name = Text(b"web-5d9c"), pod_namespace = Text(b"shop"),
                pod_uid = Text(b"0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11"), pod_sandbox = Number(0),
                pod_labels = Text(b"app=web\0"), why = Absent,
            ],
            issues: [
                "The engine may lie, and whoever can use its socket may call a container as they like. Texts longer than 1024 bytes are left out.",
                "Engines that have no interface (runc, crun, LXC, systemd-nspawn) are not asked: their containers' ids are their names.",
                "A container that its engine does not know is asked for again for two seconds; so is an engine that cannot be reached.",
                "podman's service is not asked, since that would start it; its files do not tell labels and pods. `--engine docker=/run/podman/podman.sock` asks it.",
                "It is made while tracing; a recording has it.",
            ],
            related: ["container_create", "existing_container"],
            sources: ["Docker Engine API", "containerd's api/services", "Kubernetes CRI v1"],
        }

    /// A container's pod, by Kubernetes: what made it.
    ///
    /// The API server is asked once the engine has said what it knows, if the run may ask it (`--kubernetes`). Events
    /// of the container wait for the engine and for this together no longer than 100 ms.
    pod_named = 364 by Tracer
        on []
        derived ["cgroup_mkdir", "existing_cgroup", "container_named"]
        unproved "no pod is there unless a cluster runs one"
        sets ["containers"]
        {
            container_id: CONTAINER_ID;
            /// The pod's id: that of the cgroup's path, else the engine's.
            pod_uid: Str, told("the cgroup's path; the engine").opt();
            /// Its name.
            pod_name: Str, told("the API server").unread("where why tells it");
            /// Its namespace.
            pod_namespace: Str, told("the API server").unread("where why tells it");
            /// Its labels, `KEY=VALUE` each: up to 64, and 4096 bytes of them.
            pod_labels: StrArray, told("the API server").unread("where why tells it");
            /// The kind of the workload that made it: Deployment (by its ReplicaSet), CronJob (by its Job),
            /// DaemonSet, StatefulSet, Job, Node (of the kubelet's own files), or any other controller; Pod
            /// where none controls it.
            pod_owner_kind: Str, told("the API server").unread("where why tells it");
            /// The name of that workload, which is in the same namespace, but for a Node.
            pod_owner_name: Str, told("the API server").unread("where why tells it");
            /// Why the rest, or the owner, is unread. Absent where it is not.
            why: Str, tracer("the attempt").opt();
        }
        page {
            purpose: "Asks the API server for the pod's metadata, by its name where the engine told it, else among those of the node; then for the ReplicaSet or Job that controls it.",
            use_case: "Know whose workload did it, also where the engine tells no pods.",
            command: "sudo tracehound -e pod_named --kubernetes /etc/kubernetes/admin.conf --duration 1s",
            example: [
                container_id = Text(b"5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0"),
                pod_uid = Text(b"0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11"),
                pod_name = Text(b"web-5d9c-x7"), pod_namespace = Text(b"shop"),
                pod_labels = Text(b"app=web\0"),
                pod_owner_kind = Text(b"Deployment"), pod_owner_name = Text(b"web"), why = Absent,
            ],
            issues: [
                "Nobody is asked unless `--kubernetes` names a cluster, or the tracer runs in a pod with a service account.",
                "It is the API server's word, and whoever may make pods may call others their owners.",
                "An owner above a ReplicaSet and a Job is looked for; one above others is not: a Deployment that an operator made is told, not what the operator made it for.",
                "A pod that the server does not know is asked for again for two seconds. The metadata of a pod is kept for a minute, an owner for ten.",
                "It is made while tracing; a recording has it.",
            ],
            related: ["container_named", "container_create", "existing_container"],
            sources: ["Kubernetes API reference, ObjectMeta", "Kubernetes, Owners and Dependents"],
        }
}
